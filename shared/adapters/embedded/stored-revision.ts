import type { StoredEvent } from '../../model/event.ts';
import type { Row } from './open-database.ts';
import { damaged, openDocument } from './sealed-document.ts';

/** A row of `revisions`; all null but the position where the index of ids names a document that is gone. */
export interface RevisionRow extends Row {
  readonly position: number;
  readonly tenant: number | null;
  readonly seal: number | null;
  readonly doc: string | null;
}

/**
 * The event a row holds. `tenantId` is whose row it is; `id` the one asked for, null in a feed.
 * @throws AppError `store.corrupt` when the document is gone, is not what was written, or is another's.
 */
export function readRevision(row: RevisionRow, tenantId: string | null, id: string | null): StoredEvent {
  const { seal, doc } = row;
  if (seal === null || doc === null) throw damaged('An event');
  const event = openDocument({ doc, seal }, 'An event') as StoredEvent;
  if (event.tenant !== tenantId || (id !== null && event.id !== id)) throw damaged('The index of events');
  return event;
}
