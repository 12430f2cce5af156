import { mergeWindows, type Window } from '../kernel/time.ts';
import type { Coverage, Cursor, Gap } from '../model/cursor.ts';

/**
 * What has been asked and answered for a stream, and what never can be: a span that was answered after all
 * (by a request, once the provider's memory reached it) is no gap any more.
 */
export function coverageOf(cursor: Cursor): Coverage {
  const forward = without([{ from: cursor.start, to: cursor.committedTo }], cursor.gaps);
  const covered = mergeWindows([...forward, ...cursor.extra]);
  const gaps = cursor.gaps.flatMap(gap =>
    without([gap], cursor.extra).map((window): Gap => ({ ...gap, ...window })),
  );
  return { covered, gaps, committedTo: cursor.committedTo, lastReading: cursor.snapshot ?? null };
}

/** What of a span is neither answered nor written down as a gap. */
export function unaccounted(cursor: Cursor, span: Window): readonly Window[] {
  const { covered, gaps } = coverageOf(cursor);
  return without([span], [...covered, ...gaps]);
}

/** The windows less everything in `holes`. */
export function without(windows: readonly Window[], holes: readonly Window[]): Window[] {
  let left = mergeWindows(windows);
  for (const hole of holes) {
    left = left.flatMap(window => [
      ...(window.from < hole.from ? [{ from: window.from, to: minimum(window.to, hole.from) }] : []),
      ...(window.to > hole.to ? [{ from: maximum(window.from, hole.to), to: window.to }] : []),
    ]);
  }
  return mergeWindows(left);
}

const minimum = <T extends number>(a: T, b: T): T => (a < b ? a : b);
const maximum = <T extends number>(a: T, b: T): T => (a > b ? a : b);
