import type { SQLInputValue } from 'node:sqlite';
import { lastRow, noRow } from './fts-row-id.ts';
import { tableOf, type Part } from './fts-schema.ts';

/** A condition on a row `d`; the values stand for its question marks, in order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}
/** The whole index and its sample have their own tables, and a condition may have to look into one. */
export type RowTest = (part: Part) => Condition;

/**
 * A query (or a part of one) made ready for SQLite: all of it must hold. What FTS5 can answer is in `must`
 * and `mustNot`, as FTS5 expressions that need no parentheses; the rest is asked of each row.
 */
export interface Plan {
  readonly never: boolean;
  /** Rows outside, both ends included, are out of the question. */
  readonly low: bigint;
  readonly high: bigint;
  readonly must: readonly string[];
  readonly mustNot: readonly string[];
  /** FTS5 expressions that hold wherever `rows` do: they lead to the rows, and decide nothing. */
  readonly leads: readonly string[];
  readonly rows: readonly RowTest[];
}

export const everything: Plan = {
  never: false,
  low: noRow,
  high: lastRow,
  must: [],
  mustNot: [],
  leads: [],
  rows: [],
};
export const never: Plan = { ...everything, never: true };
export const mustHold = (...must: string[]): Plan => ({ ...everything, must });
export const rowTest = (sql: string, ...values: SQLInputValue[]): Plan => ({
  ...everything,
  rows: [() => ({ sql, values })],
});
export const rowsBetween = (low: bigint, high: bigint): Plan =>
  low > high ? never : { ...everything, low, high };
/** Exactly these rows, by their numbers in digits. */
export const rowsNumbered = (numbers: readonly string[]): Plan =>
  numbers.length === 0
    ? never
    : rowTest('d.rowid IN (SELECT value FROM json_each(?))', `[${numbers.join(',')}]`);

export const anyOf = (expressions: readonly string[]): string =>
  expressions.length === 1 ? (expressions[0] ?? '') : `(${expressions.join(' OR ')})`;

export function both(a: Plan, b: Plan): Plan {
  const low = a.low > b.low ? a.low : b.low;
  const high = a.high < b.high ? a.high : b.high;
  if (a.never || b.never || low > high) return never;
  return {
    never: false, low, high, must: [...a.must, ...b.must], mustNot: [...a.mustNot, ...b.mustNot],
    leads: [...a.leads, ...b.leads], rows: [...a.rows, ...b.rows],
  }; // prettier-ignore
}

const isWhole = (plan: Plan): boolean => plan.low === noRow && plan.high === lastRow;
const isEverything = (plan: Plan): boolean =>
  !plan.never && isWhole(plan) && hasNoWords(plan) && plan.rows.length === 0;
const hasNoWords = (plan: Plan): boolean => plan.must.length === 0 && plan.mustNot.length === 0;
/** Whether FTS5 alone can answer it. */
const isWords = (plan: Plan): boolean => isWhole(plan) && plan.rows.length === 0;

/** `base` is an FTS5 expression that holds for every row in question: FTS5 has no NOT of its own. */
export function either(plans: readonly Plan[], base: string): Plan {
  if (plans.some(isEverything)) return everything;
  const possible = plans.filter(plan => !plan.never);
  const [first] = possible;
  if (first === undefined) return never;
  if (possible.length === 1) return first;
  if (possible.every(isWords)) return mustHold(anyOf(possible.map(plan => wordsOf(plan, base) ?? base)));
  const leads = possible.map(plan => leadOf(plan, base));
  const rows: RowTest = part =>
    joinedBy(
      ' OR ',
      possible.map(plan => conditionOf(plan, part, base)),
    );
  return {
    ...everything,
    leads: leads.every(lead => lead !== null) ? [anyOf(leads)] : [],
    rows: [rows],
  };
}

/** An FTS5 expression that holds wherever the plan does; null when it has none but `base`. */
const leadOf = (plan: Plan, base: string): string | null =>
  plan.must.length + plan.leads.length === 0 ? null : wordsOf(plan, base);

export function negated(plan: Plan, base: string): Plan {
  if (plan.never) return everything;
  if (isEverything(plan)) return never;
  const [excluded] = plan.mustNot;
  if (isWords(plan)) {
    if (plan.must.length === 0 && plan.mustNot.length === 1 && excluded !== undefined)
      return mustHold(excluded);
    return { ...everything, mustNot: [wordsOf(plan, base) ?? base] };
  }
  return {
    ...everything,
    rows: [
      part => {
        const { sql, values } = conditionOf(plan, part, base);
        return { sql: `NOT ${sql}`, values };
      },
    ],
  };
}

/** What FTS5 is asked; null when it has no part in it. */
export function wordsOf(plan: Plan, base: string): string | null {
  if (hasNoWords(plan) && plan.leads.length === 0) return null;
  const all = [...plan.must, ...plan.leads];
  const [first = base] = all;
  const held = all.length > 1 ? `(${all.join(' AND ')})` : first;
  return plan.mustNot.length === 0 ? held : `(${held} NOT ${anyOf(plan.mustNot)})`;
}

/** A plan as one condition, for where it cannot be asked in one piece: inside OR and NOT with a row test. */
function conditionOf(plan: Plan, part: Part, base: string): Condition {
  const conditions = plan.rows.map(test => test(part));
  const words = wordsOf({ ...plan, leads: [] }, base);
  if (words !== null) {
    const { words: table } = tableOf[part];
    conditions.push({
      sql: `d.rowid IN (SELECT rowid FROM ${table} WHERE ${table} MATCH ?)`,
      values: [words],
    });
  }
  if (!isWhole(plan)) conditions.push({ sql: 'd.rowid BETWEEN ? AND ?', values: [plan.low, plan.high] });
  return joinedBy(' AND ', conditions);
}

export const joinedBy = (by: ' AND ' | ' OR ', conditions: readonly Condition[]): Condition => ({
  sql: `(${conditions.map(one => one.sql).join(by)})`,
  values: conditions.flatMap(one => one.values),
});
