import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { asStoreError } from './database-error.ts';
import { indexAdvice } from './fts-schema.ts';

/**
 * A reading connection of its own. Queries make statements of many shapes: they are kept for as long as they
 * are used and no longer, where the writer's few are kept for good. And a search never stands inside a write.
 */
export interface IndexReader {
  all(sql: string, values: readonly SQLInputValue[]): Record<string, SQLOutputValue>[];
  get(sql: string, values: readonly SQLInputValue[]): Record<string, SQLOutputValue> | undefined;
  /** Runs `work` on one state of the index. */
  snapshot<T>(work: () => T): T;
  close(): void;
}

const keptStatements = 100;
// Pages of the index kept in memory, in KiB, taken up as searches need them; the rows of a million events are about as
// large, and with half of that a broad question takes a third longer. Beyond, each page is a call to the
// system and a copy; mapping the file would save both, but a file cut short would then end the process.
const cacheKib = 128 * 1024;

export function openIndexReader(file: string): IndexReader {
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw asStoreError(thrown, indexAdvice);
    }
  };
  const connection = guarded(() => {
    const opened = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    opened.exec(`PRAGMA cache_size = -${cacheKib}; PRAGMA temp_store = MEMORY; PRAGMA query_only = ON;`);
    return opened;
  });
  const statements = new Map<string, StatementSync>();

  function prepared(sql: string): StatementSync {
    const statement = statements.get(sql) ?? connection.prepare(sql);
    // A Map keeps the order of insertion: the first key is the one unused for longest.
    statements.delete(sql);
    statements.set(sql, statement);
    if (statements.size > keptStatements) {
      const [oldest] = statements.keys();
      if (oldest !== undefined) statements.delete(oldest);
    }
    return statement;
  }

  return {
    all: (sql, values) => guarded(() => prepared(sql).all(...values)),
    get: (sql, values) => guarded(() => prepared(sql).get(...values)),
    snapshot: work =>
      guarded(() => {
        connection.exec('BEGIN');
        try {
          return work();
        } finally {
          connection.exec('ROLLBACK');
        }
      }),
    close() {
      statements.clear();
      if (connection.isOpen) connection.close();
    },
  };
}
