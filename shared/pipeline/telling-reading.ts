import { eventId } from '../kernel/hash.ts';
import { days, isoDay, isoInstant, minus, type Instant, type Window } from '../kernel/time.ts';
import type { RawPointer } from '../model/event.ts';
import { dayPrefix, windowOfKey } from './raw-key.ts';
import type { ReadingDeps, ReadingTarget } from './snapshot-things.ts';

/** What a reading of a snapshot told: an event by its id, or what it put into quarantine. */
export interface Told {
  readonly raw: RawPointer;
  /** Null for a quarantined record, which has none. */
  readonly id: string | null;
  /** When it was stored: no reading after that told it. */
  readonly at: Instant;
}

/** A key stands for as many things at most, in a snapshot that names one thing several times and differently. */
const mostDoubles = 9;

/**
 * Finds the window of the reading that told something; null where there is none. That is the reading its record came
 * in, or, for a thing that was removed, a later one, in which no record leads to it. An event's id holds the time of
 * its reading, under the thing's key. What was put into quarantine, or has another key today, was told by the last
 * reading before it was stored.
 */
export function tellingReading(
  deps: Pick<ReadingDeps, 'archive'>,
): (target: ReadingTarget, told: Told, key: string | null) => Promise<Window | null> {
  const listed = new Map<string, readonly Window[]>();

  /** The windows of the readings that began on a day, the latest first. */
  async function readingsOf(target: ReadingTarget, day: string): Promise<readonly Window[]> {
    const prefix = dayPrefix(target.ref, day);
    const known = listed.get(prefix);
    if (known !== undefined) return known;
    const found = new Map<number, Window>();
    for await (const object of deps.archive.list(target.scope, prefix)) {
      const window = windowOfKey(object.key);
      if (window !== null) found.set(window.to, window);
    }
    const windows = [...found.values()].toSorted((a, b) => b.to - a.to);
    listed.set(prefix, windows);
    return windows;
  }

  return async (target, told, key) => {
    const own = windowOfKey(told.raw.key);
    if (own === null) return null;
    const isIt = (window: Window): boolean => key !== null && isOf(target, told.id, key, window);
    if (isIt(own)) return own;
    let latest: Window | null = null;
    for (let day = told.at; isoDay(day) >= isoDay(own.from); day = minus(day, days(1))) {
      for (const window of await readingsOf(target, isoDay(day))) {
        if (window.to > told.at || window.to < own.to) continue;
        latest ??= window;
        if (told.id === null || isIt(window)) return window;
      }
    }
    return latest;
  };
}

/** Whether an id is that of the thing's change at that reading, on whatever day its mapping put it. */
function isOf({ tenant, ref }: ReadingTarget, id: string | null, key: string, { to }: Window): boolean {
  if (id === null) return false;
  const time = isoInstant(to);
  for (let n = 1; n <= mostDoubles; n += 1) {
    const thing = n === 1 ? key : `${key} (${n})`;
    const same = eventId(time, tenant.id, ref.source, ref.stream, [thing, time]);
    if (same.slice(day) === id.slice(day)) return true;
  }
  return false;
}

/** An id begins with its day. */
const day = '20261005'.length;
