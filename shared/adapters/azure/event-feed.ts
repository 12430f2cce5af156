import { AppError } from '../../kernel/errors.ts';
import { lastTaken } from '../../model/event-size.ts';
import type { Change, Changes } from '../../ports/event-store.ts';
import type { CosmosContainer } from './cosmos-gateway.ts';
import { revisionsOf, type PackItem } from './event-pack.ts';
import type { Volumes } from './event-volumes.ts';
import { feedNumbering, writePosition, type FeedEntry, type FeedHead } from './feed-numbering.ts';
import { damagedItem } from './stored-document.ts';

const digits = 16;
/** Entries in one logical partition of the feed; about half a gigabyte. */
const defaultEntriesPerVolume = 1_000_000;
const entriesPerQuery = 60;
/** Some 800 kB, far below the 4 MB of an answer; full packs have 128 events, those of a thin day a handful. */
const eventsPerRead = 2_048;

interface EntryWithPack {
  readonly entry: FeedEntry;
  readonly pack: PackItem | null;
}

export interface EventFeed {
  changes(tenants: readonly string[] | null, after: string | null, limit: number): Promise<Changes>;
}

export function eventFeed(
  stores: { readonly events: CosmosContainer; readonly feed: CosmosContainer },
  volumes: Volumes,
  entriesPerVolume = defaultEntriesPerVolume,
): EventFeed {
  const { events, feed } = stores;
  const number = feedNumbering(stores, entriesPerVolume);

  async function entriesAfter(
    at: FeedHead,
    tenants: readonly string[] | null,
    after: number,
    most: number,
  ): Promise<readonly FeedEntry[]> {
    for (const of of [...at.earlier, { volume: at.volume, last: at.reached }]) {
      if (of.last <= after) continue;
      const found = await feed.query<FeedEntry>({
        text:
          tenants === null
            ? 'SELECT * FROM c WHERE c.volume = @volume AND c.last > @after ORDER BY c.last'
            : 'SELECT * FROM c WHERE c.volume = @volume AND c.last > @after AND ARRAY_CONTAINS(@tenants, c.tenantId) ORDER BY c.last',
        parameters: { volume: of.volume, after, ...(tenants === null ? {} : { tenants }) },
        partition: [of.volume],
        most: Math.min(most, entriesPerQuery),
      });
      if (found.length > 0) return found;
    }
    return [];
  }

  /** The packs of entries, in their order; an entry whose pack has expired has none, and goes too. */
  async function packsWith(entries: readonly FeedEntry[]): Promise<readonly EntryWithPack[]> {
    const places = Map.groupBy(entries, entry => `${entry.tenantId} ${entry.pack.volume}`);
    const packs = await Promise.all([...places.values()].map(packsOf));
    const byId = new Map(packs.flat().map(pack => [`${pack.tenantId} ${pack.id}`, pack]));
    return Promise.all(
      entries.map(async entry => {
        const pack = byId.get(`${entry.tenantId} ${entry.pack.id}`) ?? null;
        if (pack === null) await dropExpired(entry);
        return { entry, pack };
      }),
    );
  }

  /** Every change after a position, read as they are taken: what is not needed yet is neither read nor unfolded. */
  async function* changesAfter(
    at: FeedHead,
    tenants: readonly string[] | null,
    from: number,
    limit: number,
  ): AsyncGenerator<Change, void> {
    for (let reached = from; ;) {
      const entries = await entriesAfter(at, tenants, reached, limit);
      if (entries.length === 0) return;
      for (const slice of readTogether(entries)) {
        for (const { entry, pack } of await packsWith(slice)) {
          for (const { place, event } of pack === null ? [] : await revisionsOf(pack)) {
            const position = entry.first + place;
            if (position > from) yield { position: writePosition(position), event };
          }
          reached = entry.last;
        }
      }
    }
  }

  /** Many packs of one volume in one request. */
  function packsOf(entries: readonly FeedEntry[]): Promise<readonly PackItem[]> {
    const [first] = entries;
    if (first === undefined) return Promise.resolve([]);
    const partition = [first.tenantId, first.pack.volume];
    return events.query<PackItem>({
      text: 'SELECT * FROM c WHERE c.tenantId = @tenant AND c.volume = @volume AND ARRAY_CONTAINS(@ids, c.id)',
      parameters: { tenant: partition[0], volume: partition[1], ids: entries.map(entry => entry.pack.id) },
      partition,
    });
  }

  async function dropExpired(entry: FeedEntry): Promise<void> {
    const books = await volumes.books(entry.tenantId, entry.pack.volume);
    const expired = books?.item.expired[entry.source];
    // A pack that is gone though nothing of its time was removed is a loss, not an expiry.
    if (expired === undefined || entry.latest >= expired) throw damagedItem('The feed of events');
    await feed.remove([entry.volume], entry.id);
  }

  return {
    async changes(tenants, position, limit) {
      const from = readPosition(position);
      const at = await number();
      if (from > at.reached) throw ahead();
      const changes: Change[] = [];
      if (tenants?.length === 0) return { changes, next: position, more: false };
      const isLast = lastTaken(limit);
      let full = false;
      let more = false;
      for await (const change of changesAfter(at, tenants, from, limit)) {
        more = full;
        if (more) break;
        changes.push(change);
        full = isLast(change.event);
      }
      return { changes, next: changes.at(-1)?.position ?? position, more };
    },
  };
}

/** Entries of so many events as one request reads. */
function readTogether(entries: readonly FeedEntry[]): readonly (readonly FeedEntry[])[] {
  const slices: FeedEntry[][] = [[]];
  let events = 0;
  for (const entry of entries) {
    const count = entry.last - entry.first + 1;
    if (events > 0 && events + count > eventsPerRead) {
      slices.push([]);
      events = 0;
    }
    slices.at(-1)?.push(entry);
    events += count;
  }
  return slices;
}

function readPosition(after: string | null): number {
  if (after === null) return 0;
  if (after.length === digits && /^\d+$/.test(after)) return Number(after);
  throw new AppError(
    'continuation.invalid',
    'give-up',
    'This is not a position of the feed. Use one that an earlier answer gave, or start from the beginning.',
  );
}

const ahead = (): AppError =>
  new AppError(
    'continuation.invalid',
    'give-up',
    'This position is ahead of the store, as after a restored backup. Start the feed from the beginning; for the search index, rebuild it.',
  );
