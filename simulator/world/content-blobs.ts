import type { Writer } from './audit-envelope.ts';
import type { Cast } from './cast.ts';
import { contentIdOf, contentIdTime, expiryOf, type ContentType } from './content-id.ts';
import type { Pace } from './pace.ts';
import { below, between, chance, countAbout, randomOf, type Key, type Random } from './random.ts';
import type { SlotFeed } from './slots.ts';
import type { SimBlob } from './world.ts';

/** A blob with its `time` (contentCreated) under the name that slots sort by. */
export interface TimedBlob extends SimBlob {
  readonly time: number;
}

export interface ContentPlan {
  readonly contentType: ContentType;
  readonly key: Key;
  readonly cast: Cast;
  readonly pace: Pace;
  /** Records in a blob, on average. */
  readonly fill: number;
  readonly write: Writer;
}

/** The blobs of a content type, sorted by contentCreated. */
export interface ContentFeed extends SlotFeed<TimedBlob> {
  find(contentId: string): TimedBlob | null;
}

interface Sketch {
  readonly slot: number;
  readonly index: number;
  readonly created: number;
  readonly size: number;
  readonly delay: number;
  /** How many records of the blob before it this one brings once more. */
  readonly repeats: number;
  readonly contentId: string;
}

const minute = 60_000;
/** More than any blob holds: keeps the places of two blobs' records apart. */
const placesPerBlob = 4_096;

export function contentFeed(plan: ContentPlan): ContentFeed {
  const make = (sketch: Sketch): TimedBlob => ({
    time: sketch.created,
    contentId: sketch.contentId,
    contentCreated: sketch.created,
    contentExpiration: expiryOf(sketch.created),
    visibleAt: sketch.created + sketch.delay,
    records: () => [...repeated(plan, sketch), ...ownRecords(plan, sketch, sketch.size)],
  });
  return {
    width: plan.pace.width,
    slot: slot => sketches(plan, slot).map(make),
    find: contentId => {
      const created = contentIdTime(contentId);
      if (created === null) return null;
      const slot = Math.floor(created / plan.pace.width);
      const found = sketches(plan, slot).find(sketch => sketch.contentId === contentId);
      return found === undefined ? null : make(found);
    },
  };
}

/** What a slot's blobs are, without what is in them. */
function sketches(plan: ContentPlan, slot: number): readonly Sketch[] {
  const { pace } = plan;
  const r = randomOf(plan.key, slot, -1);
  // For somebody watching a quiet hour: small blobs, often, instead of a full one now and then.
  const fill = pace.awake(slot) ? Math.min(3, plan.fill) : plan.fill;
  const count = countAbout(r, pace.expected(slot) / fill);
  const times = Array.from({ length: count }, () => slot * pace.width + below(r, pace.width));
  return times.sort((a, b) => a - b).map((created, index) => ({
    slot,
    index,
    created,
    size: between(r, 1, Math.max(1, Math.round(2 * fill) - 1)),
    delay: blobDelay(r),
    repeats: chance(r, 0.06) ? between(r, 1, 3) : 0,
    contentId: contentIdOf(plan.contentType, created, index, below(r, 1_000)),
  })); // prettier-ignore
}

function ownRecords(plan: ContentPlan, sketch: Sketch, most: number): readonly string[] {
  return Array.from({ length: Math.min(sketch.size, most) }, (_, n) => {
    const r = randomOf(plan.key, sketch.slot, (sketch.index + 1) * placesPerBlob + n);
    return plan.write(plan.cast, r, sketch.created - eventAge(r));
  });
}

/** Delivery is at least once: now and then a blob carries records that the one before it carried already. */
function repeated(plan: ContentPlan, sketch: Sketch): readonly string[] {
  if (sketch.repeats === 0) return [];
  const [slot, index] = sketch.index > 0 ? [sketch.slot, sketch.index - 1] : [sketch.slot - 1, -1];
  const before = sketches(plan, slot).at(index);
  return before === undefined ? [] : ownRecords(plan, before, sketch.repeats);
}

/** How old an event is when its blob is made: blobs are not in event order, and a few events are a day old. */
function eventAge(r: Random): number {
  const luck = below(r, 1_000);
  if (luck < 900) return between(r, 2 * minute, 40 * minute);
  if (luck < 990) return between(r, 40 * minute, 90 * minute);
  return between(r, 90 * minute, 1_300 * minute);
}

/** Most blobs are listed at once; some later than contentCreated says, a few by hours. */
function blobDelay(r: Random): number {
  const luck = below(r, 1_000);
  if (luck < 960) return between(r, 500, 20_000);
  if (luck < 996) return between(r, 4 * minute, 100 * minute);
  return between(r, 150 * minute, 1_100 * minute);
}
