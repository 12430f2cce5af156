import type { SearchRequest } from '../../model/query.ts';
import { codeWidth, placeOf } from './fts-codes.ts';
import type { Dictionary } from './fts-dictionary.ts';
import { both, joinedBy, rowsBetween, wordsOf, type Condition, type Plan } from './fts-plan.ts';
import type { IndexReader } from './fts-reader.ts';
import { lastRow, noRow } from './fts-row-id.ts';
import { tableOf, type Part } from './fts-schema.ts';

/** One search while it is answered. */
export interface Asked {
  readonly reader: IndexReader;
  readonly dictionary: Dictionary;
  readonly request: SearchRequest;
  /** Holds for rows of the scopes' tenants, and for no others. */
  readonly tenants: Condition;
  /** The same as an FTS5 expression. */
  readonly base: string;
}

export const tenantCode = `substr(d.codes, ${placeOf('tenant') + 1}, ${codeWidth.tenant})`;

/** On the row, beside the query: whatever an expression's mistake let through, another tenant's row is not. */
export function tenantCondition(codes: readonly string[]): Condition {
  const [only] = codes;
  if (codes.length === 1 && only !== undefined) return { sql: `${tenantCode} = ?`, values: [only] };
  return { sql: `${tenantCode} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(codes)] };
}

/** What a plan asks of each row `d`. */
export const rowsWhere = (asked: Asked, plan: Plan, part: Part): Condition =>
  joinedBy(' AND ', [asked.tenants, ...plan.rows.map(test => test(part))]);

/** Rising is what FTS5 is good at: going down, it reads every page of postings forwards first, and skips none. */
export type Direction = 'rising' | 'falling';
export const pageDirection = (asked: Asked): Direction =>
  asked.request.order === 'newest' ? 'falling' : 'rising';
export const ordered = (direction: Direction, table: string): string =>
  `ORDER BY ${table}.rowid ${direction === 'falling' ? 'DESC' : 'ASC'}`;

/** The rows that fit; `d` is the row. */
export function fittingRows(
  asked: Asked,
  plan: Plan,
  part: Part,
  columns: string,
  direction: Direction = 'rising',
): Condition {
  const { docs, words } = tableOf[part];
  const rows = rowsWhere(asked, plan, part);
  const expression = wordsOf(plan, asked.base);
  if (expression === null) {
    return {
      sql: `SELECT ${columns} FROM ${docs} d WHERE d.rowid BETWEEN ? AND ? AND ${rows.sql} ${ordered(direction, 'd')}`,
      values: [plan.low, plan.high, ...rows.values],
    };
  }
  // CROSS JOIN keeps SQLite from turning the order around: FTS5 gives rows in order, one at a time.
  return {
    sql: `SELECT ${columns} FROM ${words} w CROSS JOIN ${docs} d ON d.rowid = w.rowid
      WHERE w.${words} MATCH ? AND w.rowid BETWEEN ? AND ? AND ${rows.sql} ${ordered(direction, 'w')}`,
    values: [expression, plan.low, plan.high, ...rows.values],
  };
}

/** How many rows fit, counting no further than `limit`. */
export function countUpTo(asked: Asked, plan: Plan, part: Part, limit: number): number {
  const rows = fittingRows(asked, plan, part, '1');
  const found = asked.reader.get(`SELECT count(*) AS count FROM (${rows.sql} LIMIT ?)`, [
    ...rows.values,
    limit,
  ]);
  return Number(found?.['count']);
}

/** What is left of a plan after the page before. */
export function afterPage(asked: Asked, plan: Plan): Plan {
  const { after, order } = asked.request;
  if (after === null) return plan;
  const row = BigInt(after);
  return both(plan, order === 'newest' ? rowsBetween(noRow, row - 1n) : rowsBetween(row + 1n, lastRow));
}
