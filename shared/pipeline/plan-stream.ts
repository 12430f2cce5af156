import type { AppError } from '../kernel/errors.ts';
import { instant, seconds, type Duration, type Instant, type Window } from '../kernel/time.ts';
import type { Cursor, Gap, OpenWindow } from '../model/cursor.ts';
import { pastForgotten } from './after-failure.ts';
import { aheadOfClock, isAhead } from './clock-skew.ts';
import { withAnswered } from './forgotten-span.ts';
import { committed, newCursor, planWindow, type Plan } from './plan-window.ts';
import { policyFor } from './policy-for.ts';
import { memoryEdge } from './provider-memory.ts';
import type { PullTarget } from './pull-types.ts';
import { everyOf as windowEvery } from './rhythm.ts';

type Of = Pick<PullTarget, 'source' | 'connection'>;

/** Snapshots and feeds are asked at whole seconds: what stands in their windows stays readable. */
const second = seconds(1);
/** Also somebody who asks gets the last answer while it is so fresh: or asking would never come to an end. */
const eagerAfter = seconds(10);
/** A snapshot whose pages lie further apart than this is none of one state, and is begun anew. */
const freshness = seconds(3_600);
/** A snapshot is taken to have been kept in its rhythm while readings are no further apart than so many of it. */
const rhythms = 3;

/** How often a snapshot or feed is asked, with this customer's own rhythm where it differs. */
function everyOf(target: Of): Duration {
  const { everySeconds } = target.connection;
  return everySeconds === null ? target.source.every : seconds(everySeconds);
}

/** The cursor of a stream nobody has pulled. */
export function firstCursor(target: Of, now: Instant): Cursor {
  if (target.source.pull.kind === 'window') return newCursor(policyFor(target), now);
  const start = instant(Math.floor(now / second) * second - second);
  return {
    version: 1, start, committedTo: start, rereadTo: [], reads: [], open: null, requested: [], extra: [], gaps: [],
    token: null, failures: null, paused: null,
  }; // prettier-ignore
}

/** What a stream of any kind should do next; `planWindow` has the rules for windows. */
export function planStream(target: Of, cursor: Cursor, now: Instant, eager = false): Plan {
  if (target.source.pull.kind === 'window') return planWindow(cursor, policyFor(target), now, eager);
  if (isAhead(cursor, now)) throw aheadOfClock(cursor, now);
  const isFirst = cursor.committedTo === cursor.start;
  const wait = eager ? Math.min(eagerAfter, everyOf(target)) : everyOf(target);
  const due = isFirst ? cursor.committedTo : cursor.committedTo + wait;
  const asOf = instant(Math.floor(now / second) * second);
  if (asOf <= cursor.committedTo || now < due) return { do: 'nothing', until: instant(due) };
  const gap = forgottenBefore(target, cursor, asOf, now);
  if (gap !== null) return { do: 'go-past', of: 'forward', gaps: [gap], to: gap.to };
  const window = { from: beginningOf(target, cursor, asOf), to: asOf };
  return { do: 'ask', purpose: 'forward', reread: null, window };
}

/**
 * The window of a snapshot is the span whose changes it tells; the first tells none, and is a moment. That of a feed
 * is what an answer may hold that was not there before; without a token, all the provider remembers.
 */
function beginningOf(target: Of, cursor: Cursor, asOf: Instant): Instant {
  const floor = memoryFloor(target, asOf);
  if (floor !== null && cursor.token === null) return floor;
  return cursor.committedTo === cursor.start ? instant(asOf - second) : cursor.committedTo;
}

/** Where the memory of a feed's provider begins; null where nobody says how long it is. */
function memoryFloor({ source: { pull } }: Of, at: Instant): Instant | null {
  if (pull.kind !== 'feed' || pull.lookback === undefined) return null;
  return instant(Math.floor((at - pull.lookback) / second) * second);
}

/**
 * What a feed's provider no longer hands out, since it was last asked, however good the token still is. Nobody can
 * say that all of it came; a token's loss may have told some of it already.
 */
function forgottenBefore(target: Of, cursor: Cursor, asOf: Instant, now: Instant): Gap | null {
  const floor = memoryFloor(target, asOf);
  if (floor === null) return null;
  const told = cursor.gaps.filter(one => one.from <= cursor.committedTo).map(one => one.to);
  const from = instant(Math.max(cursor.committedTo, ...told));
  return from >= floor ? null : { from, to: floor, reason: 'older-than-provider-memory', noticedAt: now };
}

/** The open window of a feed as a gap, if it was begun and then left alone until nothing of it is remembered. */
export function forgottenOpen(target: Of, cursor: Cursor, now: Instant): Gap | null {
  const { open, gaps } = cursor;
  const floor = memoryFloor(target, now);
  if (floor === null || open === null || open.counts.pages === 0 || open.window.to > floor) return null;
  const isTold = gaps.some(one => one.from <= open.window.from && one.to >= open.window.to);
  return isTold ? null : { ...open.window, reason: 'older-than-provider-memory', noticedAt: now };
}

/** The cursor after its open window was sealed. */
export function afterSeal(target: Of, cursor: Cursor, open: OpenWindow, now: Instant): Cursor {
  const { purpose, reread, window } = open;
  if (target.source.pull.kind === 'window') {
    return committed(cursor, { do: 'ask', purpose, reread, window }, policyFor(target), now);
  }
  const done: Cursor = { ...cursor, committedTo: window.to, open: null, failures: null };
  if (cursor.committedTo === cursor.start) return { ...done, start: window.from };
  return isAnsweredAnew(target, cursor, window) ? { ...done, extra: withAnswered(cursor, window) } : done;
}

/** A feed begun anew after its token was lost has answered what the provider still remembered. */
function isAnsweredAnew(target: Of, cursor: Cursor, window: Window): boolean {
  if (window.from !== cursor.committedTo) return true;
  if (memoryFloor(target, window.to) === null) return false;
  return cursor.gaps.some(one => one.reason === 'token-lost' && one.from < window.to && one.to > window.from);
}

/**
 * Whether an open window must be begun anew. A snapshot's, because its pages would be of two states; once it is whole
 * it stays, however long ago: what is left to do needs only what is archived. A feed's of which nothing came, because
 * the provider has forgotten its beginning meanwhile. Any other's for the same reason, whatever came of it: not every
 * provider refuses it now, and the rest of an answer that is not there any more would pass for one.
 */
export function isStale(target: Of, open: OpenWindow, now: Instant): boolean {
  if (target.source.pull.kind === 'snapshot') {
    return open.snapshot?.whole !== true && now - open.window.to > freshness;
  }
  if (target.source.pull.kind === 'window') return open.window.from < memoryEdge(policyFor(target), now);
  const floor = memoryFloor(target, now);
  return floor !== null && open.counts.pages === 0 && open.window.from < floor;
}

/** So far two readings may lie apart that were made in the stream's rhythm. */
export const rhythmTolerance = (target: Of, cursor: Cursor): Duration =>
  Math.max(rhythms * Math.max(everyOf(target), cursor.every ?? 0), freshness) as Duration;

/**
 * The span a snapshot was not read in although its rhythm said so, or whose beginning nobody can read back any more;
 * null when there is none.
 */
export function unreadSpan(
  target: Of,
  cursor: Cursor,
  open: OpenWindow,
  baseLost: boolean,
  now: Instant,
): Gap | null {
  const { from, to } = open.window;
  if (cursor.snapshot === undefined) return null;
  if (!baseLost && to - from <= rhythmTolerance(target, cursor)) return null;
  return to - from <= second ? null : { from, to: instant(to - second), reason: 'not-read', noticedAt: now };
}

/** Tokens a feed may lose in one window before that counts as a failure. */
const mostLosses = 3;

/**
 * The gaps a failure of the open window means: a memory that ended, a token that was lost. Null when it means none;
 * there are no `gaps` when they are written down already.
 */
export function gapBehind(
  target: Of,
  cursor: Cursor,
  error: AppError,
  now: Instant,
): { readonly gaps: readonly Gap[]; readonly cursor: Cursor } | null {
  const { kind } = target.source.pull;
  if (kind === 'window') {
    return pastForgotten(cursor, error, policyFor(target).grain, now);
  }
  const { open, token } = cursor;
  if (kind !== 'feed' || error.code !== 'provider.link-expired' || token === null || open === null)
    return null;
  if (open.restarts >= mostLosses) return null;
  // What the lost token stood for lies between the last answer and now; what is asked for anew may not hold it all.
  const span = { from: cursor.committedTo, to: open.window.to };
  const isKnown = cursor.gaps.some(one => one.reason === 'token-lost' && one.to === span.to);
  const gaps: readonly Gap[] = isKnown ? [] : [{ ...span, reason: 'token-lost', noticedAt: now }];
  // Pages of this window that are stored already must be sealed with it, so then it goes on where it is.
  const next = open.counts.pages === 0 ? null : { ...open, restarts: open.restarts + 1, lease: null };
  return { gaps, cursor: { ...cursor, token: null, gaps: [...cursor.gaps, ...gaps], open: next } };
}

/** How often a stream is asked now: one that is asked by window follows what it brings. */
export function streamEvery(target: Of, cursor: Pick<Cursor, 'every'>): Duration {
  if (target.source.pull.kind !== 'window') return everyOf(target);
  return windowEvery(cursor, policyFor(target));
}

/** How far behind the present a stream is allowed to be, and how often it moves. */
export function rhythmOf(
  target: Of,
  cursor: Pick<Cursor, 'every'>,
): { readonly lag: Duration; readonly every: Duration } {
  const lag = target.source.pull.kind === 'window' ? policyFor(target).lag : (0 as Duration);
  return { lag, every: streamEvery(target, cursor) };
}
