import { AppError } from '../../kernel/errors.ts';
import { isoInstant, type Instant } from '../../kernel/time.ts';
import type { NewEvent } from '../../model/event.ts';
import type { ChangedRecords } from '../../ports/event-store.ts';
import { storedForm } from '../../model/stored-form.ts';
import { lastPosition } from './event-feed.ts';
import type { Database } from './open-database.ts';
import type { RecentChange } from './recent-changes.ts';
import { packId, packedLength } from './packed-id.ts';
import { demandTenant } from './tenant-numbers.ts';
import type { TenantId } from '../../model/ids.ts';
import { damaged } from './sealed-document.ts';
import { demandEventSize } from '../documents/demand-event-size.ts';
import { sealOf } from '../documents/sealed-document.ts';
import { eventWriter, type WriteEvent } from './event-document.ts';

export interface Upserted {
  readonly seen: number;
  readonly inserted: number;
  /** The revisions stored, in their order. */
  readonly stored: readonly RecentChange[];
  /** Of known ids, of records that none of their revisions was made from, where such are not stored. */
  readonly changed: readonly NewEvent[];
}

/**
 * The hot path of the store: one insert into the index of ids tells a new event from a known one, and only
 * a known one is looked at further. Call inside a write: where `events` throws halfway, what came before is undone by it.
 */
export function upsertEvents(
  database: Database,
  tenant: { readonly number: number; readonly id: TenantId },
  events: Iterable<NewEvent>,
  at: Instant,
  others: ChangedRecords,
  write: WriteEvent = eventWriter(database),
): Upserted {
  const insert = database.prepare(
    'INSERT INTO revisions (position, tenant, seal, doc, record_hash) VALUES (?, ?, ?, ?, ?)',
  );
  const claim = claimer(database, tenant.number);
  // One for all: SQLite copies what it is given.
  const hash = Buffer.alloc(32);
  const ingestedAt = isoInstant(at);
  const stored: RecentChange[] = [];
  const changed: NewEvent[] = [];
  let position = lastPosition(database);
  let inserted = 0;
  let seen = 0;
  for (const event of events) {
    demandTenant(tenant.id, event.tenant);
    const most = demandEventSize(event);
    seen += 1;
    readHash(event, hash);
    const revision = claim.first(event.id, hash, position + 1);
    if (revision === null) continue;
    if (revision === 1) inserted += 1;
    else if (others === 'stored') claim.next(revision, position + 1);
    else {
      changed.push(event);
      continue;
    }
    position += 1;
    const kept = storedForm(event, { ingestedAt, revision });
    const doc = write(kept, position);
    insert.run(position, tenant.number, sealOf(doc), doc, hash);
    stored.push({ position, event: kept, most });
  }
  if (stored.length > 0) {
    database.prepare('UPDATE feed_position SET last = ? WHERE one = 1').run(position);
    database
      .prepare(
        `INSERT INTO event_counts VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET events = events + ?2, revisions = revisions + ?3`,
      )
      .run(tenant.number, inserted, stored.length);
  }
  return { seen, inserted, stored, changed };
}

function readHash({ recordHash }: NewEvent, into: Buffer): void {
  // Hexadecimal that does not parse gives fewer bytes, and two such would look like one record.
  if (into.write(recordHash, 'hex') === into.length && recordHash.length === 2 * into.length) return;
  throw new AppError('bug', 'give-up', 'An event came with a record hash that is none.');
}

interface Claimer {
  /**
   * Takes revision 1 of an id for `position` and answers 1; for an id that is known, the number its next revision would
   * have; null when this very record is already there.
   */
  first(id: string, hash: Uint8Array, position: number): number | null;
  /** Takes that next revision of the id last asked for. */
  next(revision: number, position: number): void;
}

function claimer(database: Database, tenant: number): Claimer {
  const insert = database.prepare(
    'INSERT INTO event_versions (tenant, id, revision, position) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  // LEFT JOIN: a revision whose document is gone must not make its record look like a changed one.
  const compare = database.prepare<{ last: number | null; same: number | null; gone: number }>(
    `SELECT max(v.revision) AS last, max(r.record_hash = ?) AS same,
            count(nullif(v.position, 0)) - count(r.position) AS gone
     FROM event_versions v LEFT JOIN revisions r ON r.position = v.position AND r.tenant = v.tenant
     WHERE v.tenant = ? AND v.id = ?`,
  );
  const packed = new Uint8Array(packedLength);
  let key = packId('', packed);
  // A page is nearly always all new or all known: what the last event was decides what is tried first.
  let expectKnown = false;
  return {
    first(id, hash, position) {
      key = packId(id, packed);
      if (!expectKnown && insert.run(tenant, key, 1, position).changes === 1) return 1;
      const { last, same, gone } = compare.get(hash, tenant, key) ?? { last: null, same: null, gone: 0 };
      if (gone > 0) throw damaged('The index of events');
      expectKnown = same === 1;
      if (expectKnown) return null;
      if (last === null) insert.run(tenant, key, 1, position);
      return (last ?? 0) + 1;
    },
    next: (revision, position) => void insert.run(tenant, key, revision, position),
  };
}
