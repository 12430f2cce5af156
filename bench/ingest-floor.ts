import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { crc32, gunzipSync, zstdCompressSync } from 'node:zlib';
import { zstdOptions } from '../shared/adapters/documents/zstd-options.ts';
import { eventWriter } from '../shared/adapters/embedded/event-document.ts';
import { openDictionary } from '../shared/adapters/embedded/fts-dictionary.ts';
import { openGroups } from '../shared/adapters/embedded/fts-groups.ts';
import { rowId, slotOf } from '../shared/adapters/embedded/fts-row-id.ts';
import { packId } from '../shared/adapters/embedded/packed-id.ts';
import { arrivalOf, indexRow } from '../shared/adapters/embedded/fts-row.ts';
import { indexAdvice, indexMigrations, wordColumns } from '../shared/adapters/embedded/fts-schema.ts';
import { openDatabase, type Database } from '../shared/adapters/embedded/open-database.ts';
import { holdfastMigrations } from '../shared/adapters/embedded/schema.ts';
import type { StoredEvent } from '../shared/model/event.ts';
import type { BenchRig } from './bench-rig.ts';
import { cpuSeconds } from './figures.ts';
import { keptSteps } from './kept-pages.ts';

/**
 * What this machine needs at the least: every page parsed, hashed and compressed once, and the values of every event
 * inserted as they are, into the product's own tables of store and search index, in order and in large
 * transactions. The values are made outside the measurement.
 */
export async function measureFloor(rig: BenchRig): Promise<{ records: number; seconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-floor-'));
  const floor = openFloor(folder);
  let records = 0;
  let seconds = 0;
  try {
    for await (const { pages, events } of keptSteps(rig)) {
      const spent = floor.measure({ pages, events });
      seconds += spent.parse + spent.hash + spent.compress + spent.store + spent.index;
      records += events.length;
    }
    return { records, seconds };
  } finally {
    floor.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface FloorStep {
  readonly pages: readonly Uint8Array[];
  readonly events: readonly StoredEvent[];
}

/** CPU-seconds of the parts of a step. */
export interface FloorSpent {
  readonly parse: number;
  readonly hash: number;
  readonly compress: number;
  readonly store: number;
  readonly index: number;
}

export function openFloor(folder: string): { measure(step: FloorStep): FloorSpent; close(): void } {
  const store = bareDatabase(join(folder, 'store.db'), holdfastMigrations);
  const index = bareDatabase(join(folder, 'index.db'), indexMigrations);
  const rows = rowMaker(folder);
  let records = 0;
  return {
    measure({ pages, events }) {
      const made = events.map((event, at) => rows.of(event, records + at + 1));
      records += made.length;
      const sorted = made.toSorted((a, b) => (a.number < b.number ? -1 : 1));
      // What making the rows left to collect, and moving the rows themselves, is not what the parts cost.
      collectGarbage();
      return {
        parse: timed(() => pages.forEach(parsePage)),
        hash: timed(() => pages.forEach(bytes => hash('sha256', bytes, 'hex'))),
        compress: timed(() => pages.forEach(bytes => zstdCompressSync(bytes, zstdOptions(bytes.length)))),
        store: timed(() => insertAll(store, storeInserts, made, row => row.store)),
        index: timed(() => insertAll(index, indexInserts, sorted, row => row.index)),
      };
    },
    close() {
      rows.close();
      index.close();
      store.close();
    },
  };
}

function timed(work: () => void): number {
  const before = cpuSeconds();
  work();
  return cpuSeconds() - before;
}

/** A page is JSON, or a compressed file of it line by line. */
function parsePage(bytes: Uint8Array): void {
  const isFile = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isFile) return void JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  for (const line of gunzipSync(bytes).toString().split('\n')) if (line !== '') JSON.parse(line);
}

function bareDatabase(file: string, tables: readonly string[]): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  for (const script of tables) database.exec(script);
  return database;
}

const storeInserts = [
  'INSERT INTO revisions (position, tenant, seal, doc, record_hash) VALUES (?, ?, ?, ?, ?)',
  'INSERT INTO event_versions (tenant, id, revision, position) VALUES (?, ?, ?, ?)',
];
const indexInserts = [
  'INSERT OR IGNORE INTO docs (rowid, id, revision, codes) VALUES (?, ?, ?, ?)',
  `INSERT INTO words (rowid, ${wordColumns.join(', ')}) VALUES (?, ${wordColumns.map(() => '?').join(', ')})`,
];

interface Row {
  /** The event's number in the index. */
  readonly number: bigint;
  /** Values of each of the inserts. */
  readonly store: readonly (readonly SQLInputValue[])[];
  readonly index: readonly (readonly SQLInputValue[])[];
}

function rowMaker(folder: string): { of: (event: StoredEvent, position: number) => Row; close: () => void } {
  const open = (name: string, migrations: readonly string[]): Database =>
    openDatabase({ ...indexAdvice, file: join(folder, name), synchronous: 'NORMAL', migrations });
  const documents = open('documents.db', holdfastMigrations);
  const write = eventWriter(documents);
  const values = open('values.db', indexMigrations);
  const dictionary = openDictionary(values);
  const groups = openGroups(dictionary);
  return {
    of: (event, position) => {
      const arrival = arrivalOf(event);
      const row = indexRow(arrival, groups, dictionary);
      const number = rowId(arrival.ms, slotOf(arrival.bits, 0));
      const doc = write(event, position);
      const recordHash = Buffer.from(hash('sha256', event.id, 'hex'), 'hex');
      return {
        number,
        store: [
          [position, 1, crc32(doc), doc, recordHash],
          [1, packId(event.id), event.revision, position],
        ],
        index: [
          [number, packId(event.id), event.revision, row.codes],
          [number, ...wordColumns.map(column => row.words[column])],
        ],
      };
    },
    close: () => {
      values.close();
      documents.close();
    },
  };
}

function insertAll(
  database: DatabaseSync,
  inserts: readonly string[],
  rows: readonly Row[],
  valuesOf: (row: Row) => readonly (readonly SQLInputValue[])[],
): void {
  const statements = inserts.map(sql => database.prepare(sql));
  database.exec('BEGIN');
  for (const row of rows) {
    valuesOf(row).forEach((values, at) => statements[at]?.run(...values));
  }
  database.exec('COMMIT');
}
