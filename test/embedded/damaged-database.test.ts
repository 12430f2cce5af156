import { copyFile, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../shared/adapters/embedded/open-database.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { sqliteCursorStore } from '../../shared/adapters/embedded/sqlite-cursor-store.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { sqliteLedgerStore } from '../../shared/adapters/embedded/sqlite-ledger-store.ts';
import { sqliteTenantRegistry } from '../../shared/adapters/embedded/sqlite-tenant-registry.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import { cursorSchema, type Cursor } from '../../shared/model/cursor.ts';
import type { StreamId } from '../../shared/model/ids.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { contoso, fabrikam, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { seed } from '../support/seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { wholeHistory } from '../support/whole-history.ts';

const scope = scopeOf(contoso);
const at = instant(Date.UTC(2026, 9, 5, 12));
// What a failing disk takes at once, and half a page of the database: the page's head may still be good.
const sector = 4_096;
const events = Array.from({ length: 400 }, (_, i) => sampleEvent(`e${i}`));
const streams = Array.from({ length: 40 }, (_, i) => ({ source, stream: `s${i}` as StreamId }));
const cursor: Cursor = cursorSchema.parse({
  version: 1, start: at, committedTo: at, rereadTo: [], reads: [], open: null, requested: [], extra: [], gaps: [], token: null,
  failures: null, paused: null,
}); // prettier-ignore

/** A closed database with something in every large table. */
async function filled(folder: string): Promise<void> {
  const database = openHoldfastDatabase(folder);
  await sqliteEventStore(database).upsert(scope, events, at);
  await sqliteEventStore(database).upsert(scopeOf(fabrikam), [sampleEvent('x', { tenant: fabrikam })], at);
  for (const ref of streams) await sqliteCursorStore(database).swap(scope, ref, null, cursor);
  const entries = Array.from({ length: 300 }, (_, i) => Buffer.from(`entry ${i} ${'x'.repeat(80)}`));
  await sqliteLedgerStore(database).append(scope, entries);
  database.close();
}

/** Everything a reader can ask of it; each answer is a value or an AppError. */
const questions: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  get: async database => {
    const store = sqliteEventStore(database);
    return Promise.all(events.map(event => store.get(scope, event.id)));
  },
  history: async database => {
    const store = sqliteEventStore(database);
    return Promise.all(events.map(event => wholeHistory(store, scope, event.id)));
  },
  wholeFeed: database => sqliteEventStore(database).changes(null, null, 1_000),
  scopedFeed: database => sqliteEventStore(database).changes([scope], null, 1_000),
  upsert: database => sqliteEventStore(database).upsert(scope, events, at),
  counts: database => sqliteEventStore(database).counts(scope),
  cursors: async database => {
    const store = sqliteCursorStore(database);
    return Promise.all(streams.map(ref => store.load(scope, ref)));
  },
  head: database => sqliteLedgerStore(database).head(scope),
  entries: database => sqliteLedgerStore(database).read(scope, 0, 1_000),
  append: database => sqliteLedgerStore(database).append(scope, []),
  tenants: database => sqliteTenantRegistry(database).list(),
};

type Answers = Record<string, { value: unknown } | { refused: string }>;

async function ask(folder: string): Promise<Answers> {
  const answers: Answers = {};
  for (const [name, question] of Object.entries(questions)) {
    let database: Database | null = null;
    try {
      database = openHoldfastDatabase(folder);
      answers[name] = { value: await question(database) };
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      expect(thrown.message).not.toMatch(/sqlite|malformed|\bat\b.*\.ts|Error:/i);
      answers[name] = { refused: thrown.code };
    } finally {
      database?.close();
    }
  }
  return answers;
}

/** Every answer is the true one or a refusal that says the database is damaged. */
function expectHonest(answers: Answers, truth: Answers, what: string): number {
  let refused = 0;
  for (const [name, answer] of Object.entries(answers)) {
    if ('refused' in answer) {
      expect(answer.refused, `${what}: ${name}`).toMatch(/^(store|cursor|ledger)\.corrupt$/);
      refused += 1;
    } else expect(answer, `${what}: ${name}`).toEqual(truth[name]);
  }
  return refused;
}

async function overwrite(file: string, position: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(bytes, 0, bytes.length, position);
  await handle.close();
}

describe('a damaged sector', () => {
  const dice = seededNumbers(seed, 'damage');
  const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(dice() * 256));
  test.each([
    ['zeros', () => new Uint8Array(sector)],
    ['noise', () => noise(sector)],
  ])('of %s is never answered as absence, and never with something else', async (_what, damage) => {
    const folder = await tempFolder();
    await filled(folder);
    const file = join(folder, 'holdfast.db');
    await copyFile(file, `${file}.whole`);
    const truth = await ask(folder);
    expect(Object.values(truth).every(answer => 'value' in answer)).toBe(true);
    const sectors = (await stat(file)).size / sector;
    let refused = 0;
    for (let at = 0; at < sectors; at += 1) {
      await rm(file);
      await copyFile(`${file}.whole`, file);
      await overwrite(file, at * sector, damage());
      refused += expectHonest(await ask(folder), truth, `sector ${at + 1} of ${sectors}`);
    }
    expect(refused).toBeGreaterThan(sectors / 2);
  });
});

test('a letter changed inside a stored document is found out', async () => {
  const folder = await tempFolder();
  await filled(folder);
  const file = join(folder, 'holdfast.db');
  // Still a good page, still good JSON, still a good event. Everywhere: SQLite keeps old copies in free space.
  const change = async (from: string, to: string): Promise<void> => {
    const text = await readFile(file, 'latin1');
    expect(text).toContain(from);
    await writeFile(file, text.replaceAll(from, to), 'latin1');
  };
  await change('Oskar Lind', 'Oskar Lund');
  const answers = await ask(folder);
  for (const name of ['get', 'history', 'wholeFeed', 'scopedFeed']) {
    expect(answers[name]).toEqual({ refused: 'store.corrupt' });
  }
  expect(answers['cursors']).toMatchObject({ value: streams.map(() => ({ value: cursor })) });
  await change('"committedTo":1', '"committedTo":2');
  expect((await ask(folder))['cursors']).toEqual({ refused: 'cursor.corrupt' });
});

test('a file cut short is found out', async () => {
  const folder = await tempFolder();
  await filled(folder);
  const file = join(folder, 'holdfast.db');
  const whole = await readFile(file);
  const truth = await ask(folder);
  for (const share of [0.2, 0.5, 0.9]) {
    await writeFile(file, whole.subarray(0, Math.floor((whole.length * share) / 100) * 100));
    expect(expectHonest(await ask(folder), truth, `cut to ${share}`)).toBeGreaterThan(0);
  }
});

test('a damaged file is told of in words, without a stack or a path', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'holdfast.db'), 'x'.repeat(20_000));
  let message = '';
  try {
    openHoldfastDatabase(folder);
  } catch (thrown) {
    message = thrown instanceof AppError ? thrown.message : inspect(thrown);
  }
  expect(message).toBe(
    'The file holdfast.db is damaged. Stop Holdfast, keep the file for examination, and restore it from a backup.',
  );
});

test('a full database refuses, keeps nothing half, and goes on when there is room', async () => {
  const folder = await tempFolder();
  await filled(folder);
  const database = openHoldfastDatabase(folder);
  const store = sqliteEventStore(database);
  const before = await store.changes(null, null, 10_000);
  const size = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
  database.exec(`PRAGMA max_page_count = ${size + 3}`);
  const more = Array.from({ length: 300 }, (_, i) => sampleEvent(`more ${i}`));
  await expect(store.upsert(scope, more, at)).rejects.toMatchObject({
    code: 'store.full',
    recovery: 'retry-later',
  });
  const entry = Buffer.alloc(100_000);
  await expect(sqliteLedgerStore(database).append(scope, [entry])).rejects.toMatchObject({
    code: 'store.full',
  });
  expect(await store.changes(null, null, 10_000)).toEqual(before);
  expect((await store.counts(scope)).events).toBe(events.length);
  expect((await sqliteLedgerStore(database).head(scope)).size).toBe(300);
  database.exec('PRAGMA max_page_count = 100000');
  expect(await store.upsert(scope, more, at)).toEqual({ inserted: 300, replaced: 0, unchanged: 0 });
  expect((await store.changes(null, before.next, 10_000)).changes).toHaveLength(300);
  database.close();
});
