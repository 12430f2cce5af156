import { AppError } from '../kernel/errors.ts';
import { eventId, sha256 } from '../kernel/hash.ts';
import { isoInstant, type Window } from '../kernel/time.ts';
import type { NewEvent, QuarantinedRecord, RawPointer } from '../model/event.ts';
import { readRecord } from '../sources/_kit/read-record.ts';
import type { SnapshotChange } from '../sources/_kit/source.ts';
import type { Changed, Compared } from './compare-snapshots.ts';
import { recordHash } from './record-hash.ts';
import { readPage, type ReadingDeps, type ReadingTarget, type ReadPage, type Thing, type Things } from './snapshot-things.ts'; // prettier-ignore

/** Two snapshots, what differs between them, and the window whose changes that tells. */
export interface Differing {
  readonly before: Things | null;
  readonly now: Things;
  readonly compared: Compared;
  readonly window: Window;
}

/** What became of one change: its event, its place in quarantine, or deliberately nothing. */
export type Placed =
  { readonly event: NewEvent } | { readonly quarantined: QuarantinedRecord } | { readonly skipped: true };

/** The changes as events, page by page, so that no more than one page of each snapshot is in memory. */
export async function* placedChanges(
  deps: ReadingDeps,
  target: ReadingTarget,
  of: Differing,
): AsyncGenerator<Placed> {
  const placed = changePlacer(deps, target, of);
  const order = ({ before, now }: Changed): string => `${now?.page ?? '~'} ${before?.page ?? ''}`;
  for (const one of of.compared.changed.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
    yield await placed(one);
  }
}

/** Makes an event of one change after another; neighbours share a page of each snapshot. */
export function changePlacer(
  deps: ReadingDeps,
  target: ReadingTarget,
  of: Differing,
): (one: Changed) => Promise<Placed> {
  const nowPages = pageReader(deps, target);
  const oldPages = pageReader(deps, target);
  return async one => {
    const before = one.before === null ? null : await recordAt(oldPages, one.before);
    const now = one.now === null ? null : await recordAt(nowPages, one.now);
    const at = now ?? before;
    if (at === null) throw new AppError('bug', 'retry', 'A change of nothing into nothing was met.');
    return place(deps, target, of, one, at, before);
  };
}

interface RecordAt {
  readonly record: unknown;
  readonly raw: RawPointer;
}

function place(
  deps: ReadingDeps,
  target: ReadingTarget,
  { before: base, now, window }: Differing,
  { key, before: old, now: thing }: Changed,
  { record, raw }: RecordAt,
  before: RecordAt | null,
): Placed {
  const { source, ref, tenant } = target;
  const change: SnapshotChange = {
    kind: thing === null ? 'removed' : old === null ? 'added' : 'changed',
    asOf: window.to,
    since: base === null ? null : window.from,
    before: thing === null ? null : (before?.record ?? null),
    names: thing === null && base !== null ? base.names : now.names,
  };
  const reading = readRecord(source, record, { domains: tenant.domains, stream: ref.stream, change });
  if (reading.kind === 'skip') return { skipped: true };
  const hash = recordHash(record);
  // The same thing may go from one state to another and back: the reading is part of what makes the event, and of
  // what makes the entry in quarantine, or the way back would be taken for the state it had before.
  const identity = [key, isoInstant(window.to)];
  if (reading.kind === 'problem') {
    const entry = sha256(JSON.stringify([hash, ...identity]));
    const { problem } = reading;
    return { quarantined: { ...ref, raw, recordHash: entry, problem, at: deps.clock.now() } };
  }
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

export type PageReader = (key: string) => Promise<ReadPage>;

/** Reads a page once for all of its neighbours. */
export function pageReader(deps: ReadingDeps, target: ReadingTarget): PageReader {
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
  const { sha256: hash, records } = await pages(page);
  return { record: records[index], raw: { key: page, index, sha256: hash } };
}

export const pageMissing = (): AppError =>
  new AppError(
    'archive.corrupt',
    'give-up',
    'A page of the snapshot is missing from the archive although it was kept. Verify the archive.',
  );
