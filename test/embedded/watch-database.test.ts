import { open as openFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase, type Database } from '../../shared/adapters/embedded/open-database.ts';
import { asAppError, type AppError } from '../../shared/kernel/errors.ts';
import { until } from '../support/product-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

const sector = 4_096;
const tables = `
  CREATE TABLE few (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT;
  CREATE TABLE many (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT;`;

const opened = (file: string, onDamage?: (error: AppError) => void): Database =>
  openDatabase({
    file,
    name: 'test.db',
    mend: 'Restore it.',
    synchronous: 'NORMAL',
    migrations: [tables],
    watched: ['few'],
    onDamage,
  });

/** Too large to be looked through at once. */
async function filled(): Promise<string> {
  const file = join(await tempFolder(), 'test.db');
  const database = opened(file);
  database.write(() => {
    for (let n = 0; n < 20; n += 1) database.prepare('INSERT INTO few VALUES (?, ?)').run(n, `few ${n}`);
    const many = database.prepare('INSERT INTO many VALUES (?, ?)');
    for (let n = 0; n < 3_000; n += 1) many.run(n, `many ${n} ${'x'.repeat(700)}`);
  });
  database.close();
  return file;
}

/** Zeros where a text lies; with whatever else lies in the same sector. */
async function lose(file: string, text: string): Promise<void> {
  const at = (await readFile(file)).indexOf(text);
  expect(at).toBeGreaterThan(0);
  const handle = await openFile(file, 'r+');
  await handle.write(new Uint8Array(sector), 0, sector, at - (at % sector));
  await handle.close();
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'answered';
  } catch (thrown) {
    return asAppError(thrown).code;
  }
};

test('tables by which everything else is found are looked through before anything is asked', async () => {
  const file = await filled();
  await lose(file, 'few 7');
  expect(codeOf(() => opened(file))).toBe('store.corrupt');
});

test('the others are looked through aside, and nothing is answered any more once damage was found', async () => {
  const file = await filled();
  await lose(file, 'many 1500 ');
  const database = opened(file);
  onTestFinished(() => database.close());
  const few = database.prepare('SELECT b FROM few WHERE a = 3');
  await until('the refusal', async () => (codeOf(() => few.get()) === 'store.corrupt' ? true : null));
  expect(codeOf(() => database.prepare('SELECT count(*) FROM many').all())).toBe('store.corrupt');
  expect(codeOf(() => database.write(() => null))).toBe('store.corrupt');
  expect(codeOf(() => database.exec('DELETE FROM few'))).toBe('store.corrupt');
});

test('damage is told of when it is found, once, and not when somebody asks', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const day = 24 * 60 * 60 * 1_000;
  const told: string[] = [];
  const file = await filled();
  const database = opened(file, error => told.push(`${error.code}: ${error.message}`));
  onTestFinished(() => database.close());
  await lose(file, 'many 1500 ');
  // While one look is under way, the first one too, there is no other beside it: the next day there is.
  await until('the line', async () => {
    vi.advanceTimersByTime(day);
    return told.length > 0 ? true : null;
  });
  vi.advanceTimersByTime(day);
  await new Promise(done => setTimeout(done, 1_000));
  expect(codeOf(() => database.prepare('SELECT count(*) FROM few').all())).toBe('store.corrupt');
  expect(told).toEqual(['store.corrupt: The file test.db is damaged. Restore it.']);
});

test('a whole database goes on answering', async () => {
  const database = opened(await filled());
  const look = database.prepare<{ n: number }>('SELECT count(*) AS n FROM many');
  // As long as a look of a file this size takes, many times over.
  for (let n = 0; n < 10; n += 1) {
    expect(look.get()?.n).toBe(3_000);
    await new Promise(done => setTimeout(done, 100));
  }
  database.close();
});
