import { isDeepStrictEqual } from 'node:util';
import type { Sha256 } from '../../kernel/hash.ts';
import { isoInstant, type Instant } from '../../kernel/time.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { TenantId } from '../../model/ids.ts';
import type { Rebuilt, RebuiltCounts } from '../../ports/event-store.ts';
import type { Database } from './open-database.ts';
import { sealOf } from '../documents/sealed-document.ts';
import { eventReader, eventWriter, type RevisionRow, type WriteEvent } from './event-document.ts';
import { lastPosition } from './event-feed.ts';
import { packId } from './packed-id.ts';
import { upsertEvents } from './upsert-events.ts';

interface HashedRow extends RevisionRow {
  readonly hash: Uint8Array<ArrayBuffer>;
}

/**
 * Puts events made anew in the place of the revisions they were made from. A revision's document is replaced as a
 * whole and given a new position, so that whoever follows the feed meets it again. Where revisions leave an id, so is
 * the newest of those that stay: the index was told to forget the id, and would not find it again. Call inside a write.
 */
export function rebuildEvents(
  database: Database,
  tenant: { readonly number: number; readonly id: TenantId },
  rebuilt: readonly Rebuilt[],
  at: Instant,
): RebuiltCounts {
  const find = database.prepare<HashedRow>(`${selectRevision} AND v.revision = ?`);
  const read = eventReader(database);
  const write = eventWriter(database);
  const counts = { rebuilt: 0, moved: 0, unchanged: 0, gone: 0 };
  const given = lastPosition(database);
  const left = new Set<string>();
  for (const { was, event } of rebuilt) {
    // Also where it has left before: who asks again may have told the index to forget the id again.
    if (event.id !== was) left.add(was);
    const row = find.get(tenant.number, packId(was), event.revision);
    if (row === undefined) {
      counts.gone += 1;
      continue;
    }
    const stored = read(row, tenant.id, was);
    if (!isDeepStrictEqual(stored.raw, event.raw)) counts.gone += 1;
    else if (event.id !== was) {
      leave(database, tenant.number, was, event.revision, row.position);
      const moving = { ...event, recordHash: Buffer.from(row.hash).toString('hex') as Sha256 };
      upsertEvents(database, tenant, [moving], at, 'stored', write);
      counts.moved += 1;
    } else if (saysTheSame(stored, event)) counts.unchanged += 1;
    else {
      const { ingestedAt } = stored;
      const next: StoredEvent = { ...event, ingestedAt, rebuiltAt: isoInstant(at) };
      replace(database, tenant.number, row, next, write);
      counts.rebuilt += 1;
    }
  }
  // Not before: of the others, some may leave in the same call.
  const newest = database.prepare<HashedRow>(`${selectRevision} ORDER BY v.revision DESC LIMIT 1`);
  for (const id of left) {
    const row = newest.get(tenant.number, packId(id));
    if (row === undefined || row.position > given) continue;
    replace(database, tenant.number, row, read(row, tenant.id, id), write);
  }
  return counts;
}

// LEFT JOIN: a revision whose document is gone must be seen as damage. A row at position 0 is none (leave, below).
const selectRevision = `
  SELECT v.position, r.record_hash AS hash, r.tenant, r.seal, r.doc
  FROM event_versions v LEFT JOIN revisions r ON r.position = v.position AND r.tenant = v.tenant
  WHERE v.tenant = ? AND v.id = ? AND v.position > 0`;

/** As JSON has them: a field that is undefined here is absent there. */
function saysTheSame(stored: StoredEvent, event: Rebuilt['event']): boolean {
  const { ingestedAt: _ingested, rebuiltAt: _rebuilt, ...said } = stored;
  return isDeepStrictEqual(said, JSON.parse(JSON.stringify(event)));
}

function replace(
  database: Database,
  tenant: number,
  { position, hash }: HashedRow,
  event: StoredEvent,
  write: WriteEvent,
): void {
  const next = database
    .prepare<{ last: number }>('UPDATE feed_position SET last = last + 1 WHERE one = 1 RETURNING last')
    .get();
  if (next === undefined) throw new TypeError('the feed has no position');
  const doc = write(event, next.last);
  database.prepare('DELETE FROM revisions WHERE position = ?').run(position);
  database
    .prepare('INSERT INTO revisions (position, tenant, seal, doc, record_hash) VALUES (?, ?, ?, ?, ?)')
    .run(next.last, tenant, sealOf(doc), doc, hash);
  database
    .prepare('UPDATE event_versions SET position = ? WHERE tenant = ? AND id = ? AND revision = ?')
    .run(next.last, tenant, packId(event.id), event.revision);
}

/**
 * Takes a revision away from its id; the id goes with its last one. Until then the row of a first revision stays, at
 * position 0, where no revision is: an upsert tells a new id from a known one by whether it can insert that row.
 */
function leave(database: Database, tenant: number, id: string, revision: number, position: number): void {
  const key = packId(id);
  database.prepare('DELETE FROM revisions WHERE position = ?').run(position);
  database
    .prepare('UPDATE event_versions SET position = 0 WHERE tenant = ? AND id = ? AND revision = ?')
    .run(tenant, key, revision);
  const others = database
    .prepare('SELECT 1 FROM event_versions WHERE tenant = ? AND id = ? AND position > 0')
    .get(tenant, key);
  database
    .prepare('DELETE FROM event_versions WHERE tenant = ? AND id = ? AND position = 0 AND revision > ?')
    .run(tenant, key, others === undefined ? 0 : 1);
  database
    .prepare('UPDATE event_counts SET events = events - ?2, revisions = revisions - 1 WHERE tenant = ?1')
    .run(tenant, others === undefined ? 1 : 0);
}
