import type { StoredEvent } from '../../model/event.ts';
import { sealOf } from '../documents/sealed-document.ts';
import type { Database, Row } from './open-database.ts';
import { damaged, openDocument } from './sealed-document.ts';

/** A row of `revisions`; all null but the position where the index of ids names a document that is gone. */
export interface RevisionRow extends Row {
  readonly position: number;
  readonly tenant: number | null;
  readonly seal: number | null;
  readonly doc: string | null;
}

/**
 * What events beside each other in the feed have in common: those of one page, stored at once. A third of each would be
 * that, and would be written with each.
 */
interface Origin extends Pick<
  StoredEvent,
  'tenant' | 'source' | 'stream' | 'mapping' | 'mappingDigest' | 'ingestedAt'
> {
  readonly raw: Pick<StoredEvent['raw'], 'key' | 'sha256'>;
}

/** An event without its origin, which is given by number. */
interface Own extends Omit<StoredEvent, keyof Origin> {
  readonly origin: number;
  readonly index: number;
}

/** Makes the document of an event that is about to be stored at `position`. */
export type WriteEvent = (event: StoredEvent, position: number) => string;

/**
 * The documents of one tenant's events in one write, in the order of their positions. An origin's number is the position it begins at, so
 * none is ever given twice, and it holds as far as the next one begins.
 */
export function eventWriter(database: Database): WriteEvent {
  const insert = database.prepare('INSERT INTO origins (number, seal, doc) VALUES (?, ?, ?)');
  let last: StoredEvent | null = null;
  let number = 0;
  return (event, position) => {
    if (last === null || !haveOneOrigin(last, event)) {
      const doc = JSON.stringify(originOf(event));
      insert.run(position, sealOf(doc), doc);
      last = event;
      number = position;
    }
    return JSON.stringify(ownOf(event, number));
  };
}

const haveOneOrigin = (a: StoredEvent, b: StoredEvent): boolean =>
  a.raw.key === b.raw.key &&
  a.raw.sha256 === b.raw.sha256 &&
  a.source === b.source &&
  a.stream === b.stream &&
  a.mapping === b.mapping &&
  a.mappingDigest === b.mappingDigest &&
  a.ingestedAt === b.ingestedAt;

const originOf = (event: StoredEvent): Origin => ({
  tenant: event.tenant,
  source: event.source,
  stream: event.stream,
  mapping: event.mapping,
  mappingDigest: event.mappingDigest,
  ingestedAt: event.ingestedAt,
  raw: { key: event.raw.key, sha256: event.raw.sha256 },
});

/** Field by field, as storedForm. */
const ownOf = (event: StoredEvent, origin: number): Own => ({
  id: event.id,
  time: event.time,
  category: event.category,
  operation: event.operation,
  outcome: event.outcome,
  reason: event.reason,
  severity: event.severity,
  actor: event.actor,
  targets: event.targets,
  client: event.client,
  mail: event.mail,
  correlationId: event.correlationId,
  summary: event.summary,
  ocsf: event.ocsf,
  origin,
  index: event.raw.index,
  revision: event.revision,
  rebuiltAt: event.rebuiltAt,
});

/**
 * Reads the event a row holds. `tenantId` is whose row it is; `id` the one asked for, null in a feed.
 * Throws AppError `store.corrupt` when the document is gone, is not what was written, or is another's.
 */
export type ReadEvent = (row: RevisionRow, tenantId: string | null, id: string | null) => StoredEvent;

export function eventReader(database: Database): ReadEvent {
  const find = database.prepare<{ seal: number; doc: string }>(
    'SELECT seal, doc FROM origins WHERE number = ?',
  );
  // Events are mostly read beside each other.
  let last: { readonly number: number; readonly origin: Origin } | null = null;
  function originAt(number: number): Origin {
    if (last?.number === number) return last.origin;
    const row = find.get(number);
    if (row === undefined) throw damaged('An event');
    const origin = openDocument(row, 'An event') as Origin;
    last = { number, origin };
    return origin;
  }
  return ({ seal, doc }, tenantId, id) => {
    if (seal === null || doc === null) throw damaged('An event');
    const kept = openDocument({ doc, seal }, 'An event') as StoredEvent | Own;
    const event = 'raw' in kept ? kept : withOrigin(kept, originAt(kept.origin));
    if (event.tenant !== tenantId || (id !== null && event.id !== id)) throw damaged('The index of events');
    return event;
  };
}

/** In the order of storedForm. */
function withOrigin(own: Own, origin: Origin): StoredEvent {
  const { id, origin: _number, index, revision, rebuiltAt, ...said } = own;
  const { tenant, source, stream, mapping, mappingDigest, ingestedAt, raw } = origin;
  return {
    id,
    tenant,
    source,
    stream,
    ...said,
    raw: { key: raw.key, index, sha256: raw.sha256 },
    mapping,
    ...(mappingDigest === undefined ? {} : { mappingDigest }),
    ingestedAt,
    revision,
    ...(rebuiltAt === undefined ? {} : { rebuiltAt }),
  };
}
