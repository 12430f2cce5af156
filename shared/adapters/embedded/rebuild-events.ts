import { isDeepStrictEqual } from 'node:util';
import type { Sha256 } from '../../kernel/hash.ts';
import { isoInstant, type Instant } from '../../kernel/time.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { TenantId } from '../../model/ids.ts';
import type { Rebuilt, RebuiltCounts } from '../../ports/event-store.ts';
import type { Database } from './open-database.ts';
import { sealOf } from '../documents/sealed-document.ts';
import { eventReader, eventWriter, type RevisionRow, type WriteEvent } from './event-document.ts';
import { packId } from './packed-id.ts';
import { upsertEvents } from './upsert-events.ts';

interface HashedRow extends RevisionRow {
  readonly hash: Uint8Array<ArrayBuffer>;
}

/**
 * Puts events made anew in the place of the revisions they were made from. A revision's document is replaced as a
 * whole and given a new position, so that whoever follows the feed meets it again. Call inside a write.
 */
export function rebuildEvents(
  database: Database,
  tenant: { readonly number: number; readonly id: TenantId },
  rebuilt: readonly Rebuilt[],
  at: Instant,
): RebuiltCounts {
  const find = database.prepare<HashedRow>(
    `SELECT v.position, r.record_hash AS hash, r.tenant, r.seal, r.doc
     FROM event_versions v LEFT JOIN revisions r ON r.position = v.position AND r.tenant = v.tenant
     WHERE v.tenant = ? AND v.id = ? AND v.revision = ?`,
  );
  const read = eventReader(database);
  const write = eventWriter(database);
  const counts = { rebuilt: 0, moved: 0, unchanged: 0, gone: 0 };
  for (const { was, event } of rebuilt) {
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
  return counts;
}

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

/** Takes a revision away from its id; the id goes with its last one. */
function leave(database: Database, tenant: number, id: string, revision: number, position: number): void {
  const key = packId(id);
  database.prepare('DELETE FROM revisions WHERE position = ?').run(position);
  database
    .prepare('DELETE FROM event_versions WHERE tenant = ? AND id = ? AND revision = ?')
    .run(tenant, key, revision);
  const left = database.prepare('SELECT 1 FROM event_versions WHERE tenant = ? AND id = ?').get(tenant, key);
  database
    .prepare('UPDATE event_counts SET events = events - ?2, revisions = revisions - 1 WHERE tenant = ?1')
    .run(tenant, left === undefined ? 1 : 0);
}
