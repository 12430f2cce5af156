import { without } from '../evidence/coverage.ts';
import { earlier, hours, later, mergeWindows, type Duration, type Window } from '../kernel/time.ts';
import type { Cursor, Gap } from '../model/cursor.ts';

/** Gaps of lost objects, and windows of them, that a cursor keeps apart: enough to be exact in all but a mass loss. */
const mostApart = 200;
/** Characters of lost objects' names in a cursor: about a thousand names. */
const mostNamed = 100_000;
/** Gaps of each other reason: a hundred characters apiece, and some years of trouble. */
const mostOthers = 1_000;
/** Of a mass loss, what lies no further apart than this and is met together is told as one. */
const together = hours(1);
/** One found now may begin before a known one and end behind it: an object in both would be in the names of one only. */
const overlapping = -1 as Duration;

/**
 * The cursor's gaps with those of objects that could not be had just now (`found`), and which of them the ledger has
 * not been told. While they are few each stands for itself. Beyond `mostApart` those found together become one, and
 * then whichever lie closest: a gap may say too much, never too little, and a cursor must fit into its document
 * whatever a provider loses. Beyond `mostNamed` the gap with the most names forgets them: then nobody can say when all
 * of it has come, and only an answer to a request takes it back. Gaps for other reasons stay as they are. Pure.
 */
export function withLost(
  gaps: readonly Gap[],
  found: readonly Gap[],
): { readonly gaps: readonly Gap[]; readonly told: readonly Gap[] } {
  const others = gaps.filter(gap => !isLost(gap));
  const before = gaps.filter(isLost);
  let known = before;
  let fresh: readonly Gap[] = [];
  for (const one of found) {
    const within = (gap: Gap): boolean => gap.from <= one.from && one.to <= gap.to;
    const withOne = (list: readonly Gap[], at: Gap): Gap[] =>
      list.map(gap => (gap === at ? { ...gap, ...objectsOf(gap, one) } : gap));
    const inKnown = known.find(within);
    const inFresh = fresh.find(within);
    if (inKnown !== undefined) known = withOne(known, inKnown);
    else if (inFresh !== undefined) fresh = withOne(fresh, inFresh);
    else fresh = [...fresh, one];
  }
  const isMany = known.length + fresh.length > mostApart;
  const all = forgetNames(
    isMany
      ? fewest(joined([...known, ...joined(fresh, together)], overlapping), hullOf, mostApart)
      : [...known, ...fresh],
  );
  const spans = new Set(before.map(spanOf));
  return { gaps: [...others, ...all], told: all.filter(gap => !spans.has(spanOf(gap))) };
}

/**
 * The cursor with so few gaps that it fits into its document, whatever a provider does for years: a feed that loses its
 * token with each answer had ten megabytes of them after one. Beyond `mostOthers` those that were answered after all are
 * forgotten, and of each reason whichever lie closest become one. The ledger has each. Pure.
 */
export function withFewGaps(cursor: Cursor): Cursor {
  const { gaps, extra } = cursor;
  if (gaps.length <= mostOthers) return cursor;
  const left = gaps.filter(gap => isLost(gap) || without([gap], extra).length > 0);
  const others = [...new Set(left.map(({ reason }) => reason))].flatMap(reason => {
    const same = left.filter(gap => gap.reason === reason && !isLost(gap));
    return fewest(same, hullOf, mostOthers);
  });
  // The newest last: one that follows it without a hole is joined to it.
  return { ...cursor, gaps: [...left.filter(isLost), ...others.toSorted((a, b) => a.to - b.to)] };
}

const isLost = (gap: Gap): boolean => gap.reason === 'content-expired';
const spanOf = ({ from, to }: Gap): string => `${from}/${to}`;

/** Of a gap that does not know its objects nobody could say when it has them all. */
const objectsOf = (a: Gap, b: Gap): Pick<Gap, 'objects'> =>
  a.objects === undefined || b.objects === undefined
    ? { objects: undefined }
    : { objects: [...new Set([...a.objects, ...b.objects])] };

/** Both and all between them. */
const hullOf = (a: Gap, b: Gap): Gap => ({
  ...a,
  from: earlier(a.from, b.from),
  to: later(a.to, b.to),
  noticedAt: earlier(a.noticedAt, b.noticedAt),
  ...objectsOf(a, b),
});

/** The windows, merged, and where they are too many those that lie closest as one. */
export const fewWindows = (windows: readonly Window[]): Window[] =>
  fewest(
    mergeWindows(windows),
    (a, b) => ({ from: earlier(a.from, b.from), to: later(a.to, b.to) }),
    mostApart,
  );

const distance = (a: Window, b: Window): number => b.from - a.to;

const inTime = <T extends Window>(spans: readonly T[]): T[] => spans.toSorted((a, b) => a.from - b.from);

/** Neighbours no further apart than that as one. */
function joined(gaps: readonly Gap[], apart: Duration): Gap[] {
  const result: Gap[] = [];
  for (const next of inTime(gaps)) {
    const last = result.at(-1);
    if (last !== undefined && distance(last, next) <= apart) result[result.length - 1] = hullOf(last, next);
    else result.push(next);
  }
  return result;
}

/** In time order, at most so many of them: the closest joined first. */
function fewest<T extends Window>(spans: readonly T[], join: (a: T, b: T) => T, most: number): T[] {
  const result = inTime(spans);
  while (result.length > most) {
    let closest = 0;
    let least = Infinity;
    for (const [index, next] of result.entries()) {
      const before = result[index - 1];
      if (before === undefined || distance(before, next) >= least) continue;
      [closest, least] = [index - 1, distance(before, next)];
    }
    const [a, b] = [result[closest], result[closest + 1]];
    if (a === undefined || b === undefined) break;
    result.splice(closest, 2, join(a, b));
  }
  return result;
}

const named = ({ objects = [] }: Gap): number => objects.reduce((sum, name) => sum + name.length, 0);

function forgetNames(gaps: readonly Gap[]): readonly Gap[] {
  const sum = gaps.reduce((total, gap) => total + named(gap), 0);
  if (sum <= mostNamed) return gaps;
  const most = gaps.reduce((a, b) => (named(b) > named(a) ? b : a));
  return forgetNames(gaps.map(gap => (gap === most ? { ...gap, objects: undefined } : gap)));
}
