import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openDictionary } from '../shared/adapters/embedded/fts-dictionary.ts';
import { openGroups } from '../shared/adapters/embedded/fts-groups.ts';
import { rowId, slotOf } from '../shared/adapters/embedded/fts-row-id.ts';
import { packId } from '../shared/adapters/embedded/packed-id.ts';
import { arrivalOf, indexRow } from '../shared/adapters/embedded/fts-row.ts';
import { indexMigrations, wordColumns } from '../shared/adapters/embedded/fts-schema.ts';
import { tokenizer } from '../shared/adapters/embedded/fts-token.ts';
import { openDatabase } from '../shared/adapters/embedded/open-database.ts';
import type { StoredEvent } from '../shared/model/event.ts';

/** CPU this process has used, in microseconds. */
export function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

export interface Floor {
  /** Inserts the rows of these events and nothing else; answers the microseconds of CPU that took. */
  insert(events: readonly StoredEvent[]): number;
  close(): void;
}

/**
 * The least an index of these columns can cost: the same rows, made before the clock starts, inserted in
 * order into the same two tables with FTS5 as it comes. No ids are looked up, no values numbered, no sample.
 */
export function openFloor(folder: string): Floor {
  const scratch = openDatabase({
    file: join(folder, 'floor-values.db'), name: 'floor-values.db', mend: '', synchronous: 'NORMAL', migrations: indexMigrations,
  }); // prettier-ignore
  const dictionary = openDictionary(scratch);
  const groups = openGroups(dictionary);
  const db = new DatabaseSync(join(folder, 'floor.db'));
  db.exec(`
    PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = 2000;
    CREATE TABLE docs (rowid INTEGER PRIMARY KEY, id BLOB, revision INTEGER, codes TEXT);
    CREATE VIRTUAL TABLE words USING fts5(${wordColumns.join(', ')}, content='', tokenize="${tokenizer}");`);
  const doc = db.prepare('INSERT INTO docs (rowid, id, revision, codes) VALUES (?, ?, ?, ?)');
  const marks = wordColumns.map(() => '?').join(', ');
  const text = db.prepare(`INSERT INTO words (rowid, ${wordColumns.join(', ')}) VALUES (?, ${marks})`);

  return {
    insert(events) {
      const rows = scratch.write(() =>
        events.map(event => {
          const arrival = arrivalOf(event);
          const { codes, words } = indexRow(arrival, groups, dictionary);
          // Copied, so that what making the text has left to do is not done inside the clock.
          const flat = wordColumns.map(column => words[column] && Buffer.from(words[column]).toString());
          return { number: rowId(arrival.ms, slotOf(arrival.bits, 0)), id: packId(event.id), codes, flat };
        }),
      );
      rows.sort((a, b) => (a.number < b.number ? -1 : 1));
      const started = cpuMicroseconds();
      db.exec('BEGIN');
      for (const row of rows) {
        doc.run(row.number, row.id, 1, row.codes);
        text.run(row.number, ...row.flat);
      }
      db.exec('COMMIT');
      return cpuMicroseconds() - started;
    },
    close() {
      db.close();
      scratch.close();
    },
  };
}
