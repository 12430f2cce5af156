import { DatabaseSync } from 'node:sqlite';
import { asStoreError, type DatabaseAdvice } from './database-error.ts';

/** `unknown`: it could not be looked through just now. */
export type Found = 'whole' | 'damaged' | 'unknown';

/**
 * Reads every page of a database, FTS5's own structures included, or those of some tables and their indexes, over a
 * connection of its own. SQLite notices by itself only what does not fit where it happens to read: half a page of zeros
 * is to it a few rows that are not there.
 */
export function checkDatabase(file: string, advice: DatabaseAdvice, tables?: readonly string[]): Found {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    for (const what of tables ?? ['1']) {
      const answer = database.prepare(`PRAGMA integrity_check(${what})`).get()?.['integrity_check'];
      if (answer !== 'ok') return 'damaged';
    }
    return 'whole';
  } catch (thrown) {
    return asStoreError(thrown, advice).code === 'store.corrupt' ? 'damaged' : 'unknown';
  } finally {
    database?.close();
  }
}
