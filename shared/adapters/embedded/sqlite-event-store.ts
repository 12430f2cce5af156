import type { NewEvent, StoredEvent } from '../../model/event.ts';
import type { Instant } from '../../kernel/time.ts';
import type { TenantScope } from '../../model/scope.ts';
import { lastTaken } from '../../model/event-size.ts';
import type { Change, ChangedRecords, Changes, EventStore } from '../../ports/event-store.ts';
import { demandEventSize } from '../documents/demand-event-size.ts';
import { lastPosition, readPosition, scopedFeed, wholeFeed, writePosition } from './event-feed.ts';
import { eventHistory } from './event-history.ts';
import { expireEvents } from './expire-events.ts';
import type { Database } from './open-database.ts';
import { packId } from './packed-id.ts';
import { rebuildEvents } from './rebuild-events.ts';
import { recentChanges } from './recent-changes.ts';
import { sqliteQuarantine } from './sqlite-quarantine.ts';
import { eventReader, type RevisionRow } from './event-document.ts';
import { demandTenant, noTenant, tenantNumbers } from './tenant-numbers.ts';
import { upsertEvents, type Upserted } from './upsert-events.ts';

/**
 * Events and their versions in SQLite. A revision is one JSON document in feed order, with the hash of the record it
 * was made from; an index of ids says which of them are an id's revisions.
 */
export function sqliteEventStore(database: Database): EventStore {
  const tenants = tenantNumbers(database);
  const recent = recentChanges();
  const read = eventReader(database);
  const tenantOf = (scope: TenantScope): number => tenants.find(scope.tenantId) ?? noTenant;
  // LEFT JOIN: an id in the index whose document is gone must be seen as damage, not as absence.
  const newest = database.prepare<RevisionRow>(
    `SELECT v.position, r.tenant, r.seal, r.doc
     FROM event_versions v LEFT JOIN revisions r ON r.position = v.position AND r.tenant = v.tenant
     WHERE v.tenant = ? AND v.id = ? ORDER BY v.revision DESC LIMIT 1`,
  );

  function get(scope: TenantScope, id: string): StoredEvent | null {
    const row = newest.get(tenantOf(scope), packId(id));
    return row === undefined ? null : read(row, scope.tenantId, id);
  }

  function* eventsOf(rows: Iterable<RevisionRow>): Generator<Placed, void> {
    for (const row of rows) {
      const event = read(row, tenants.nameOf(row.tenant ?? noTenant), null);
      yield { position: row.position, event };
    }
  }

  function write(
    scope: TenantScope,
    events: Iterable<NewEvent>,
    at: Instant,
    others: ChangedRecords,
  ): Upserted {
    const tenant = { id: scope.tenantId, number: tenants.give(scope.tenantId) };
    const upserted = database.write(() => upsertEvents(database, tenant, events, at, others));
    recent.add(upserted.stored);
    return upserted;
  }

  return {
    async insert(scope, events, at) {
      const { seen, inserted, changed } = write(scope, events, at, 'given back');
      return { inserted, unchanged: seen - inserted - changed.length, changed };
    },
    async upsert(scope, events, at) {
      const { seen, inserted, stored } = write(scope, events, at, 'stored');
      return { inserted, replaced: stored.length - inserted, unchanged: seen - stored.length };
    },
    async rebuild(scope, rebuilt, at) {
      for (const { event } of rebuilt) {
        demandTenant(scope.tenantId, event.tenant);
        demandEventSize(event);
      }
      const number = tenants.give(scope.tenantId);
      const counts = database.write(() =>
        rebuildEvents(database, { number, id: scope.tenantId }, rebuilt, at),
      );
      // What is remembered of the feed still has the revisions as they were.
      recent.forget();
      return counts;
    },
    async get(scope, id) {
      return get(scope, id);
    },
    async getMany(scope, ids) {
      return database.read(() => ids.map(id => get(scope, id)).filter(event => event !== null));
    },
    async history(scope, id, after, limit) {
      return database.read(() =>
        eventHistory(database, { number: tenantOf(scope), ...scope }, id, after, limit),
      );
    },
    async changes(scopes, after, limit) {
      const { changes, more } = database.read(() => {
        const from = readPosition(database, after);
        // One more than is wanted: whether there is more.
        const known = scopes === null ? recent.after(from, limit + 1, lastPosition(database)) : null;
        if (known !== null) {
          const page = held(known, limit);
          recent.dropUpTo(known[page.changes.length - 1]?.position ?? 0);
          return page;
        }
        const rows =
          scopes === null
            ? wholeFeed(database, from, limit + 1)
            : scopedFeed(database, [...new Set(scopes.map(tenantOf))], from, limit + 1);
        return held(eventsOf(rows), limit);
      });
      return { changes, next: changes.at(-1)?.position ?? after, more };
    },
    ...sqliteQuarantine(database),
    async expire(scope, source, before) {
      const tenant = { number: tenantOf(scope), id: scope.tenantId };
      try {
        return { removed: await expireEvents(database, tenant, source, before) };
      } finally {
        recent.forget();
      }
    },
    async counts(scope) {
      const stored = database
        .prepare<{
          events: number;
          revisions: number;
        }>('SELECT events, revisions FROM event_counts WHERE tenant = ?')
        .get(tenantOf(scope));
      const quarantined = database
        .prepare<{ n: number }>('SELECT count(*) AS n FROM quarantine WHERE tenant = ?')
        .get(scope.tenantId);
      return {
        events: stored?.events ?? 0,
        revisions: stored?.revisions ?? 0,
        quarantined: quarantined?.n ?? 0,
      };
    },
  };
}

interface Placed {
  readonly position: number;
  readonly event: StoredEvent;
  /** Its mostBytes, where they are known. */
  readonly most?: number;
}

/** No more of them than are held at a time, and whether there are others beyond. */
function held(events: Iterable<Placed>, limit: number): Pick<Changes, 'changes' | 'more'> {
  const changes: Change[] = [];
  const isLast = lastTaken(limit);
  let full = false;
  for (const { position, event, most } of events) {
    if (full) return { changes, more: true };
    changes.push({ position: writePosition(position), event });
    full = isLast(event, most);
  }
  return { changes, more: false };
}
