import { unaccounted, without } from '../evidence/coverage.ts';
import { later, mergeWindows, type Instant, type Window } from '../kernel/time.ts';
import type { Cursor, Gap } from '../model/cursor.ts';

/** A span the provider has forgotten before we could ask: write down the gaps in it, then go on behind it. */
export interface GoPast {
  readonly do: 'go-past';
  readonly of: 'forward' | 'requested';
  /** None where all of a requested range had been answered before. */
  readonly gaps: readonly Gap[];
  readonly to: Instant;
}

export const forgotten = (from: Instant, to: Instant, now: Instant): Gap => ({
  from,
  to,
  reason: 'older-than-provider-memory',
  noticedAt: now,
});

/** Past the beginning of a requested range that is forgotten: what of it was answered before is no gap. */
export function forgottenRequest(cursor: Cursor, span: Window, now: Instant): GoPast {
  const gaps = unaccounted(cursor, span).map(({ from, to }) => forgotten(from, to, now));
  return { do: 'go-past', of: 'requested', gaps, to: span.to };
}

/** The cursor after its gaps were written to the ledger. */
export function gonePast(cursor: Cursor, { of, gaps: found, to }: GoPast): Cursor {
  const gaps = found.reduce(joinedGaps, [...cursor.gaps]);
  if (of === 'requested') return { ...cursor, gaps, requested: shortened(cursor, to) };
  return { ...cursor, gaps, committedTo: later(cursor.committedTo, to) };
}

/** A long outage forgets a little more at every try: one growing gap, not a thousand slivers. */
function joinedGaps(gaps: readonly Gap[], gap: Gap): Gap[] {
  const last = gaps.at(-1);
  if (last !== undefined && last.reason === gap.reason && last.to === gap.from) {
    return [...gaps.slice(0, -1), { ...last, to: gap.to }];
  }
  return [...gaps, gap];
}

const unreadableOf = ({ gaps }: Cursor): readonly Gap[] =>
  gaps.filter(({ reason }) => reason === 'unreadable');

/** The first part of a span that holds nothing given up as unreadable: that would only fail once more. */
export const readable = (cursor: Cursor, from: Instant, to: Instant): Window =>
  without([{ from, to }], unreadableOf(cursor))[0] ?? { from: to, to };

/** The same of the span up to where the cursor stands, from its end. */
export const readableSince = (cursor: Cursor, from: Instant): Instant =>
  without([{ from, to: cursor.committedTo }], unreadableOf(cursor)).at(-1)?.from ?? cursor.committedTo;

export function shortened(cursor: Cursor, doneTo: Instant): Cursor['requested'] {
  const [first, ...rest] = cursor.requested;
  if (first === undefined || first.window.to <= doneTo) return rest;
  return [{ ...first, window: { from: doneTo, to: first.window.to } }, ...rest];
}

/** The windows answered apart from the stream's way forward with one more, less what of it could not be had. */
export const withAnswered = ({ extra, open }: Cursor, window: Window): Window[] =>
  mergeWindows([...extra, ...without([window], open?.lost ?? [])]);
