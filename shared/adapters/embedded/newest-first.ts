import type { SQLInputValue } from 'node:sqlite';
import { AppError } from '../../kernel/errors.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { Database } from './open-database.ts';
import type { DocumentKind } from '../documents/sealed-document.ts';

type KeyedRow = { at: string; id: string; tenant: string; seal: number; doc: string };

export interface NewestFirstQuery<T> {
  /** A table of ours with the columns tenant, id, at, seal, doc, and indexes (tenant, at, id) and (at, id, tenant). */
  readonly table: 'runs' | 'operations' | 'access_log';
  readonly kind: DocumentKind<T>;
  readonly scopes: readonly TenantScope[];
  /** Columns that must have a value. */
  readonly equal: Readonly<Record<string, string | undefined>>;
  readonly after: string | null;
  readonly limit: number;
}

/** One page of a table, newest first, by keyset: rows that arrive meanwhile neither shift nor repeat any. */
export function newestFirst<T>(
  database: Database,
  query: NewestFirstQuery<T>,
): { values: readonly T[]; next: string | null } {
  const tenants = query.scopes.map(scope => scope.tenantId);
  const parameters: SQLInputValue[] = [];
  const conditions: string[] = [];
  const where = (condition: string, ...values: SQLInputValue[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  // One tenant has an index in this very order. For several, the `+` keeps SQLite from taking that index
  // tenant by tenant and sorting everything: it walks the index by time and passes over the others.
  if (tenants.length === 1) where('tenant = ?', tenants[0] ?? '');
  else where('+tenant IN (SELECT value FROM json_each(?))', JSON.stringify(tenants));
  for (const [column, value] of Object.entries(query.equal)) {
    if (value !== undefined) where(`${column} = ?`, value);
  }
  if (query.after !== null) where('(at, id, tenant) < (?, ?, ?)', ...readKey(query.after));
  const rows = database
    .prepare<KeyedRow>(
      `SELECT at, id, tenant, seal, doc FROM ${query.table} WHERE ${conditions.join(' AND ')}
       ORDER BY at DESC, id DESC, tenant DESC LIMIT ?`,
    )
    .all(...parameters, query.limit + 1);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    values: page.map(row => query.kind.read(row)),
    next: rows.length > page.length && last !== undefined ? writeKey(last) : null,
  };
}

const writeKey = (row: KeyedRow): string =>
  Buffer.from(JSON.stringify([row.at, row.id, row.tenant])).toString('base64url');

function readKey(text: string): [string, string, string] {
  try {
    const key: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(key)) {
      const [at, id, tenant] = key as unknown[];
      if (typeof at === 'string' && typeof id === 'string' && typeof tenant === 'string') {
        return [at, id, tenant];
      }
    }
  } catch {
    // Not one of ours: the error below says so.
  }
  throw new AppError(
    'continuation.invalid',
    'give-up',
    'This page does not exist. Start the list from the beginning.',
  );
}
