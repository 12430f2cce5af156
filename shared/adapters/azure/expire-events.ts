import { instant, isoDay, type Instant } from '../../kernel/time.ts';
import type { CosmosContainer, Step, Tagged } from './cosmos-gateway.ts';
import { makePack, revisionsOf, rowsOf, type PackItem, type PackRow } from './event-pack.ts';
import type { VolumeHead, Volumes } from './event-volumes.ts';
import { inSlices } from './in-slices.ts';
import { lost, tryAgain } from './try-again.ts';

/** What becomes of a pack: it goes, or only what has not expired stays. */
interface Fate {
  readonly pack: PackBooks;
  readonly left: PackItem | null;
}
type PackBooks = Pick<PackItem, 'id' | 'count' | 'firsts'>;

const packsPerStep = 40;
const compact = (at: Instant): string => isoDay(at).replaceAll('-', '');

/**
 * Removes the events of a source whose newest revision's time is before `before`, with all revisions; answers how
 * many events. An id begins with its event's day, so that whole days go as packs, unread; only the packs of the
 * day of `before` itself are looked into.
 */
export async function expireEvents(
  items: CosmosContainer,
  volumes: Volumes,
  of: { readonly tenantId: string; readonly source: string },
  before: Instant,
): Promise<number> {
  let removed = 0;
  for (const { item: head } of await volumes.all(of.tenantId)) {
    const whole = await packsWhere<PackBooks>(
      items,
      head,
      of.source,
      'c.id, c.count, c.firsts',
      'c.day < @day',
      {
        day: compact(before),
      },
    );
    removed += await settle(
      items,
      volumes,
      head,
      of.source,
      before,
      whole.map(pack => ({ pack, left: null })),
    );
  }
  return removed + (await expireWithinDay(items, volumes, of, before));
}

/** The day that `before` falls into, over all volumes: an event's revisions may lie in several packs. */
async function expireWithinDay(
  items: CosmosContainer,
  volumes: Volumes,
  of: { readonly tenantId: string; readonly source: string },
  before: Instant,
): Promise<number> {
  // From midnight on nothing of the day is older.
  if (isoDay(before) !== isoDay(instant(before - 1))) return 0;
  const found: { readonly head: VolumeHead; readonly pack: PackItem; readonly rows: readonly PackRow[] }[] =
    [];
  for (const { item: head } of await volumes.all(of.tenantId)) {
    const packs = await packsWhere<PackItem>(items, head, of.source, '*', 'c.day = @day', {
      day: compact(before),
    });
    for (const pack of packs) found.push({ head, pack, rows: await rowsOf(pack) });
  }
  const newest = new Map<string, PackRow>();
  for (const row of found.flatMap(one => one.rows)) {
    if ((newest.get(row.id)?.revision ?? 0) < row.revision) newest.set(row.id, row);
  }
  const goes = (id: string): boolean => (newest.get(id)?.time ?? Infinity) < before;
  let removed = 0;
  for (const { head, pack, rows } of found) {
    if (!rows.some(row => goes(row.id))) continue;
    const kept = (await revisionsOf(pack)).filter(one => !goes(one.event.id));
    // Also an empty one: what left the pack before may be younger, and the feed would take its absence for a loss.
    const left = await makePack(pack, kept);
    removed += await settle(items, volumes, head, of.source, before, [{ pack, left }]);
  }
  return removed;
}

/** Carries fates out in steps, each with the volume's books in one batch; answers how many events went. */
async function settle(
  items: CosmosContainer,
  volumes: Volumes,
  { tenantId, volume }: VolumeHead,
  source: string,
  before: Instant,
  fates: readonly Fate[],
): Promise<number> {
  let removed = 0;
  for (const slice of inSlices(fates, packsPerStep)) {
    removed += await tryAgain('a tenant’s events', async () => {
      const books = await volumes.books(tenantId, volume);
      if (books === null) return 0;
      const step = stepOf(books, source, before, slice);
      const outcome = await items.batch([tenantId, volume], step.steps);
      volumes.forget(tenantId);
      if (outcome.ok) return step.removed;
      // Another worker removes the same packs: what is gone is gone by its hand, and counted there.
      return outcome.why === 'gone' ? 0 : lost;
    });
  }
  return removed;
}

function stepOf(
  books: Tagged<VolumeHead>,
  source: string,
  before: Instant,
  fates: readonly Fate[],
): { readonly steps: readonly Step[]; readonly removed: number } {
  const { item: head, etag } = books;
  const total = (count: (pack: Pick<PackItem, 'count' | 'firsts'>) => number): number =>
    fates.reduce((sum, { pack, left }) => sum + count(pack) - (left === null ? 0 : count(left)), 0);
  const removed = total(pack => pack.firsts);
  const item: VolumeHead = {
    ...head,
    events: head.events - removed,
    revisions: head.revisions - total(pack => pack.count),
    expired: { ...head.expired, [source]: Math.max(before, head.expired[source] ?? -Infinity) },
  };
  const fate = ({ pack, left }: Fate): Step =>
    left === null ? { do: 'delete', id: pack.id } : { do: 'upsert', item: left };
  return { steps: [{ do: 'replace', item, ifMatch: etag }, ...fates.map(fate)], removed };
}

function packsWhere<T>(
  items: CosmosContainer,
  head: VolumeHead,
  source: string,
  fields: string,
  condition: string,
  parameters: Readonly<Record<string, string>>,
): Promise<readonly T[]> {
  return items.query<T>({
    text: `SELECT ${fields} FROM c WHERE c.tenantId = @tenant AND c.volume = @volume AND c.kind = 'pack'
      AND c.source = @source AND ${condition}`,
    parameters: { tenant: head.tenantId, volume: head.volume, source, ...parameters },
    partition: [head.tenantId, head.volume],
  });
}
