import { earlier, later, minus, plus, type Duration, type Instant, type Window } from '../kernel/time.ts';
import type { Cursor, Purpose } from '../model/cursor.ts';
import type { WindowPolicy } from '../sources/_kit/source.ts';
import { aheadOfClock, isAhead } from './clock-skew.ts';
import {
  forgotten,
  forgottenRequest,
  readable,
  readableSince,
  shortened,
  withAnswered,
  type GoPast,
} from './forgotten-span.ts';
import { cutDown, knownFloor, memoryEdge, memoryFloor, widthInTime } from './provider-memory.ts';
import { everyOf } from './rhythm.ts';

/** What a stream should do next. */
export type Plan =
  | { readonly do: 'ask'; readonly purpose: Purpose; readonly reread: number | null; readonly window: Window }
  | GoPast
  | { readonly do: 'nothing'; readonly until: Instant };

/** About how many windows a whole provider memory is asked for in, unless the source says. More are slower, fewer lose more to a crash. */
const catchUpWindows = 10;
/** Readings remembered per age of the first re-read. */
const readBuckets = 8;

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** A cursor for a stream nobody has pulled: responsible from the provider's first remembered instant on. */
export function newCursor(policy: WindowPolicy, now: Instant): Cursor {
  const start = earlier(memoryFloor(policy, now), horizon(policy, now));
  return {
    version: 1,
    start,
    committedTo: start,
    // Every span is read once more after its first reading, whatever its age; of the further re-reads it needs
    // only those whose age it had not reached by then.
    rereadTo: policy.rereads.map((age, index) =>
      index === 0 ? start : later(start, cutDown(now - age, policy.grain)),
    ),
    reads: [],
    open: null,
    requested: [],
    extra: [],
    gaps: [],
    token: null,
    failures: null,
    paused: null,
  };
}

/** Everything before it may be asked for: what is newer the provider is still writing. */
function horizon(policy: WindowPolicy, now: Instant): Instant {
  return cutDown(now - policy.lag, policy.grain);
}

/**
 * The next window of a stream without an open one: what people asked for, then forward, then re-reads.
 * Pure. Never plans beyond now − lag, wider than the provider answers, or before its memory.
 * `eager` asks even for a sliver: somebody is waiting for the newest records.
 * Throws `cursor.future` for a cursor ahead of the clock: continuing would leave a hole nobody sees.
 */
export function planWindow(cursor: Cursor, policy: WindowPolicy, now: Instant, eager = false): Plan {
  const edge = horizon(policy, now);
  if (isAhead(cursor, now)) throw aheadOfClock(cursor, now);
  return (
    planRequested(cursor, policy, now, edge) ??
    planForward(cursor, policy, now, edge, eager) ??
    planReread(cursor, policy, now) ?? { do: 'nothing', until: nextDue(cursor, policy) }
  );
}

function planRequested(cursor: Cursor, policy: WindowPolicy, now: Instant, edge: Instant): Plan | null {
  const wanted = cursor.requested[0]?.window;
  if (wanted === undefined) return null;
  if (wanted.from < memoryEdge(policy, now)) {
    const to = earlier(memoryFloor(policy, now), wanted.to);
    return forgottenRequest(cursor, { from: wanted.from, to }, now);
  }
  const to = earlier(
    earlier(wanted.to, edge),
    plus(wanted.from, windowWidth(cursor, policy, wanted.from, now)),
  );
  if (to <= wanted.from) return null;
  return { do: 'ask', purpose: 'requested', reread: null, window: { from: wanted.from, to } };
}

function planForward(
  cursor: Cursor,
  policy: WindowPolicy,
  now: Instant,
  edge: Instant,
  eager: boolean,
): Plan | null {
  if (cursor.committedTo < memoryEdge(policy, now)) {
    const to = memoryFloor(policy, now);
    if (to > edge) return null;
    return { do: 'go-past', of: 'forward', gaps: [forgotten(cursor.committedTo, to, now)], to };
  }
  const fresh = edge - cursor.committedTo;
  if (fresh <= 0) return null;
  // In the normal rhythm a sliver is not worth a request; it grows until the stream's turn comes.
  if (!eager && fresh < everyOf(cursor, policy) && cursor.committedTo > cursor.start) return null;
  const overlap = Math.min(overlapOf(policy), narrowed(cursor, policy, overlapOf(policy))) as Duration;
  const overlapping = readableSince(cursor, minus(cursor.committedTo, overlap));
  // Of a provider that is believed to remember less no overlap is asked for; but what was never read is, so that the
  // provider says itself what of it has become a gap.
  const believed = earlier(cursor.committedTo, knownFloor(cursor, policy, now));
  const from = later(later(cursor.start, overlapping), believed);
  const reach = clamp(
    windowWidth(cursor, policy, from, now),
    0,
    policy.maxWidth - (cursor.committedTo - from),
  );
  const to = earlier(edge, plus(cursor.committedTo, reach as Duration));
  return { do: 'ask', purpose: 'forward', reread: null, window: { from, to } };
}

function planReread(cursor: Cursor, policy: WindowPolicy, now: Instant): Plan | null {
  const floor = knownFloor(cursor, policy, now);
  for (const [index, age] of policy.rereads.entries()) {
    const limit = index === 0 ? readBy(cursor, now - age) : now - age;
    const due = cutDown(Math.min(cursor.committedTo, limit), policy.grain);
    const { from, to: end } = readable(cursor, later(cursor.rereadTo[index] ?? cursor.start, floor), due);
    // In slabs, so that a five-minute rhythm does not become five times as many requests; but soon enough, where the
    // provider remembers hardly longer than this age: of a whole slab it would always have forgotten the beginning.
    const slab = Math.min(age / 2, (now - age - floor) / 2);
    if (end - from < (end < due ? policy.grain : clamp(slab, policy.step, policy.maxWidth))) continue;
    const widest = Math.min(policy.maxWidth, widthInTime(cursor, policy, from, now));
    return {
      do: 'ask',
      purpose: 'reread',
      reread: index,
      // A span that was too much for the provider is read again in halves.
      window: { from, to: earlier(end, plus(from, narrowed(cursor, policy, Math.min(end - from, widest)))) },
    };
  }
  return null;
}

/** Everything before it had been read for the first time by `at`. */
function readBy(cursor: Cursor, at: number): number {
  return cursor.reads.findLast(read => read.at <= at)?.to ?? cursor.start;
}

/**
 * The readings with one more. Those of one bucket are one, with the later time: a span is re-read a little
 * later than it might be, never earlier. What is older than the first re-read needs is dropped but for the last.
 */
function withRead(cursor: Cursor, policy: WindowPolicy, to: Instant, now: Instant): Cursor['reads'] {
  const age = policy.rereads[0];
  if (age === undefined) return [];
  const bucket = (at: number): number => Math.floor(at / (age / readBuckets));
  const known = cursor.reads.filter(read => bucket(read.at) !== bucket(now));
  const settled = known.findLastIndex(read => read.at <= now - age);
  return [...known.slice(Math.max(settled, 0)), { at: now, to }];
}

/** At most half of the widest window: with more, catching up would crawl. */
const overlapOf = (policy: WindowPolicy): Duration =>
  cutDown(Math.min(policy.overlap, policy.maxWidth / 2), policy.grain) as number as Duration;

/**
 * Wide while catching up, never wider than the provider answers or than can be read before it forgets the beginning;
 * halved after each failure in a row.
 */
function windowWidth(cursor: Cursor, policy: WindowPolicy, from: Instant, now: Instant): Duration {
  const wide = clamp(
    (horizon(policy, now) - cursor.start) / (policy.catchUp ?? catchUpWindows),
    policy.step,
    policy.maxWidth - overlapOf(policy),
  );
  return narrowed(cursor, policy, Math.min(wide, widthInTime(cursor, policy, from, now)));
}

function narrowed(cursor: Cursor, policy: WindowPolicy, width: number): Duration {
  const halvings = cursor.failures === null ? 0 : Math.min(cursor.failures.count, 8);
  return Math.max(cutDown(width / 2 ** halvings, policy.grain), policy.grain) as Duration;
}

function nextDue(cursor: Cursor, policy: WindowPolicy): Instant {
  return plus(cursor.committedTo, (everyOf(cursor, policy) + policy.lag) as Duration);
}

/** The windows a request for a range would be asked in; for a dry run. */
export function windowsOf(range: Window, cursor: Cursor, policy: WindowPolicy, now: Instant): Window[] {
  const edge = horizon(policy, now);
  const to = earlier(range.to, edge);
  const windows: Window[] = [];
  for (let from = range.from; from < to;) {
    const next = { from, to: earlier(to, plus(from, windowWidth(cursor, policy, from, now))) };
    windows.push(next);
    from = next.to;
  }
  return windows;
}

/** The cursor after a window was sealed. */
export function committed(
  cursor: Cursor,
  plan: Plan & { do: 'ask' },
  policy: WindowPolicy,
  now: Instant,
): Cursor {
  const { window } = plan;
  const done: Cursor = { ...cursor, open: null, failures: null };
  if (plan.purpose === 'forward') {
    const committedTo = later(cursor.committedTo, window.to);
    return { ...done, committedTo, reads: withRead(cursor, policy, committedTo, now) };
  }
  if (plan.purpose === 'reread') {
    return {
      ...done,
      rereadTo: cursor.rereadTo.map((at, index) => (index === plan.reread ? later(at, window.to) : at)),
    };
  }
  return { ...done, requested: shortened(cursor, window.to), extra: mergedExtra(cursor, window) };
}

function mergedExtra(cursor: Cursor, window: Window): Window[] {
  // Inside [start, committedTo) the window is covered already.
  if (window.from >= cursor.start && window.to <= cursor.committedTo && cursor.gaps.length === 0) {
    return cursor.extra;
  }
  return withAnswered(cursor, window);
}
