import { AppError } from '../kernel/errors.ts';
import type { Sha256 } from '../kernel/hash.ts';
import { hours, type Instant } from '../kernel/time.ts';
import { noCounts, type Counts, type Cursor, type OpenWindow } from '../model/cursor.ts';
import type { RawPointer } from '../model/event.ts';
import { compareSnapshots, type Compared } from './compare-snapshots.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { namedPageKey, windowPrefix } from './raw-key.ts';
import type { SnapshotPart } from './seal-window.ts';
import { pageMissing, pageReader, placedChanges, type Differing, type Placed } from './snapshot-changes.ts';
import { sealedThings, thingsOf, type Thing, type Things } from './snapshot-things.ts';
import { addCounts, checkBalance } from './store-pages.ts';

/** What a whole snapshot came to: its part of the manifest, and what the cursor keeps of it. */
export interface StoredSnapshot {
  readonly counts: Counts;
  readonly part: SnapshotPart;
  readonly things: number;
  /** The snapshot before could not be read back: everything was taken as new. */
  readonly baseLost: boolean;
}

/** Events stored in one transaction. */
const batchSize = 1_000;
/** Fewer missing things than this are believed at once. */
const unbelievable = 5;
const confirmedAfter = hours(1);

/**
 * Steps 3 and 4 of a snapshot whose pages are all in the archive and named in the cursor: compares it with the last
 * sealed one and stores what differs. Everything it reads is archived, so done again after a crash it makes the same
 * events with the same ids. Throws `provider.truncated` for a snapshot that has lost most of its things, until the
 * provider has said so for an hour.
 */
export async function storeSnapshot(
  deps: PullDeps,
  target: PullTarget,
  cursor: Cursor,
  open: OpenWindow,
): Promise<StoredSnapshot> {
  const prefix = windowPrefix(target.ref, open.window);
  const pages = (open.snapshot?.pages ?? []).map(name => namedPageKey(prefix, name));
  const last = cursor.snapshot?.manifest;
  const before = last === undefined ? null : await sealedThings(deps, target, last);
  const now = await thingsOf(deps, target, pages);
  if (now === null) throw pageMissing();
  const compared = compareSnapshots(before, now);
  demandBelievable(target, cursor, before, compared, deps.clock.now());
  const counts = await storeChanges(deps, target, { before, now, compared, window: open.window });
  const carried = await pointersOf(deps, target, compared.carried);
  return {
    counts,
    part: { pages, carried, previous: before === null ? null : (cursor.snapshot?.manifest ?? null) },
    things: now.byKey.size + carried.length,
    baseLost: before === null && cursor.snapshot !== undefined,
  };
}

function demandBelievable(
  target: PullTarget,
  cursor: Cursor,
  before: Things | null,
  { removed }: Compared,
  now: Instant,
): void {
  const had = before?.byKey.size ?? 0;
  if (removed < unbelievable || removed * 2 <= had) return;
  const { failures } = cursor;
  if (failures?.code === 'provider.truncated' && now - failures.since >= confirmedAfter) return;
  throw new AppError(
    'provider.truncated',
    'retry-later',
    'The provider lists less than half of what it listed before. That is believed once it has said so for an hour; until then it is asked again.',
    { facts: { source: target.ref.source, stream: target.ref.stream, had, removed } },
  );
}

async function storeChanges(deps: PullDeps, target: PullTarget, of: Differing): Promise<Counts> {
  const { compared, now } = of;
  const stays = now.records - now.strangers.length - compared.changed.filter(one => one.now !== null).length;
  let counts: Counts = {
    ...noCounts,
    seen: now.records + compared.removed,
    unchanged: stays,
    quarantined: now.strangers.length,
  };
  if (now.strangers.length > 0) await deps.events.quarantine(target.scope, now.strangers);
  let placed: Placed[] = [];
  const settle = async (): Promise<void> => {
    counts = addCounts(counts, await storePlaced(deps, target, placed));
    placed = [];
  };
  for await (const one of placedChanges(deps, target, of)) {
    placed.push(one);
    if (placed.length >= batchSize) await settle();
  }
  await settle();
  checkBalance(counts, target);
  return counts;
}

async function storePlaced(deps: PullDeps, target: PullTarget, placed: readonly Placed[]): Promise<Counts> {
  const events = placed.flatMap(one => ('event' in one ? [one.event] : []));
  const quarantined = placed.flatMap(one => ('quarantined' in one ? [one.quarantined] : []));
  if (quarantined.length > 0) await deps.events.quarantine(target.scope, quarantined);
  const none = { inserted: 0, replaced: 0, unchanged: 0 };
  const stored =
    events.length === 0 ? none : await deps.events.upsert(target.scope, events, deps.clock.now());
  const skipped = placed.length - events.length - quarantined.length;
  return { ...noCounts, ...stored, quarantined: quarantined.length, skipped };
}

async function pointersOf(
  deps: PullDeps,
  target: PullTarget,
  things: readonly Thing[],
): Promise<RawPointer[]> {
  const pages = pageReader(deps, target);
  const pointers: RawPointer[] = [];
  for (const thing of things.toSorted((a, b) => (a.page < b.page ? -1 : 1))) {
    const sha256: Sha256 = (await pages(thing.page)).sha256;
    pointers.push({ key: thing.page, index: thing.index, sha256 });
  }
  return pointers;
}
