import type { StoredEvent } from '../../model/event.ts';
import { lastTaken } from '../../model/event-size.ts';
import type { History } from '../../ports/event-store.ts';
import type { Database } from './open-database.ts';
import { packId } from './packed-id.ts';
import { damaged } from './sealed-document.ts';
import { eventReader, type RevisionRow } from './event-document.ts';

/** A page of an event's revisions: their places first, and documents only of those that it has. */
export function eventHistory(
  database: Database,
  tenant: { readonly number: number; readonly tenantId: string },
  id: string,
  after: number,
  limit: number,
): History {
  const places = database
    .prepare<{ position: number }>(
      `SELECT position FROM event_versions
       WHERE tenant = ? AND id = ? AND revision > ? AND position > 0 ORDER BY revision LIMIT ?`,
    )
    .all(tenant.number, packId(id), after, limit + 1);
  const document = database.prepare<RevisionRow>(
    'SELECT position, tenant, seal, doc FROM revisions WHERE position = ? AND tenant = ?',
  );
  const read = eventReader(database);
  const revisions: StoredEvent[] = [];
  const isLast = lastTaken(limit);
  for (const { position } of places) {
    const row = document.get(position, tenant.number);
    if (row === undefined) throw damaged('The index of events');
    const event = read(row, tenant.tenantId, id);
    revisions.push(event);
    if (isLast(event)) break;
  }
  return { revisions, more: revisions.length < places.length };
}
