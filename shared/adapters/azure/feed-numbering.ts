import type { CosmosContainer, Item, Step } from './cosmos-gateway.ts';
import type { MarkItem } from './event-commit.ts';
import { lost, tryAgain } from './try-again.ts';

/**
 * The order of everything stored, over all tenants: one entry per pack, numbered by one writer at a time.
 *
 * Storing touches only its tenant's partition, and leaves a mark there with the packs. Whoever reads the feed first
 * turns all marks into entries, in one batch under the tag of the feed's head, and only then removes the marks.
 * Why no change is lost, given twice, or put before a position already given out:
 * - a mark is written with its packs or not at all, and removed only after its entries are durable;
 * - entries get positions behind the head's last, and the head's tag makes two numberings one after the other;
 * - the head names the marks of its last batch, and a batch is only written after those are gone: a mark somebody
 *   reads after that is one that no entry was made from.
 * It takes reads that see every earlier write: the account's consistency must be Strong.
 */
export interface FeedHead extends Item {
  readonly volume: string;
  /** The last position given. Not called `last`: a question for entries must not find the head. */
  readonly reached: number;
  readonly entries: number;
  /** Marks the last batch was made from, until they are known to be gone. */
  readonly numbered: readonly MarkRef[];
  readonly closed: boolean;
  /** The last position of each volume before this one. */
  readonly earlier: readonly { readonly volume: string; readonly last: number }[];
}
interface HeldFeed {
  readonly head: FeedHead;
  /** Null for one that was never written. */
  readonly etag: string | null;
}
interface MarkRef {
  readonly tenantId: string;
  readonly volume: string;
  readonly id: string;
}
export interface FeedEntry extends Item {
  readonly volume: string;
  /** Positions of the pack's first and last revision. */
  readonly first: number;
  readonly last: number;
  readonly tenantId: string;
  readonly pack: { readonly volume: string; readonly id: string };
  readonly source: string;
  readonly latest: number;
}

const digits = 16;
const mostEntries = 90;

/** As text positions sort as the numbers do. */
export const writePosition = (position: number): string => String(position).padStart(digits, '0');

/** Gives positions to everything stored so far; answers the head that has them. */
export function feedNumbering(
  { events, feed }: { readonly events: CosmosContainer; readonly feed: CosmosContainer },
  entriesPerVolume: number,
): () => Promise<FeedHead> {
  let volume = feedVolume(0);
  /**
   * The head as this process last wrote or read it, when every mark of its batch was gone. Numbering under its tag needs
   * no other look: had anybody numbered since, the tag would be another and the batch refused.
   */
  let known: HeldFeed | null = null;

  async function head(): Promise<HeldFeed> {
    for (;;) {
      const found = await feed.read<FeedHead>([volume], feedHeadId(volume));
      if (found === null) return { head: emptyFeed(), etag: null };
      if (!found.item.closed) return { head: found.item, etag: found.etag };
      const next = nextFeed(found.item);
      await feed.create([next.volume], next);
      volume = next.volume;
    }
  }

  async function sweep(marks: readonly MarkRef[]): Promise<void> {
    const places = Map.groupBy(marks, mark => `${mark.tenantId} ${mark.volume}`);
    await Promise.all(
      [...places.values()].map(async ([first, ...more]) => {
        if (first === undefined) return;
        const partition = [first.tenantId, first.volume];
        const ids = [first, ...more].map(mark => mark.id);
        const steps = ids.map(id => ({ do: 'delete' as const, id }));
        if (steps.length > 1 && (await events.batch(partition, steps)).ok) return;
        // One by one where somebody else has removed a part of them already.
        for (const id of ids) await events.remove(partition, id);
      }),
    );
  }

  /** The head as it is now, its marks gone. */
  async function sweptHead(): Promise<HeldFeed> {
    const held = await head();
    if (known === null || held.etag !== known.etag) await sweep(held.head.numbered);
    known = held;
    return held;
  }

  async function number(): Promise<FeedHead | typeof lost> {
    let held = known ?? (await sweptHead());
    const marks = await events.query<MarkItem>({ text: `SELECT * FROM c WHERE c.kind = 'mark'` });
    // Another reader may have numbered them since the head was read. What was stored before this call is in the head
    // as it is now, and an older one would make positions of his look like none of ours.
    if (marks.length === 0) return (await sweptHead()).head;
    known = null;
    for (let waiting = inOrder(marks); waiting.length > 0;) {
      const batch = firstOf(waiting);
      waiting = waiting.slice(batch.length);
      const next = await append(held, batch);
      if (next === lost) return lost;
      await sweep(next.head.numbered);
      // The next volume may be another reader's already, and so may be the marks that are left: look again.
      if (next.head.closed) return number();
      held = next;
    }
    known = held;
    return held.head;
  }

  async function append(
    { head: before, etag }: HeldFeed,
    marks: readonly MarkItem[],
  ): Promise<HeldFeed | typeof lost> {
    const entries = entriesOf(before, marks);
    const next: FeedHead = {
      ...before,
      reached: entries.at(-1)?.last ?? before.reached,
      entries: before.entries + entries.length,
      numbered: marks.map(({ tenantId, volume: of, id }) => ({ tenantId, volume: of, id })),
      closed: before.entries + entries.length >= entriesPerVolume,
    };
    const steps: readonly Step[] = [
      etag === null ? { do: 'create', item: next } : { do: 'replace', item: next, ifMatch: etag },
      ...entries.map(item => ({ do: 'create' as const, item })),
    ];
    const outcome = await feed.batch([next.volume], steps);
    return outcome.ok ? { head: next, etag: outcome.etags[0] ?? null } : lost;
  }

  return () => tryAgain('the feed of events', number);
}

const feedVolume = (number: number): string => String(number).padStart(6, '0');
const feedHeadId = (volume: string): string => `head-${volume}`;

const emptyFeed = (): FeedHead => ({
  id: feedHeadId(feedVolume(0)),
  volume: feedVolume(0),
  reached: 0,
  entries: 0,
  numbered: [],
  closed: false,
  earlier: [],
});

function nextFeed(closed: FeedHead): FeedHead {
  const volume = feedVolume(Number(closed.volume) + 1);
  return {
    ...emptyFeed(),
    id: feedHeadId(volume),
    volume,
    reached: closed.reached,
    numbered: closed.numbered,
    earlier: [...closed.earlier, { volume: closed.volume, last: closed.reached }],
  };
}

/** By the time of the commit, which within a tenant only grows. */
const inOrder = (marks: readonly MarkItem[]): readonly MarkItem[] =>
  [...marks].sort((a, b) => a.ticket - b.ticket || (a.tenantId < b.tenantId ? -1 : 1));

/** As many marks, whole, as one batch takes. */
function firstOf(marks: readonly MarkItem[]): readonly MarkItem[] {
  const taken: MarkItem[] = [];
  let entries = 0;
  for (const mark of marks) {
    entries += mark.packs.length;
    if (entries > mostEntries) break;
    taken.push(mark);
  }
  return taken;
}

function entriesOf(head: FeedHead, marks: readonly MarkItem[]): readonly FeedEntry[] {
  let last = head.reached;
  return marks.flatMap(mark =>
    mark.packs.map(pack => {
      const first = last + 1;
      last += pack.count;
      return {
        id: writePosition(last),
        volume: head.volume,
        first,
        last,
        tenantId: mark.tenantId,
        pack: { volume: mark.volume, id: pack.id },
        source: pack.source,
        latest: pack.latest,
      };
    }),
  );
}
