import { AppError } from '../../kernel/errors.ts';
import { isoInstant, type Instant } from '../../kernel/time.ts';
import type { NewEvent } from '../../model/event.ts';
import type { ChangedRecords } from '../../ports/event-store.ts';
import { storedForm } from '../../model/stored-form.ts';
import { revisionClaimer } from './claim-revisions.ts';
import { lastPosition } from './event-feed.ts';
import type { Database } from './open-database.ts';
import type { RecentChange } from './recent-changes.ts';
import { demandTenant } from './tenant-numbers.ts';
import type { TenantId } from '../../model/ids.ts';
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
  const claim = revisionClaimer(database, tenant.number);
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
