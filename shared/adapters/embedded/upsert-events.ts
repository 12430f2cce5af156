import { AppError } from '../../kernel/errors.ts';
import { isoInstant, type Instant } from '../../kernel/time.ts';
import type { NewEvent } from '../../model/event.ts';
import { storedForm } from '../../model/stored-form.ts';
import { lastPosition } from './event-feed.ts';
import type { Database } from './open-database.ts';
import type { RecentChange } from './recent-changes.ts';
import { demandTenant, type Numbers } from './tenant-numbers.ts';
import type { TenantId } from '../../model/ids.ts';
import { demandEventSize } from '../documents/demand-event-size.ts';
import { sealOf } from '../documents/sealed-document.ts';

export interface Upserted {
  readonly seen: number;
  readonly inserted: number;
  /** The revisions stored, in their order. */
  readonly stored: readonly RecentChange[];
}

/**
 * The hot path of the store: one insert into the index of ids tells a new event from a known one, and only
 * a known one is looked at further. Call inside a write: where `events` throws halfway, what came before is undone by it.
 */
export function upsertEvents(
  database: Database,
  tenant: { readonly number: number; readonly id: TenantId },
  events: Iterable<NewEvent>,
  sources: Numbers,
  at: Instant,
): Upserted {
  const insert = database.prepare('INSERT INTO revisions (position, tenant, seal, doc) VALUES (?, ?, ?, ?)');
  const claim = claimer(database, tenant.number, sources);
  const ingestedAt = isoInstant(at);
  const stored: RecentChange[] = [];
  let position = lastPosition(database);
  let inserted = 0;
  let seen = 0;
  for (const event of events) {
    demandTenant(tenant.id, event.tenant);
    const most = demandEventSize(event);
    seen += 1;
    const revision = claim(event, position + 1);
    if (revision === null) continue;
    if (revision === 1) inserted += 1;
    position += 1;
    const kept = storedForm(event, { ingestedAt, revision });
    const doc = JSON.stringify(kept);
    insert.run(position, tenant.number, sealOf(doc), doc);
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
  return { seen, inserted, stored };
}

/** Takes the next revision of an event's id for `position`; null when this very record is already there. */
function claimer(
  database: Database,
  tenant: number,
  sources: Numbers,
): (event: NewEvent, position: number) => number | null {
  const insert = database.prepare(
    `INSERT INTO event_versions (tenant, id, revision, position, source, time, record_hash)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const same = database.prepare(
    'SELECT 1 FROM event_versions WHERE tenant = ? AND id = ? AND record_hash = ?',
  );
  const newest = database.prepare<{ revision: number }>(
    'SELECT max(revision) AS revision FROM event_versions WHERE tenant = ? AND id = ?',
  );
  // One for all: SQLite copies what it is given.
  const hash = Buffer.alloc(32);
  const numbers = new Map<string, number>();
  const sourceOf = (name: string): number => {
    const number = numbers.get(name) ?? sources.give(name);
    numbers.set(name, number);
    return number;
  };
  // A page is nearly always all new or all known: what the last event was decides what is tried first.
  let expectKnown = false;
  return (event, position) => {
    // Hexadecimal that does not parse gives fewer bytes, and two such would look like one record.
    if (hash.write(event.recordHash, 'hex') !== hash.length || event.recordHash.length !== 2 * hash.length) {
      throw new AppError('bug', 'give-up', 'An event came with a record hash that is none.');
    }
    const known = (): boolean => same.get(tenant, event.id, hash) !== undefined;
    if (expectKnown && known()) return null;
    const time = Date.parse(event.time);
    const source = sourceOf(event.source);
    if (insert.run(tenant, event.id, 1, position, source, time, hash).changes === 1) {
      expectKnown = false;
      return 1;
    }
    if (!expectKnown && known()) {
      expectKnown = true;
      return null;
    }
    const revision = (newest.get(tenant, event.id)?.revision ?? 0) + 1;
    insert.run(tenant, event.id, revision, position, source, time, hash);
    return revision;
  };
}
