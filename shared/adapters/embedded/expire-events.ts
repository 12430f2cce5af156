import { setImmediate } from 'node:timers/promises';
import { days, isoDay, plus, type Instant } from '../../kernel/time.ts';
import type { Database } from './open-database.ts';

/** Ids removed per transaction: a large expiry must not keep other writers, or this process, waiting. */
const batchSize = 2_000;

/**
 * Removes the events of a source whose newest revision's time is before `before`, with all revisions.
 * Answers how many events went.
 */
export async function expireEvents(
  database: Database,
  tenant: number,
  source: number,
  before: Instant,
): Promise<number> {
  let removed = 0;
  for (let after = ''; ;) {
    const ids = database.write(() => expireBatch(database, tenant, source, before, after));
    removed += ids.length;
    const last = ids.at(-1);
    if (last === undefined || ids.length < batchSize) return removed;
    after = last;
    await setImmediate();
  }
}

function expireBatch(
  database: Database,
  tenant: number,
  source: number,
  before: Instant,
  after: string,
): string[] {
  // Ids begin with the event's day: nothing beyond the day of `before` need be looked at.
  const end = isoDay(plus(before, days(1))).replaceAll('-', '');
  const ids = database
    .prepare<{ id: string }>(
      `SELECT id FROM event_versions v
       WHERE tenant = ?1 AND id > ?2 AND id < ?3 AND source = ?4 AND time < ?5
         AND revision = (SELECT max(revision) FROM event_versions WHERE tenant = ?1 AND id = v.id)
       ORDER BY id LIMIT ${batchSize}`,
    )
    .all(tenant, after, end, source, before)
    .map(row => row.id);
  const dropVersions = database.prepare<{ position: number }>(
    'DELETE FROM event_versions WHERE tenant = ? AND id = ? RETURNING position',
  );
  const dropRevision = database.prepare('DELETE FROM revisions WHERE position = ?');
  let revisions = 0;
  for (const id of ids) {
    for (const { position } of dropVersions.all(tenant, id)) revisions += dropRevision.run(position).changes;
  }
  database
    .prepare('UPDATE event_counts SET events = events - ?2, revisions = revisions - ?3 WHERE tenant = ?1')
    .run(tenant, ids.length, revisions);
  return ids;
}
