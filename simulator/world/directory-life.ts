import type { Cast } from './cast.ts';
import { happeningOf, type Happening, type Step } from './directory-happenings.ts';
import { auditJson } from './directory-record.ts';
import type { Pace } from './pace.ts';
import { below, between, countAbout, randomOf, type Key, type Random } from './random.ts';
import type { SlotFeed } from './slots.ts';
import type { SimRecord } from './world.ts';

/** Records one happening leaves on average: activations leave several, synchronisation leaves bursts. */
const meanSteps = 1.62;
const maxSteps = 64;
const minute = 60_000;

/** Directory audits. The text of a record is made when it is asked for. */
export function directoryLife(cast: Cast, key: Key, pace: Pace): SlotFeed<SimRecord> {
  const slot = (at: number): readonly SimRecord[] => {
    const count = countAbout(randomOf(key, at, -1), pace.expected(at) / meanSteps);
    const records = Array.from({ length: count }, (_, n) => recordsOf(cast, key, pace.width, at, n)).flat();
    return records.sort((a, b) => a.time - b.time);
  };
  return { width: pace.width, slot };
}

/** The records of one happening of a slot. */
function recordsOf(cast: Cast, key: Key, width: number, slot: number, n: number): readonly SimRecord[] {
  const r = randomOf(key, slot, n * maxSteps);
  let time = slot * width + below(r, width);
  const happening = happeningOf(cast, r, time);
  return happening.steps.slice(0, maxSteps - 1).map((step, index) => {
    // A record belongs to the slot its time is in; a burst at the very end is pressed into it.
    if (index > 0) time = Math.min(time + between(r, 3, 900), (slot + 1) * width - 1);
    const place = n * maxSteps + index + 1;
    return auditRecord(happening, step, time, auditDelay(r), () => randomOf(key, slot, place));
  });
}

export function auditRecord(
  happening: Happening,
  step: Step,
  time: number,
  delay: number,
  random: () => Random,
): SimRecord {
  return {
    time,
    visibleAt: time + delay,
    json: () => {
      const r = random();
      return auditJson(r, time, step(r, happening));
    },
  };
}

/** Usually visible within fifteen minutes; a few later than a collector's overlap, a very few by most of a day. */
export function auditDelay(r: Random): number {
  const luck = below(r, 1_000);
  if (luck < 940) return between(r, 4_000, 90_000);
  if (luck < 992) return between(r, 2 * minute, 15 * minute);
  if (luck < 998) return between(r, 15 * minute, 110 * minute);
  return between(r, 240 * minute, 1_150 * minute);
}
