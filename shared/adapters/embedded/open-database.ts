import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { AppError } from '../../kernel/errors.ts';
import { checkDatabase } from './database-check.ts';
import { asStoreError, damagedDatabase, type DatabaseAdvice } from './database-error.ts';
import { watchDatabase, type DatabaseWatch } from './watch-database.ts';

export type Row = Record<string, SQLOutputValue>;

/** A prepared statement. Parameters are positional; failures are AppErrors. */
export interface Statement<R extends Row> {
  run(...parameters: SQLInputValue[]): { readonly changes: number; readonly lastInsertRowid: number };
  get(...parameters: SQLInputValue[]): R | undefined;
  all(...parameters: SQLInputValue[]): R[];
}

/** One connection. Everything on it is synchronous, so nothing interleaves inside a transaction. */
export interface Database {
  /** The statement for this text, prepared once per connection and kept. The text must not hold values. */
  prepare<R extends Row = Row>(sql: string): Statement<R>;
  /** Several statements without parameters or results: pragmas, schema. */
  exec(sql: string): void;
  /**
   * All of `work` or none of it, alone among writers of every process (BEGIN IMMEDIATE). Inside another
   * `write` it is part of that one.
   */
  write<T>(work: () => T): T;
  /** Reads that must see one state of the database. */
  read<T>(work: () => T): T;
  close(): void;
}

export interface OpenDatabaseOptions extends DatabaseAdvice {
  readonly file: string;
  /**
   * FULL: a commit is on the disk when it returns. NORMAL: a power cut may take the last commits away, never
   * the file's consistency; for what can be rebuilt.
   */
  readonly synchronous: 'FULL' | 'NORMAL';
  /** Element n takes a database from version n to n + 1, all in one transaction. */
  readonly migrations: readonly string[];
  /**
   * Watches the file for damage, these tables before anything else is done. Once some was found, everything is refused.
   * Without it only what SQLite comes by is noticed.
   */
  readonly watched?: readonly string[];
  /** Hears once of damage that is found after the file was opened. */
  readonly onDamage?: ((error: AppError) => void) | undefined;
  /** How long to wait for another process's write, in milliseconds. Default 10,000. */
  readonly busyTimeout?: number;
}

// 8 KiB holds half a dozen events a page: measured a sixth less CPU per insert than SQLite's usual 4 KiB.
const pageSize = 8192;
// What a connection keeps of its pages. Twice as much saved no CPU that could be measured, over a million events.
const cacheKib = 8 * 1024;
// Pages in the write-ahead log before SQLite copies them home, and the size the log is cut back to.
const checkpointAfterPages = 2000;
const logLimitBytes = 64 * 1024 * 1024;

/**
 * Opens (and where need be creates or migrates) a database file in write-ahead mode.
 * @throws AppError `store.corrupt` for a file that is damaged or no database, `store.unavailable` for one
 *   that cannot be opened or is of a newer program, `store.full` when a new one does not fit.
 */
export function openDatabase(options: OpenDatabaseOptions): Database {
  let connection: DatabaseSync | null = null;
  let watch: DatabaseWatch | null = null;
  try {
    makePrivate(options.file);
    connection = new DatabaseSync(options.file, {
      enableForeignKeyConstraints: false,
      timeout: options.busyTimeout ?? 10_000,
    });
    configure(connection, options);
    migrate(connection, options);
    const { file, watched, onDamage } = options;
    if (watched !== undefined) watch = watchDatabase({ file, advice: options, atOnce: watched, onDamage });
    if (watch?.isDamaged() === true) throw damagedDatabase(options);
    return databaseOver(connection, options, watch);
  } catch (thrown) {
    watch?.close();
    connection?.close();
    const error = asStoreError(thrown, options);
    // Where the list of tables is damaged, a statement about one is to SQLite merely wrong.
    const isDamage = error.code === 'bug' && checkDatabase(options.file, options) === 'damaged';
    throw isDamage ? damagedDatabase(options, { cause: thrown }) : error;
  }
}

/** A new file is its owner's alone, whatever the folder allows; SQLite gives its companions the same rights. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch {
    // SQLite is about to fail on the same file, and its error is the one that is translated.
  }
}

function configure(connection: DatabaseSync, options: OpenDatabaseOptions): void {
  // page_size first: it takes effect only while the file is empty.
  connection.exec(`
    PRAGMA page_size = ${pageSize};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${options.synchronous};
    PRAGMA cache_size = -${cacheKib};
    PRAGMA wal_autocheckpoint = ${checkpointAfterPages};
    PRAGMA journal_size_limit = ${logLimitBytes};
    PRAGMA cell_size_check = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
  `);
}

function migrate(connection: DatabaseSync, options: OpenDatabaseOptions): void {
  const target = options.migrations.length;
  if (userVersion(connection) === target) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    // Read again inside: another process may have migrated while this one waited for the lock.
    const version = userVersion(connection);
    if (version > target) {
      throw new AppError(
        'store.unavailable',
        'give-up',
        `${options.name} was written by a newer Holdfast. Start that version or a later one.`,
        { facts: { version, known: target } },
      );
    }
    for (const script of options.migrations.slice(version)) connection.exec(script);
    connection.exec(`PRAGMA user_version = ${target}`);
    connection.exec('COMMIT');
  } catch (thrown) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw thrown;
  }
}

function userVersion(connection: DatabaseSync): number {
  return Number(connection.prepare('PRAGMA user_version').get()?.['user_version']);
}

function databaseOver(
  connection: DatabaseSync,
  advice: DatabaseAdvice,
  watch: DatabaseWatch | null,
): Database {
  const statements = new Map<string, Statement<Row>>();
  const demandWhole = (): void => {
    if (watch?.isDamaged() === true) throw damagedDatabase(advice);
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw asStoreError(thrown, advice);
    }
  };

  function transaction<T>(begin: string, work: () => T): T {
    return guarded(() => {
      demandWhole();
      if (connection.isTransaction) return work();
      connection.exec(begin);
      try {
        const result = work();
        connection.exec('COMMIT');
        return result;
      } catch (thrown) {
        // A full disk or a failed write has often rolled back already; a second ROLLBACK would hide the cause.
        if (connection.isTransaction) connection.exec('ROLLBACK');
        throw thrown;
      }
    });
  }

  return {
    prepare<R extends Row>(sql: string): Statement<R> {
      let statement = statements.get(sql);
      if (statement === undefined) {
        statement = guarded(() => statementOver<Row>(connection.prepare(sql), advice, demandWhole));
        statements.set(sql, statement);
      }
      return statement as Statement<R>;
    },
    exec: sql =>
      guarded(() => {
        demandWhole();
        connection.exec(sql);
      }),
    write: work => transaction('BEGIN IMMEDIATE', work),
    read: work => transaction('BEGIN', work),
    close() {
      watch?.close();
      statements.clear();
      if (connection.isOpen) guarded(() => connection.close());
    },
  };
}

function statementOver<R extends Row>(
  statement: StatementSync,
  advice: DatabaseAdvice,
  demandWhole: () => void,
): Statement<R> {
  return {
    run(...parameters) {
      try {
        demandWhole();
        // Numbers, as the connection does not ask for bigints.
        return statement.run(...parameters) as { changes: number; lastInsertRowid: number };
      } catch (thrown) {
        throw asStoreError(thrown, advice);
      }
    },
    get(...parameters) {
      try {
        demandWhole();
        return statement.get(...parameters) as R | undefined;
      } catch (thrown) {
        throw asStoreError(thrown, advice);
      }
    },
    all(...parameters) {
      try {
        demandWhole();
        return statement.all(...parameters) as R[];
      } catch (thrown) {
        throw asStoreError(thrown, advice);
      }
    },
  };
}
