import { AppError } from '../../kernel/errors.ts';
import type { StoredEvent } from '../../model/event.ts';
import {
  comparedToken,
  documentOf,
  revisionKey,
  tombstoneOf,
  type SearchDocument,
} from './search-document.ts';
import { all, not, equals, oneOf, type Filter } from './search-filter.ts';
import type { IndexAction, SearchGateway } from './search-gateway.ts';

/** Waits so many milliseconds. */
export type Pause = (ms: number) => Promise<unknown>;

// The service's limits are 1,000 documents and 16 MB; the request's own envelope needs some of it.
const mostDocuments = 1_000;
const mostBytes = 15_000_000;
// Ids looked up at once: with their revisions they must fit one page of answers.
const mostIds = 500;
const pageSize = 1_000;

const attempts = 6;
const firstPauseMs = 200;
/** Statuses of a single document that pass: the document was being written, or the service had no time. */
const passing: readonly number[] = [409, 422, 429, 500, 503];

/**
 * Puts events: each revision under a key of its own, and a tombstone in the place of every earlier one. Uploading
 * a tombstone empties what is there; a revision that comes after its tombstone is merged into it and stays hidden.
 * So the highest revision wins in whatever order they come, from however many writers, without a read.
 */
export async function putEvents(
  gateway: SearchGateway,
  events: readonly StoredEvent[],
  pause: Pause,
): Promise<void> {
  const actions = newestRevisions(events).flatMap((event): IndexAction[] => [
    { kind: 'mergeOrUpload', document: documentOf(event) },
    ...Array.from({ length: event.revision - 1 }, (_, n): IndexAction => ({
      kind: 'upload',
      document: tombstoneOf(event, n + 1),
    })),
  ]);
  for (const batch of batchesOf(actions)) await writeAll(gateway, batch, pause);
}

/** Of several revisions of one id the highest: no key may come twice in a batch. */
function newestRevisions(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const byId = new Map<string, StoredEvent>();
  for (const event of events) {
    const other = byId.get(event.id);
    if (other === undefined || other.revision <= event.revision) byId.set(event.id, event);
  }
  return [...byId.values()];
}

/** The actions in order, in batches the service takes by number and by bytes. */
export function batchesOf(actions: readonly IndexAction[]): readonly (readonly IndexAction[])[] {
  const batches: IndexAction[][] = [];
  let bytes = Infinity;
  for (const action of actions) {
    const size = bytesOf(action.document);
    if (bytes + size > mostBytes || (batches.at(-1)?.length ?? 0) >= mostDocuments) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(action);
    bytes += size;
  }
  return batches;
}

// Where a thousand documents of this size fit, how large they are exactly does not matter.
const small = mostBytes / mostDocuments;
/** The greatest JSON makes of a UTF-16 unit: an escape such as \u0007. */
const widest = 6;

/** A document's bytes in the request; for a small one no more than it may have. */
function bytesOf(document: SearchDocument): number {
  let most = 64;
  for (const name in document) {
    const value = document[name];
    most += name.length + 8;
    if (typeof value === 'string') most += value.length * widest;
    else if (typeof value === 'object' && value !== null) {
      for (const one of value) most += one.length * widest + 3;
    } else most += 24;
  }
  return most <= small ? most : Buffer.byteLength(JSON.stringify(document)) + 64;
}

/**
 * Writes a batch until every document of it is written; only those that failed are sent again.
 * @throws AppError `index.unavailable` when some still fail: the whole put may then be repeated.
 */
export async function writeAll(
  gateway: SearchGateway,
  batch: readonly IndexAction[],
  pause: Pause,
): Promise<void> {
  let pending = batch;
  for (let attempt = 0; pending.length > 0; attempt++) {
    if (attempt === attempts) throw stillFailing(pending.length);
    if (attempt > 0) await pause(firstPauseMs * 2 ** (attempt - 1));
    const outcomes = new Map((await gateway.write(pending)).map(one => [one.key, one]));
    // A document the answer does not speak of is one nobody said was written.
    const failed = pending.filter(({ document }) => outcomes.get(document.key)?.succeeded !== true);
    const refused = failed.filter(({ document }) => {
      const status = outcomes.get(document.key)?.status;
      return status !== undefined && !passing.includes(status);
    });
    if (refused.length > 0)
      throw refusedDocuments(refused.length, outcomes.get(refused[0]?.document.key ?? '')?.status);
    pending = failed;
  }
}

const stillFailing = (documents: number): AppError =>
  new AppError(
    'index.unavailable',
    'retry-later',
    'AI Search did not take some documents of a batch. Work goes on by itself; if this stays, give the service more partitions.',
    { facts: { documents }, retryAfterMs: 30_000 },
  );

const refusedDocuments = (documents: number, status: number | undefined): AppError =>
  new AppError(
    'bug',
    'give-up',
    'AI Search refused documents of ours for good. The log has how many and with which status; report it.',
    { facts: { documents, status: status ?? 0 } },
  );

/** Removes every revision of some events. */
export async function removeEvents(
  gateway: SearchGateway,
  ids: readonly string[],
  pause: Pause,
): Promise<void> {
  for (let from = 0; from < ids.length; from += mostIds) {
    const some = ids.slice(from, from + mostIds);
    // The first revision is removed even when the service cannot see it yet.
    const keys = new Set([...(await keysOf(gateway, some)), ...some.map(id => revisionKey(id, 1))]);
    const actions = [...keys].map((key): IndexAction => ({ kind: 'delete', document: { key } }));
    for (const batch of batchesOf(actions)) await writeAll(gateway, batch, pause);
  }
}

async function keysOf(gateway: SearchGateway, ids: readonly string[]): Promise<readonly string[]> {
  const tokens = ids.map(id => comparedToken('id', id));
  const { keys, count } = await foundKeys(gateway, oneOf('id', tokens));
  const [only] = ids;
  if (count <= pageSize || only === undefined) return keys;
  if (ids.length > 1) {
    const half = Math.ceil(ids.length / 2);
    return [...(await keysOf(gateway, ids.slice(0, half))), ...(await keysOf(gateway, ids.slice(half)))];
  }
  // More revisions than an answer has documents: the newest is asked for by itself, and its number tells all others.
  const newest = await foundKeys(gateway, all([oneOf('id', tokens), isCurrent]));
  const last = [...keys, ...newest.keys].reduce((most, key) => Math.max(most, revisionOf(key)), 0);
  return Array.from({ length: last }, (_, n) => revisionKey(only, n + 1));
}

const revisionOf = (key: string): number => Number(key.slice(key.lastIndexOf('_') + 1));

async function foundKeys(
  gateway: SearchGateway,
  filter: Filter,
): Promise<{ readonly keys: readonly string[]; readonly count: number }> {
  if (typeof filter === 'string') return { keys: [], count: 0 };
  const { documents, count } = await gateway.search({
    filter: filter.text,
    orderBy: [],
    select: ['key'],
    top: pageSize,
    facets: [],
  });
  return { keys: documents.map(one => String(one['key'])), count };
}

/** What every search adds: only the newest revision of an event is found. */
export const isCurrent = not(equals('superseded', true));
