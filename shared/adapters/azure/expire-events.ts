import { instant, isoDay, type Instant } from '../../kernel/time.ts';
import type { CosmosContainer, Step, Tagged } from './cosmos-gateway.ts';
import { demandNarrow, fits } from './event-commit.ts';
import { makePack, revisionsOf, rowsOf, type PackItem, type PackRow } from './event-pack.ts';
import { volumesOf, type VolumeHead, type Volumes } from './event-volumes.ts';
import { inSlices } from './in-slices.ts';
import { lost, tryAgain } from './try-again.ts';

/** What becomes of a pack: it goes, or only what has not expired stays. */
interface Fate {
  readonly pack: PackBooks;
  readonly left: PackItem | null;
}
type PackBooks = Pick<PackItem, 'id' | 'count' | 'firsts'>;
const booksOfPack = 'c.id, c.count, c.firsts';

interface Expiry {
  readonly items: CosmosContainer;
  readonly volumes: Volumes;
  readonly tenantId: string;
  readonly source: string;
  readonly before: Instant;
}

const packsPerStep = 40;
const compact = (at: Instant): string => isoDay(at).replaceAll('-', '');

/**
 * Removes the events of a source whose newest revision's time is before `before`, with all revisions; answers how
 * many events. An id begins with its event's day, so that whole days go as packs, unread; only the packs of the
 * day of `before` itself are looked into. Packs change while others make events anew, and go while others expire:
 * each step counts what it has read after the books, and is written under their tag.
 */
export async function expireEvents(
  items: CosmosContainer,
  volumes: Volumes,
  of: { readonly tenantId: string; readonly source: string },
  before: Instant,
): Promise<number> {
  const by = { items, volumes, ...of, before };
  let removed = 0;
  for (const { item: head } of await volumes.all(of.tenantId)) removed += await expireDays(by, head.volume);
  return removed + (await expireWithinDay(by));
}

/** Every day that is over, until none is left: an event made anew meanwhile lies in another pack than it did. */
async function expireDays(by: Expiry, volume: string): Promise<number> {
  const day = { day: compact(by.before) };
  let removed = 0;
  for (;;) {
    const whole = await packsWhere<PackBooks>(by, volume, 'c.id', 'c.day < @day', day);
    if (whole.length === 0) return removed;
    for (const slice of inSlices(whole, packsPerStep)) {
      removed += await tryAgain('a tenant’s events', async () => {
        const books = await by.volumes.books(by.tenantId, volume);
        if (books === null) return 0;
        const ids = slice.map(pack => pack.id);
        const packs = await packsWhere<PackBooks>(by, volume, booksOfPack, 'ARRAY_CONTAINS(@ids, c.id)', {
          ids,
        });
        const fates = packs.map(pack => ({ pack, left: null }));
        return fates.length === 0 ? 0 : settle(by, books, fates);
      });
    }
  }
}

/** The packs of one day: where they lie, as they were read, and which of their events have expired. */
interface Look {
  readonly packs: Map<
    string,
    { readonly volume: string; readonly pack: PackItem; readonly rows: readonly PackRow[] }
  >;
  readonly places: readonly string[];
  readonly goes: (id: string) => boolean;
}

/** The day that `before` falls into, over all volumes: an event's revisions may lie in several packs. */
async function expireWithinDay(by: Expiry): Promise<number> {
  // From midnight on nothing of the day is older.
  if (isoDay(by.before) !== isoDay(instant(by.before - 1))) return 0;
  let removed = 0;
  await tryAgain('a tenant’s events', async () => {
    const look = await lookAtDay(by);
    const touched = [...look.packs.values()].filter(({ rows }) => rows.some(row => look.goes(row.id)));
    for (const [volume, all] of Map.groupBy(touched, one => one.volume)) {
      for (const slice of inSteps(all)) {
        const fates = await Promise.all(slice.map(({ pack }) => withoutExpired(pack, look.goes)));
        const outcome = await tryAgain('a tenant’s events', async () => {
          const books = await by.volumes.books(by.tenantId, volume);
          // A revision stored since may keep its event, and one made anew lies elsewhere: then all is looked at again.
          if (books === null || !(await isAsSeen(by, look))) return 'changed' as const;
          return settle(by, books, fates);
        });
        if (outcome === 'changed') return lost;
        removed += outcome;
        for (const { left } of fates) look.packs.set(left.id, { volume, pack: left, rows: [] });
      }
    }
    return undefined;
  });
  return removed;
}

/** As many packs as one batch takes, by number and by bytes: what is left of one is no larger than it was. */
function inSteps<T extends { readonly pack: PackItem }>(all: readonly T[]): readonly (readonly T[])[] {
  const steps: T[][] = [[]];
  for (const one of all) {
    const step = steps.at(-1) ?? [];
    if (step.length > 0 && !fits([...step, one].map(({ pack }) => pack))) steps.push([one]);
    else step.push(one);
  }
  return steps;
}

async function lookAtDay(by: Expiry): Promise<Look> {
  const day = compact(by.before);
  const { head } = await by.volumes.open(by.tenantId, true);
  const places = volumesOf(head, day);
  const packs: Look['packs'] = new Map();
  const newest = new Map<string, PackRow>();
  for (const volume of places) {
    for (const pack of await packsWhere<PackItem>(by, volume, '*', 'c.day = @day', { day })) {
      const rows = await rowsOf(pack);
      packs.set(pack.id, { volume, pack, rows });
      for (const row of rows) if ((newest.get(row.id)?.revision ?? 0) < row.revision) newest.set(row.id, row);
    }
  }
  return { packs, places, goes: id => (newest.get(id)?.time ?? Infinity) < by.before };
}

/** Whether the day has the packs that were read, and no revision has left one: none is ever added to a pack. */
async function isAsSeen(by: Expiry, { packs, places }: Look): Promise<boolean> {
  let there = 0;
  for (const volume of places) {
    const day = { day: compact(by.before) };
    for (const { id, count } of await packsWhere<PackBooks>(by, volume, booksOfPack, 'c.day = @day', day)) {
      if (packs.get(id)?.pack.count !== count) return false;
      there += 1;
    }
  }
  return there === packs.size;
}

/** The pack as it shall be, if empty: what left it before may be younger, and the feed would take its absence for a loss. */
async function withoutExpired(
  pack: PackItem,
  goes: Look['goes'],
): Promise<{ readonly pack: PackItem; readonly left: PackItem }> {
  const { id, tenantId, volume, day, source } = pack;
  const kept = (await revisionsOf(pack)).filter(one => !goes(one.event.id));
  return { pack, left: demandNarrow(await makePack({ id, tenantId, volume, day, source }, kept)) };
}

/** Carries fates out with the volume's books in one batch; answers how many events went. */
async function settle(
  by: Expiry,
  books: Tagged<VolumeHead>,
  fates: readonly Fate[],
): Promise<number | typeof lost> {
  const step = stepOf(books, by, fates);
  by.volumes.forget(by.tenantId);
  const outcome = await by.items.batch([by.tenantId, books.item.volume], step.steps);
  return outcome.ok ? step.removed : lost;
}

function stepOf(
  books: Tagged<VolumeHead>,
  { source, before }: Expiry,
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
  { items, tenantId, source }: Expiry,
  volume: string,
  fields: string,
  condition: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<readonly T[]> {
  return items.query<T>({
    text: `SELECT ${fields} FROM c WHERE c.tenantId = @tenant AND c.volume = @volume AND c.kind = 'pack'
      AND c.source = @source AND ${condition}`,
    parameters: { tenant: tenantId, volume, source, ...parameters },
    partition: [tenantId, volume],
  });
}
