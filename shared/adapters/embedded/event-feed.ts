import { AppError } from '../../kernel/errors.ts';
import type { Database } from './open-database.ts';
import { damaged } from './sealed-document.ts';
import type { RevisionRow } from './event-document.ts';

const digits = 16;

/** The last position ever given out; 0 before the first. */
export const lastPosition = (database: Database): number =>
  database.prepare<{ last: number }>('SELECT last FROM feed_position WHERE one = 1').get()?.last ?? 0;

/** Positions as callers see them: as text they sort as the numbers do. */
export const writePosition = (position: number): string => String(position).padStart(digits, '0');

/**
 * Where a feed goes on. A position this store has not reached yet belongs to another life of it (a restored
 * backup): answering "nothing new" would hide from the reader everything stored until it is reached.
 */
export function readPosition(database: Database, after: string | null): number {
  if (after === null) return 0;
  if (after.length !== digits || !/^\d+$/.test(after)) {
    throw new AppError(
      'continuation.invalid',
      'give-up',
      'This is not a position of the feed. Use one that an earlier answer gave, or start from the beginning.',
    );
  }
  const position = Number(after);
  if (position > lastPosition(database)) {
    throw new AppError(
      'continuation.invalid',
      'give-up',
      'This position is ahead of the store, as after a restored backup. Start the feed from the beginning; for the search index, rebuild it.',
    );
  }
  return position;
}

/** Few enough that they fit into memory though each were as large as one may be. */
const rowsAtOnce = 32;

/** The revisions of every tenant after a position, in the order stored; read as they are taken. */
export function* wholeFeed(database: Database, from: number, limit: number): Generator<RevisionRow, void> {
  const following = database.prepare<RevisionRow>(
    'SELECT position, tenant, seal, doc FROM revisions WHERE position > ? ORDER BY position LIMIT ?',
  );
  let position = from;
  for (let left = limit; left > 0; left -= rowsAtOnce) {
    const rows = following.all(position, Math.min(left, rowsAtOnce));
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    position = last.position;
  }
}

/**
 * The same of some tenants: positions first, from each tenant's own index, and documents only of those that
 * make the page. A tenant with little does not wait while the scan passes everybody else's.
 */
export function* scopedFeed(
  database: Database,
  tenants: readonly number[],
  from: number,
  limit: number,
): Generator<RevisionRow, void> {
  const positions = database.prepare<{ position: number }>(
    'SELECT position FROM revisions WHERE tenant = ? AND position > ? ORDER BY position LIMIT ?',
  );
  const document = database.prepare<RevisionRow>(
    'SELECT position, tenant, seal, doc FROM revisions WHERE position = ? AND tenant = ?',
  );
  const places = tenants
    .flatMap(tenant => positions.all(tenant, from, limit).map(row => ({ tenant, position: row.position })))
    .sort((a, b) => a.position - b.position)
    .slice(0, limit);
  for (const { tenant, position } of places) {
    const row = document.get(position, tenant);
    if (row === undefined) throw damaged('The index of the event feed');
    yield row;
  }
}
