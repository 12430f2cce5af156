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
import { isCounted, makePack, revisionsOf, type PackItem } from './event-pack.ts';
import type { VolumeHead, Volumes } from './event-volumes.ts';
import { inSlices } from './in-slices.ts';
import { cellKey, lookAt, type Cell, type Look, type Rebuilding } from './look-at-events.ts';
import { monotonicMicroseconds } from './monotonic-microseconds.ts';
import { inTurns, lost, tryAgain } from './try-again.ts';

type Rebuild = (tenantId: string, rebuilt: readonly Rebuilt[], at: Instant) => Promise<RebuiltCounts>;

interface Outcome {
  readonly counts: RebuiltCounts;
  /** What lies in other volumes. */
  readonly rest: readonly Rebuilt[];
}
/** How much of a call is done at once: what stays under an id is given again in one batch with what leaves it. */
type Part = 'all' | 'what stays' | 'what leaves';

const none: RebuiltCounts = { rebuilt: 0, moved: 0, unchanged: 0, gone: 0 };

/**
 * Puts events made anew in the place of revisions. A revision leaves its pack, which stays, if empty, because the
 * feed leads to it; it comes back in a new pack of the same volume, with a mark that brings it into the feed again.
 * Where revisions leave an id, so does the newest of those that stay. All of a volume happens in one batch. Where a
 * call reaches over volumes, or is larger than a batch, it is done part by part, and a crash between leaves parts done
 * that the next call answers as unchanged.
 */
export function eventRebuilder(items: CosmosContainer, volumes: Volumes): Rebuild {
  const turn = inTurns();
  const all = async (tenantId: string, rebuilt: readonly Rebuilt[], at: Instant): Promise<RebuiltCounts> => {
    const by = { items, volumes, tenantId, at };
    let counts = none;
    for (let left = rebuilt; left.length > 0;) {
      const outcome = await tryAgain('a tenant’s events', () => rebuildOnce(by, left, 'all'));
      if (outcome === 'too large') {
        if (left.length === 1) return sum(counts, await inTwo(by, left));
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

/** One event, which is too large for one batch together with the one that stays in its place: that one first. */
async function inTwo(by: Rebuilding, rebuilt: readonly Rebuilt[]): Promise<RebuiltCounts> {
  const part = (which: Part) => tryAgain('a tenant’s events', () => rebuildOnce(by, rebuilt, which));
  const stays = await part('what stays');
  const outcome = stays === 'too large' ? stays : await part('what leaves');
  if (outcome !== 'too large') return outcome.counts;
  throw new AppError('bug', 'give-up', 'An event is larger than an item of Cosmos DB may be.');
}

async function rebuildOnce(
  by: Rebuilding,
  rebuilt: readonly Rebuilt[],
  part: Part,
): Promise<Outcome | 'too large' | typeof lost> {
  const look = await lookAt(by, rebuilt);
  const volumeOf = ({ was, event }: Rebuilt): string | undefined =>
    look.cells.get(cellKey(was, event.revision))?.volume;
  const volume = rebuilt.map(volumeOf).find(one => one !== undefined);
  const here = rebuilt.filter(one => [volume, undefined].includes(volumeOf(one)));
  const before = new Map(look.cells);
  const counts = decide(look, here, isoInstant(by.at));
  const again = part === 'what leaves' ? [] : thatStay(look.cells, here);
  const after = part === 'what stays' ? new Map(before) : look.cells;
  for (const cell of again) after.set(cellKey(cell.event.id, cell.event.revision), cell);
  // First what comes, then what goes: between two batches an event is rather there twice than nowhere.
  const names = new Set([look.open.head.volume, ...again.map(cell => cell.volume)]);
  if (volume !== undefined) names.delete(volume);
  for (const name of volume === undefined ? names : [...names, volume]) {
    const outcome = await commit(by, look, { before, after }, name);
    if (outcome !== 'done') return outcome;
  }
  return { counts, rest: rebuilt.filter(one => !here.includes(one)) };
}

/** What becomes of each, one after the other; `look.cells` is afterwards as it shall be. */
function decide(look: Look, rebuilt: readonly Rebuilt[], at: string): RebuiltCounts {
  const { cells } = look;
  const counts = { ...none };
  for (const { was, event } of rebuilt) {
    const place = cellKey(was, event.revision);
    const cell = cells.get(place);
    if (cell === undefined || !isDeepStrictEqual(cell.event.raw, event.raw)) counts.gone += 1;
    else if (event.id !== was) {
      cells.delete(place);
      counts.moved += 1;
      const there = [...cells.values()].filter(one => one.event.id === event.id);
      if (there.some(one => one.hash === cell.hash)) continue;
      const revision = Math.max(0, ...there.map(one => one.event.revision)) + 1;
      const moved = storedForm(event, { ingestedAt: at, revision });
      cells.set(cellKey(event.id, revision), {
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

/**
 * The newest of those that stay under each id that something leaves, or has left before: to be given again, for the
 * index was told to forget the id. Where the one that the event was counted with has left, it is counted with this one.
 */
function thatStay(cells: ReadonlyMap<string, Cell>, rebuilt: readonly Rebuilt[]): readonly Cell[] {
  const left = new Set(rebuilt.filter(({ was, event }) => event.id !== was).map(({ was }) => was));
  const stay = Map.groupBy(
    [...cells.values()].filter(({ event }) => left.has(event.id)),
    ({ event }) => event.id,
  );
  return [...stay.values()].flatMap(all => {
    const newest = all.reduce((one, other) => (one.event.revision > other.event.revision ? one : other));
    if (all.some(isCounted)) return newest.pack === null ? [] : [{ ...newest, pack: null }];
    return [{ ...newest, pack: null, counted: true as const }];
  });
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
  { before, after }: Record<'before' | 'after', ReadonlyMap<string, Cell>>,
  volume: string,
): Promise<'done' | 'too large' | typeof lost> {
  const held = look.heads.get(volume);
  if (held === undefined) return lost;
  const made = [...after.values()].filter(one => one.pack === null && one.volume === volume);
  const left = [...before].filter(([at, one]) => one.volume === volume && after.get(at) !== one);
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
  const stay = (await revisionsOf(pack)).filter(({ event }) => !gone.has(cellKey(event.id, event.revision)));
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
    // An event is counted where the revision lies that it is counted with.
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
