import { AppError } from '../kernel/errors.ts';
import { eventId, type Sha256 } from '../kernel/hash.ts';
import { hours, isoInstant, type Instant } from '../kernel/time.ts';
import { noCounts, type Counts, type Cursor, type OpenWindow } from '../model/cursor.ts';
import type { NewEvent, QuarantinedRecord, RawPointer } from '../model/event.ts';
import { readRecord } from '../sources/_kit/read-record.ts';
import type { SnapshotChange } from '../sources/_kit/source.ts';
import { compareSnapshots, type Changed, type Compared } from './compare-snapshots.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { namedPageKey, windowPrefix } from './raw-key.ts';
import { recordHash } from './record-hash.ts';
import { readSnapshotManifest, type SnapshotPart } from './seal-window.ts';
import { readPage, thingsOf, type ReadPage, type Thing, type Things } from './snapshot-things.ts';
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
  const before = await lastThings(deps, target, cursor);
  const now = await thingsOf(deps, target, pages);
  if (now === null) throw pageMissing();
  const compared = compareSnapshots(before, now);
  demandBelievable(target, cursor, before, compared, deps.clock.now());
  const counts = await storeChanges(deps, target, { before, now, compared, open });
  const carried = await pointersOf(deps, target, compared.carried);
  return {
    counts,
    part: { pages, carried, previous: before === null ? null : (cursor.snapshot?.manifest ?? null) },
    things: now.byKey.size + carried.length,
    baseLost: before === null && cursor.snapshot !== undefined,
  };
}

/** The last snapshot, read back from what its manifest names; null at the first, and when retention has taken it. */
async function lastThings(deps: PullDeps, target: PullTarget, cursor: Cursor): Promise<Things | null> {
  if (cursor.snapshot === undefined) return null;
  const part = await readSnapshotManifest(deps, target, cursor.snapshot.manifest);
  return part === null ? null : thingsOf(deps, target, part.pages, part.carried);
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

interface Differing {
  readonly before: Things | null;
  readonly now: Things;
  readonly compared: Compared;
  readonly open: OpenWindow;
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

type Placed =
  { readonly event: NewEvent } | { readonly quarantined: QuarantinedRecord } | { readonly skipped: true };

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

/** The changes as events, page by page, so that no more than one page of each snapshot is in memory. */
async function* placedChanges(deps: PullDeps, target: PullTarget, of: Differing): AsyncGenerator<Placed> {
  const nowPages = pageReader(deps, target);
  const oldPages = pageReader(deps, target);
  const order = ({ before, now }: Changed): string => `${now?.page ?? '~'} ${before?.page ?? ''}`;
  for (const one of of.compared.changed.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
    const before = one.before === null ? null : await recordAt(oldPages, one.before);
    const now = one.now === null ? null : await recordAt(nowPages, one.now);
    const at = now ?? before;
    if (at !== null) yield place(deps, target, of, one, at, before);
  }
}

interface RecordAt {
  readonly record: unknown;
  readonly raw: RawPointer;
}

function place(
  deps: PullDeps,
  target: PullTarget,
  { before: base, now, open }: Differing,
  { key, before: old, now: thing }: Changed,
  { record, raw }: RecordAt,
  before: RecordAt | null,
): Placed {
  const { source, ref, tenant } = target;
  const change: SnapshotChange = {
    kind: thing === null ? 'removed' : old === null ? 'added' : 'changed',
    asOf: open.window.to,
    since: base === null ? null : open.window.from,
    before: thing === null ? null : (before?.record ?? null),
    names: thing === null && base !== null ? base.names : now.names,
  };
  const reading = readRecord(source, record, { domains: tenant.domains, stream: ref.stream, change });
  if (reading.kind === 'skip') return { skipped: true };
  const hash = recordHash(record);
  if (reading.kind === 'problem') {
    const { problem } = reading;
    return { quarantined: { ...ref, raw, recordHash: hash, problem, at: deps.clock.now() } };
  }
  // The same thing may go from one state to another and back: the reading is part of what makes the event.
  const identity = [key, isoInstant(open.window.to)];
  const id = eventId(reading.event.time, tenant.id, ref.source, ref.stream, identity);
  return {
    event: {
      ...reading.event,
      ...ref,
      id,
      tenant: tenant.id,
      raw,
      mapping: source.mapping,
      recordHash: hash,
    },
  };
}

type PageReader = (key: string) => Promise<ReadPage>;

/** Reads a page once for all of its neighbours. */
function pageReader(deps: PullDeps, target: PullTarget): PageReader {
  let last: { key: string; page: ReadPage } | null = null;
  return async key => {
    if (last?.key === key) return last.page;
    const page = await readPage(deps, target, key);
    if (page === null) throw pageMissing();
    last = { key, page };
    return page;
  };
}

async function recordAt(pages: PageReader, { page, index }: Thing): Promise<RecordAt> {
  const { sha256, records } = await pages(page);
  return { record: records[index], raw: { key: page, index, sha256 } };
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

const pageMissing = (): AppError =>
  new AppError(
    'archive.corrupt',
    'give-up',
    'A page of the snapshot is missing from the archive although it was kept. Verify the archive.',
  );
