import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../shared/adapters/embedded/open-database.ts';
import { AppError, asAppError } from '../../shared/kernel/errors.ts';
import { tempFolder } from '../support/temp-folder.ts';

const one = 'CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT;';
const two = 'ALTER TABLE t ADD COLUMN c TEXT;';

const open = (folder: string, migrations: readonly string[] = [one]): Database =>
  openDatabase({
    file: join(folder, 'test.db'),
    name: 'test.db',
    mend: 'Restore it.',
    synchronous: 'FULL',
    migrations,
    busyTimeout: 50,
  });

function refusal(work: () => unknown): AppError {
  try {
    work();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError);
    return asAppError(thrown);
  }
  throw new Error('expected a refusal');
}
const rows = (database: Database): number =>
  database.prepare<{ n: number }>('SELECT count(*) AS n FROM t').get()?.n ?? -1;

describe('migrations', () => {
  test('run once each, in order, and keep what is there', async () => {
    const folder = await tempFolder();
    const first = open(folder);
    first.prepare('INSERT INTO t VALUES (1, ?)').run('kept');
    first.close();
    for (let n = 0; n < 2; n += 1) {
      const later = open(folder, [one, two]);
      expect({ ...later.prepare('SELECT a, b, c FROM t').get() }).toEqual({ a: 1, b: 'kept', c: null });
      later.close();
    }
  });
  test('are all done or none', async () => {
    const folder = await tempFolder();
    open(folder).close();
    expect(refusal(() => open(folder, [one, two, 'CREATE TABLE t (a)'])).code).toBe('bug');
    const database = open(folder, [one, two]);
    expect(database.prepare('SELECT c FROM t').all()).toEqual([]);
    database.close();
  });
  test('do not touch the database of a newer program', async () => {
    const folder = await tempFolder();
    open(folder, [one, two]).close();
    const error = refusal(() => open(folder));
    expect([error.code, error.recovery]).toEqual(['store.unavailable', 'give-up']);
    expect(error.message).toContain('newer Holdfast');
  });
  test('may be tried by two connections at once', async () => {
    const folder = await tempFolder();
    const both = [open(folder), open(folder)];
    for (const database of both) expect(rows(database)).toBe(0);
    for (const database of both) database.close();
  });
});

describe('a write', () => {
  test('is all or nothing, and the error that stopped it comes through', async () => {
    const database = open(await tempFolder());
    const insert = database.prepare('INSERT INTO t VALUES (?, NULL)');
    const mine = new AppError('not-found', 'give-up', 'Mine.');
    expect(
      refusal(() =>
        database.write(() => {
          insert.run(1);
          throw mine;
        }),
      ),
    ).toBe(mine);
    expect(rows(database)).toBe(0);
    database.write(() => database.write(() => insert.run(1)));
    expect(rows(database)).toBe(1);
    database.close();
  });
  test('waits for another one, and says so when it waits too long', async () => {
    const folder = await tempFolder();
    const [first, second] = [open(folder), open(folder)];
    first.write(() => {
      const error = refusal(() => second.write(() => 1));
      expect([error.code, error.recovery]).toEqual(['store.unavailable', 'retry']);
      expect(error.message).toContain('Another process');
      // Readers are not kept waiting.
      expect(rows(second)).toBe(0);
    });
    expect(second.write(() => 7)).toBe(7);
    first.close();
    second.close();
  });
  test('is on the disk when it returns: another connection reads it', async () => {
    const folder = await tempFolder();
    const [first, second] = [open(folder), open(folder)];
    first.prepare('INSERT INTO t VALUES (1, NULL)').run();
    expect(rows(second)).toBe(1);
    first.close();
    second.close();
  });
});

test('a read sees one state while others write', async () => {
  const folder = await tempFolder();
  const [first, second] = [open(folder), open(folder)];
  first.read(() => {
    expect(rows(first)).toBe(0);
    second.prepare('INSERT INTO t VALUES (1, NULL)').run();
    expect(rows(first)).toBe(0);
  });
  expect(rows(first)).toBe(1);
  first.close();
  second.close();
});

describe('a failure says what to do', () => {
  test('for a file that is no database', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'test.db'), 'These are notes, and by no means a database. '.repeat(500));
    const error = refusal(() => open(folder));
    expect([error.code, error.recovery]).toEqual(['store.corrupt', 'give-up']);
    expect(error.message).toBe('The file test.db is damaged. Restore it.');
  });
  test('for a folder that is not there', async () => {
    const error = refusal(() => open(join(import.meta.dirname, 'nowhere')));
    expect([error.code, error.recovery]).toEqual(['store.unavailable', 'retry-later']);
  });
  test('for a disk that is full: nothing of the write is kept, and it goes on when there is room', async () => {
    const database = open(await tempFolder());
    const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
    database.exec('PRAGMA max_page_count = 12');
    const fill = (): void => {
      for (let n = 0; n < 50; n += 1) insert.run(n, 'x'.repeat(8_000));
    };
    const error = refusal(() => database.write(fill));
    expect([error.code, error.recovery]).toEqual(['store.full', 'retry-later']);
    expect(error.message).toContain('Free some space');
    expect(rows(database)).toBe(0);
    database.exec('PRAGMA max_page_count = 10000');
    database.write(fill);
    expect(rows(database)).toBe(50);
    database.close();
  });
  test('for a statement of ours that is wrong, without SQL in the message', async () => {
    const database = open(await tempFolder());
    const errors = [
      refusal(() => database.prepare('SELEC 1')),
      refusal(() => database.prepare('INSERT INTO t VALUES (?, ?)').run('text', 'x')),
      refusal(() => database.exec('DROP TABLE nothing')),
    ];
    for (const error of errors) {
      expect(error.code).toBe('bug');
      expect(error.message).not.toMatch(/SELEC|INSERT|DROP|nothing/);
    }
    database.close();
  });
  test('after it was closed', async () => {
    const database = open(await tempFolder());
    const statement = database.prepare('SELECT 1');
    database.close();
    database.close();
    for (const use of [
      () => statement.get(),
      () => database.write(() => 1),
      () => database.prepare('SELECT 2'),
    ]) {
      expect(refusal(use).code).toBe('store.unavailable');
    }
  });
});
