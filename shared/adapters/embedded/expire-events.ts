import { setImmediate } from 'node:timers/promises';
import { days, isoDay, plus, type Instant } from '../../kernel/time.ts';
import type { SourceId, TenantId } from '../../model/ids.ts';
import type { Database } from './open-database.ts';
import { unpackId, type PackedId } from './packed-id.ts';
import { damaged } from './sealed-document.ts';
import { eventReader, type RevisionRow } from './event-document.ts';

/** Events looked at per transaction: a large expiry must not keep other writers, or this process, waiting. */
const batchSize = 1_000;

interface Tenant {
  readonly number: number;
  readonly id: TenantId;
}

/**
 * Removes the events of a source whose newest revision's time is before `before`, with all revisions.
 * Answers how many events went.
 */
export async function expireEvents(
  database: Database,
  tenant: Tenant,
  source: SourceId,
  before: Instant,
): Promise<number> {
  let removed = 0;
  for (let after: PackedId = ''; ;) {
    const batch = database.write(() => expireBatch(database, tenant, source, before, after));
    removed += batch.removed;
    if (batch.last === null) break;
    after = batch.last;
    await setImmediate();
  }
  if (removed > 0) await dropOrigins(database);
  return removed;
}

/**
 * Removes the origins that no event has any more, those of revisions made anew since the last expiry among them. An
 * origin holds for positions from its own number to the next (event-document.ts).
 */
async function dropOrigins(database: Database): Promise<void> {
  const following = database.prepare<{ number: number }>(
    `SELECT number FROM origins WHERE number >= ? ORDER BY number LIMIT ${batchSize + 1}`,
  );
  const inUse = database.prepare('SELECT 1 FROM revisions WHERE position >= ? AND position < ? LIMIT 1');
  const drop = database.prepare('DELETE FROM origins WHERE number = ?');
  for (let from: number | undefined = 0; from !== undefined;) {
    const start: number = from;
    from = database.write(() => {
      const numbers = following.all(start).map(({ number }) => number);
      for (const [n, number] of numbers.slice(0, batchSize).entries()) {
        if (inUse.get(number, numbers[n + 1] ?? Number.MAX_SAFE_INTEGER) === undefined) drop.run(number);
      }
      return numbers[batchSize];
    });
    await setImmediate();
  }
}

/** Looks at the next events after an id; `last` is the last of them, null when there are no more. */
function expireBatch(
  database: Database,
  tenant: Tenant,
  source: SourceId,
  before: Instant,
  after: PackedId,
): { removed: number; last: PackedId | null } {
  // Ids begin with the event's day: nothing beyond the day of `before` need be looked at.
  const end = Buffer.from(isoDay(plus(before, days(1))).replaceAll('-', ''), 'hex');
  const looked = database
    .prepare<{ id: PackedId; position: number; revisions: number }>(
      `SELECT id, position, max(revision), sum(position > 0) AS revisions FROM event_versions
       WHERE tenant = ? AND id > ? AND id < ? GROUP BY id ORDER BY id LIMIT ${batchSize}`,
    )
    .all(tenant.number, after, end);
  const document = database.prepare<RevisionRow>(
    'SELECT position, tenant, seal, doc FROM revisions WHERE position = ? AND tenant = ?',
  );
  const dropRevisions = database.prepare(
    'DELETE FROM revisions WHERE position IN (SELECT position FROM event_versions WHERE tenant = ? AND id = ?)',
  );
  const dropVersions = database.prepare('DELETE FROM event_versions WHERE tenant = ? AND id = ?');
  const read = eventReader(database);
  const gone = { events: 0, revisions: 0 };
  for (const { id, position, revisions } of looked) {
    const row = document.get(position, tenant.number);
    if (row === undefined) throw damaged('The index of events');
    const newest = read(row, tenant.id, unpackId(id));
    if (newest.source !== source || Date.parse(newest.time) >= before) continue;
    dropRevisions.run(tenant.number, id);
    dropVersions.run(tenant.number, id);
    gone.events += 1;
    gone.revisions += revisions;
  }
  database
    .prepare('UPDATE event_counts SET events = events - ?2, revisions = revisions - ?3 WHERE tenant = ?1')
    .run(tenant.number, gone.events, gone.revisions);
  return { removed: gone.events, last: looked.length < batchSize ? null : (looked.at(-1)?.id ?? null) };
}
