import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../kernel/errors.ts';
import { isEventId } from '../../kernel/hash.ts';
import { isoInstant, type Instant } from '../../kernel/time.ts';
import type { StoredEvent } from '../../model/event.ts';
import { storedForm } from '../../model/stored-form.ts';
import type { Rebuilt, RebuiltCounts } from '../../ports/event-store.ts';
import { demandEventSize } from '../documents/demand-event-size.ts';
import type { CosmosContainer, Step } from './cosmos-gateway.ts';
import { demandNarrow, fits, markOf, packsOf, sizeOf } from './event-commit.ts';
import { dayOf, makePack, revisionsOf, termOf, type PackItem } from './event-pack.ts';
import { volumesOf, type HeldHead, type VolumeHead, type Volumes } from './event-volumes.ts';
import { inSlices } from './in-slices.ts';
import { monotonicMicroseconds } from './monotonic-microseconds.ts';
import { inTurns, lost, tryAgain } from './try-again.ts';

type Rebuild = (tenantId: string, rebuilt: readonly Rebuilt[], at: Instant) => Promise<RebuiltCounts>;

/** A stored revision, and the pack it lies in: null for one that this call has just made. */
interface Cell {
  readonly event: StoredEvent;
  readonly hash: string;
  readonly volume: string;
  readonly pack: PackItem | null;
}
/** What one volume's packs hold of the events in question. */
interface Look {
  readonly open: HeldHead;
  /** The books as they were before the packs were read: a write under their tags is one on this state. */
  readonly heads: ReadonlyMap<string, HeldHead>;
  readonly cells: Map<string, Cell>;
}
interface Rebuilding {
  readonly items: CosmosContainer;
  readonly volumes: Volumes;
  readonly tenantId: string;
  readonly at: Instant;
}
interface Outcome {
  readonly counts: RebuiltCounts;
  /** What lies in other volumes. */
  readonly rest: readonly Rebuilt[];
}

const none: RebuiltCounts = { rebuilt: 0, moved: 0, unchanged: 0, gone: 0 };
const idsPerQuery = 500;
const key = (id: string, revision: number): string => `${id} ${revision}`;

/**
 * Puts events made anew in the place of revisions. A revision leaves its pack, which stays, if empty, because the
 * feed leads to it; it comes back in a new pack of the same volume, with a mark that brings it into the feed again.
 * All of a volume happens in one batch. Where a call reaches over volumes, or is larger than a batch, it is done
 * part by part, and a crash between leaves parts done that the next call answers as unchanged.
 */
export function eventRebuilder(items: CosmosContainer, volumes: Volumes): Rebuild {
  const turn = inTurns();
  const all = async (tenantId: string, rebuilt: readonly Rebuilt[], at: Instant): Promise<RebuiltCounts> => {
    const by = { items, volumes, tenantId, at };
    let counts = none;
    for (let left = rebuilt; left.length > 0;) {
      const outcome = await tryAgain('a tenant’s events', () => rebuildOnce(by, left));
      if (outcome === 'too large') {
        if (left.length === 1) {
          throw new AppError('bug', 'give-up', 'An event is larger than an item of Cosmos DB may be.');
        }
        const [first = [], second = []] = inSlices(left, Math.ceil(left.length / 2));
        return sum(counts, sum(await all(tenantId, first, at), await all(tenantId, second, at)));
      }
      counts = sum(counts, outcome.counts);
      left = outcome.rest;
    }
    return counts;
  };
  return (tenantId, rebuilt, at) => {
    for (const { event } of rebuilt) {
      if (!isEventId(event.id))
        throw new AppError('bug', 'give-up', 'An event came with an id that is none.');
      demandEventSize(event);
    }
    return turn(tenantId, () => all(tenantId, rebuilt, at));
  };
}

async function rebuildOnce(
  by: Rebuilding,
  rebuilt: readonly Rebuilt[],
): Promise<Outcome | 'too large' | typeof lost> {
  const look = await lookAt(by, rebuilt);
  const volumeOf = ({ was, event }: Rebuilt): string | undefined =>
    look.cells.get(key(was, event.revision))?.volume;
  const volume = rebuilt.map(volumeOf).find(one => one !== undefined);
  const here = rebuilt.filter(one => [volume, undefined].includes(volumeOf(one)));
  const before = new Map(look.cells);
  const counts = decide(look, here, isoInstant(by.at));
  if (volume !== undefined && counts.rebuilt + counts.moved > 0) {
    // First what comes, then what goes: between two batches an event is rather there twice than nowhere.
    for (const name of new Set([look.open.head.volume, volume])) {
      const outcome = await commit(by, look, before, name);
      if (outcome !== 'done') return outcome;
    }
  }
  return { counts, rest: rebuilt.filter(one => !here.includes(one)) };
}

/** Reads every revision of the ids that are, and of those that will be. */
async function lookAt(by: Rebuilding, rebuilt: readonly Rebuilt[]): Promise<Look> {
  const open = await by.volumes.open(by.tenantId, true);
  const ids = [...new Set(rebuilt.flatMap(({ was, event }) => [was, event.id as string]))].filter(isEventId);
  const places = new Map<string, Set<string>>();
  for (const id of ids) {
    for (const volume of volumesOf(open.head, dayOf(id)))
      places.set(volume, (places.get(volume) ?? new Set()).add(id));
  }
  const heads = new Map<string, HeldHead>([[open.head.volume, open]]);
  const cells = new Map<string, Cell>();
  for (const [volume, wanted] of places) {
    if (!heads.has(volume)) {
      const books = await by.volumes.books(by.tenantId, volume);
      if (books === null) continue;
      heads.set(volume, { head: books.item, etag: books.etag });
    }
    for (const pack of await packsWith(by, volume, [...wanted])) {
      for (const { event, hash } of await revisionsOf(pack)) {
        if (wanted.has(event.id)) cells.set(key(event.id, event.revision), { event, hash, volume, pack });
      }
    }
  }
  return { open, heads, cells };
}

async function packsWith(
  by: Rebuilding,
  volume: string,
  ids: readonly string[],
): Promise<readonly PackItem[]> {
  const packs = new Map<string, PackItem>();
  for (const slice of inSlices(ids, idsPerQuery)) {
    const found = await by.items.query<PackItem>({
      text: `SELECT * FROM c
        WHERE c.tenantId = @tenant AND c.volume = @volume AND c.kind = 'pack' AND ARRAY_CONTAINS(@days, c.day)
          AND EXISTS (SELECT VALUE t FROM t IN c.terms WHERE ARRAY_CONTAINS(@terms, t))`,
      parameters: {
        tenant: by.tenantId,
        volume,
        days: [...new Set(slice.map(dayOf))],
        terms: slice.map(termOf),
      },
      partition: [by.tenantId, volume],
    });
    for (const pack of found) packs.set(pack.id, pack);
  }
  return [...packs.values()];
}

/** What becomes of each, one after the other; `look.cells` is afterwards as it shall be. */
function decide(look: Look, rebuilt: readonly Rebuilt[], at: string): RebuiltCounts {
  const { cells } = look;
  const counts = { ...none };
  for (const { was, event } of rebuilt) {
    const place = key(was, event.revision);
    const cell = cells.get(place);
    if (cell === undefined || !isDeepStrictEqual(cell.event.raw, event.raw)) counts.gone += 1;
    else if (event.id !== was) {
      cells.delete(place);
      counts.moved += 1;
      const there = [...cells.values()].filter(one => one.event.id === event.id);
      if (there.some(one => one.hash === cell.hash)) continue;
      const revision = Math.max(0, ...there.map(one => one.event.revision)) + 1;
      const moved = storedForm(event, { ingestedAt: at, revision });
      cells.set(key(event.id, revision), {
        event: moved,
        hash: cell.hash,
        volume: look.open.head.volume,
        pack: null,
      });
    } else if (saysTheSame(cell.event, event)) counts.unchanged += 1;
    else {
      const { ingestedAt, revision } = cell.event;
      cells.set(place, {
        ...cell,
        event: storedForm(event, { ingestedAt, revision, rebuiltAt: at }),
        pack: null,
      });
      counts.rebuilt += 1;
    }
  }
  return counts;
}

/** As JSON has them: a field that is undefined here is absent there. */
function saysTheSame(stored: StoredEvent, event: Rebuilt['event']): boolean {
  const { ingestedAt: _ingested, rebuiltAt: _rebuilt, ...said } = stored;
  return isDeepStrictEqual(said, JSON.parse(JSON.stringify(event)));
}

/** Writes what has changed in one volume, under the tag of the books that were read before its packs. */
async function commit(
  by: Rebuilding,
  look: Look,
  before: ReadonlyMap<string, Cell>,
  volume: string,
): Promise<'done' | 'too large' | typeof lost> {
  const held = look.heads.get(volume);
  if (held === undefined) return lost;
  const made = [...look.cells.values()].filter(one => one.pack === null && one.volume === volume);
  const left = [...before].filter(([at, one]) => one.volume === volume && look.cells.get(at) !== one);
  const old = await Promise.all(
    [...Map.groupBy(left, ([, one]) => one.pack)].flatMap(([pack, gone]) =>
      pack === null ? [] : [without(pack, new Set(gone.map(([at]) => at)))],
    ),
  );
  if (made.length + old.length === 0) return 'done';
  const number = held.head.commit + 1;
  const fresh = await packsOf(made, held.head, number);
  if (!fits([...fresh, ...old.map(one => one.kept)])) return 'too large';
  const ticket = Math.max(monotonicMicroseconds(), held.head.ticket + 1, look.open.head.ticket + 1);
  const head = nextHead(held.head, fresh, old, number, ticket);
  const steps: Step[] = [
    held.etag === null ? { do: 'create', item: head } : { do: 'replace', item: head, ifMatch: held.etag },
    ...(fresh.length === 0 ? [] : [{ do: 'create' as const, item: markOf(head, fresh, made) }]),
    ...fresh.map(item => ({ do: 'create' as const, item })),
    ...old.map(({ kept }) => ({ do: 'upsert' as const, item: kept })),
  ];
  by.volumes.forget(by.tenantId);
  return (await by.items.batch([by.tenantId, volume], steps)).ok ? 'done' : lost;
}

interface Rewritten {
  readonly was: PackItem;
  readonly kept: PackItem;
}

async function without(pack: PackItem, gone: ReadonlySet<string>): Promise<Rewritten> {
  const { id, tenantId, volume, day, source } = pack;
  const stay = (await revisionsOf(pack)).filter(({ event }) => !gone.has(key(event.id, event.revision)));
  return { was: pack, kept: demandNarrow(await makePack({ id, tenantId, volume, day, source }, stay)) };
}

function nextHead(
  head: VolumeHead,
  fresh: readonly PackItem[],
  old: readonly Rewritten[],
  commit: number,
  ticket: number,
): VolumeHead {
  const total = (of: (packs: readonly PackItem[]) => number): number =>
    of(fresh) + of(old.map(one => one.kept)) - of(old.map(one => one.was));
  const days = [...head.days, ...fresh.map(pack => pack.day)].sort();
  return {
    ...head,
    commit,
    ticket,
    // An event is counted where its first revision lies.
    events: head.events + total(packs => packs.reduce((many, one) => many + one.firsts, 0)),
    revisions: head.revisions + total(packs => packs.reduce((many, one) => many + one.count, 0)),
    bytes: head.bytes + total(sizeOf),
    days: days.length === 0 ? [] : [days[0] ?? '', days.at(-1) ?? ''],
    rebuilds: (head.rebuilds ?? 0) + 1,
  };
}

const sum = (a: RebuiltCounts, b: RebuiltCounts): RebuiltCounts => ({
  rebuilt: a.rebuilt + b.rebuilt,
  moved: a.moved + b.moved,
  unchanged: a.unchanged + b.unchanged,
  gone: a.gone + b.gone,
});
