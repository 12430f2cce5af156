import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  rmdir,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { openProjectedIndex } from '../../shared/adapters/embedded/projected-index.ts';
import { runProduct } from '../../shared/host/run-product.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { seconds } from '../../shared/kernel/time.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { plainRequest } from '../search/naive-index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/product-process.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const clock = new ManualClock();
const count = 300;

interface Opened {
  readonly profile: Profile;
  /** What a log would hold: the line's name, the error's sentence, the database. */
  readonly told: (readonly unknown[])[];
}

async function openIn(folder: string): Promise<Opened> {
  const told: (readonly unknown[])[] = [];
  const error: Telemetry['error'] = (name, { message }, fields) => told.push([name, message, fields]);
  const profile = await openEmbedded({ folder, environment: {}, clock, telemetry: { error } });
  onTestFinished(() => profile.close());
  return { profile, told };
}

const store = (profile: Profile, from: number, to: number) =>
  profile.events.upsert(
    scopeOf(contoso),
    Array.from({ length: to - from }, (_, n) => sampleEvent(`event ${from + n}`)),
    clock.now(),
  );

/** A closed data folder whose index has every event of the store. */
async function filled(): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = await tempFolder();
  const { profile } = await openIn(folder);
  await store(profile, 0, count);
  await projectIndex(profile.events, profile.index);
  await profile.close();
  return { folder, file: join(folder, 'index.db') };
}

/** How many events a search finds, or the sentence it is refused with. */
const found = (profile: Profile): Promise<number | string> =>
  profile.index.search([scopeOf(contoso)], { ...plainRequest, node: parseQuery('') }).then(
    page => page.total.value,
    (thrown: unknown) => {
      if (!(thrown instanceof AppError)) throw thrown;
      return `${thrown.code}: ${thrown.message}`;
    },
  );

const setAside = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter(name => /^index\.db\.damaged-.*Z$/.test(name));

async function overwrite(file: string, position: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(bytes, 0, bytes.length, position);
  await handle.close();
}

const cut = async (file: string, share: number): Promise<void> =>
  truncate(file, Math.floor((await stat(file)).size * share));

const behind = expect.stringMatching(
  /^index\.unavailable: The search index is being made .*collecting goes on/,
);

/** Collecting goes on, no search finds less meanwhile, and then it finds everything. */
async function expectRebuilt(profile: Profile): Promise<void> {
  expect(await found(profile)).toEqual(behind);
  expect((await profile.check())['index']).toMatch(/is being made from the store/);
  expect((await store(profile, count, count + 5)).inserted).toBe(5);
  expect(await found(profile)).toEqual(behind);
  expect(await projectIndex(profile.events, profile.index)).toEqual({ put: count + 5 });
  expect(await found(profile)).toBe(count + 5);
  expect((await profile.check())['index']).toBeNull();
}

describe('an index that cannot be opened is set aside and made anew:', () => {
  test.each<[string, (file: string) => Promise<unknown>]>([
    ['its header zeroed', file => overwrite(file, 0, new Uint8Array(100))],
    ['a wrong magic', file => overwrite(file, 0, Buffer.from('Not a database'))],
    ['its first sector zeroed', file => overwrite(file, 0, new Uint8Array(4_096))],
    ['its second sector zeroed', file => overwrite(file, 4_096, new Uint8Array(4_096))],
    ['its second sector noise', file => overwrite(file, 4_096, Buffer.alloc(4_096, 0x5c))],
    ['all of it garbage', file => writeFile(file, Buffer.alloc(20_000, 0xa7))],
    ['all of it zeros', async file => writeFile(file, new Uint8Array((await stat(file)).size))],
    ['cut in the middle', file => cut(file, 0.5)],
    ['cut within the first page', file => truncate(file, 5_000)],
    ['cut after the first page', file => truncate(file, 8_192)],
    ['its version forgotten', file => overwrite(file, 60, new Uint8Array(4))],
    ['a sector within lost', file => overwrite(file, 5 * 8_192, new Uint8Array(4_096))],
  ])('%s', async (_what, damage) => {
    const { folder, file } = await filled();
    await damage(file);
    const bytes = await readFile(file);
    const { profile, told } = await openIn(folder);
    await expectRebuilt(profile);
    const [kept = '', ...others] = await setAside(folder);
    expect(kept).toBe('index.db.damaged-2026-10-05T12-00-00.000Z');
    expect(others).toEqual([]);
    expect((await readFile(join(folder, kept))).equals(bytes)).toBe(true);
    expect(told).toEqual([['database.damaged', expect.stringContaining(kept), { database: 'index.db' }]]);
    await profile.close();
    const next = await openIn(folder);
    expect([await found(next.profile), next.told]).toEqual([count + 5, []]);
  });
});

describe('an index that is gone is made anew, and no search finds less meanwhile:', () => {
  test.each<[string, (file: string) => Promise<unknown>]>([
    ['deleted', file => rm(file)],
    ['emptied', file => truncate(file, 0)],
    ['of one byte', file => writeFile(file, 'x')],
  ])('%s', async (_what, lose) => {
    const { folder, file } = await filled();
    await lose(file);
    const { profile, told } = await openIn(folder);
    await expectRebuilt(profile);
    expect([told, await setAside(folder)]).toEqual([[], []]);
  });

  test('deleted without the log that a kill has left beside it', async () => {
    const folder = await tempFolder();
    const { profile } = await openIn(folder);
    await store(profile, 0, count);
    await projectIndex(profile.events, profile.index);
    const killed = await tempFolder();
    for (const name of ['holdfast.db', 'holdfast.db-wal', 'index.db-wal']) {
      await copyFile(join(folder, name), join(killed, name));
    }
    await mkdir(join(killed, 'raw'));
    expect((await stat(join(killed, 'index.db-wal'))).size).toBeGreaterThan(0);
    await expectRebuilt((await openIn(killed)).profile);
  });

  test('of a later life than the store', async () => {
    const { folder } = await filled();
    for (const name of ['holdfast.db', 'raw']) await rm(join(folder, name), { recursive: true });
    const { profile } = await openIn(folder);
    await store(profile, 0, 3);
    expect(await found(profile)).toEqual(behind);
    await projectIndex(profile.events, profile.index);
    expect(await found(profile)).toBe(3);
  });
});

test('an index that a kill kept from the last events is not searched before it has them', async () => {
  const { folder } = await filled();
  const { profile } = await openIn(folder);
  await store(profile, count, count + 5);
  await profile.close();
  const next = (await openIn(folder)).profile;
  expect(await found(next)).toEqual(behind);
  await projectIndex(next.events, next.index);
  expect(await found(next)).toBe(count + 5);
});

test('an index that was whole is searched while new events wait for it', async () => {
  const { folder } = await filled();
  const { profile } = await openIn(folder);
  await store(profile, count, count + 5);
  expect(await found(profile)).toBe(count);
});

describe('what is in the way of the index is no damage: it keeps its own sentence, and collecting goes on:', () => {
  const inTheWay = expect.stringMatching(/^store\.unavailable: The file index\.db cannot be read or written/);
  test.each<[string, string, boolean]>([
    ['a folder in its place', 'index.db', true],
    ['a folder in place of its log', 'index.db-wal', false],
  ])('%s', async (_what, name, replaces) => {
    const { folder, file } = await filled();
    if (replaces) await rm(file);
    await mkdir(join(folder, name));
    const { profile } = await openIn(folder);
    expect((await store(profile, count, count + 5)).inserted).toBe(5);
    expect(await found(profile)).toEqual(inTheWay);
    expect((await profile.check())['index']).toContain('index.db cannot be read or written');
    await expect(projectIndex(profile.events, profile.index)).rejects.toMatchObject({
      code: 'store.unavailable',
    });
    expect(await setAside(folder)).toEqual([]);
    // Mended, it goes on by itself.
    await rmdir(join(folder, name));
    await projectIndex(profile.events, profile.index);
    expect(await found(profile)).toBe(count + 5);
  });
});

test('a damaged index that cannot be set aside says how to mend it by hand', async () => {
  const { folder, file } = await filled();
  await overwrite(file, 0, new Uint8Array(4_096));
  await mkdir(join(folder, 'index.db.damaged-2026-10-05T12-00-00.000Z'));
  const { profile } = await openIn(folder);
  expect((await store(profile, count, count + 5)).inserted).toBe(5);
  expect(await found(profile)).toBe(
    'store.corrupt: The file index.db is damaged. Stop Holdfast and delete index.db: it is rebuilt from the store.',
  );
  await profile.close();
  await rm(file);
  const next = (await openIn(folder)).profile;
  expect(await projectIndex(next.events, next.index)).toEqual({ put: count + 5 });
  expect(await found(next)).toBe(count + 5);
});

test('on a disk that damages the new index at once no second one is set aside, and the first one stays', async () => {
  const { folder, file } = await filled();
  const { profile } = await openIn(folder);
  const ours = await tempFolder();
  const other = join(ours, 'index.db');
  await copyFile(file, other);
  await overwrite(other, 0, Buffer.alloc(8_192, 0xa7));
  const bytes = await readFile(other);
  const time = new ManualClock();
  const told: string[] = [];
  const index = await openProjectedIndex({
    folder: ours,
    events: profile.events,
    clock: time,
    // Told of when the old file is gone, and before the new one is made.
    onDamage: error => {
      told.push(error.message);
      writeFileSync(other, Buffer.alloc(20_000, 0x5c));
    },
  });
  onTestFinished(() => index.close());
  for (let times = 0; times < 3; times += 1) {
    time.advance(seconds(1));
    await expect(index.position()).rejects.toMatchObject({ code: 'store.corrupt' });
  }
  const [kept = '', ...others] = await setAside(ours);
  expect([others, told.length]).toEqual([[], 1]);
  expect((await readFile(join(ours, kept))).equals(bytes)).toBe(true);
  // Somebody does what the sentence says; the product need not be started again for it.
  await rm(other);
  expect(await projectIndex(profile.events, index)).toEqual({ put: count });
});

test('a damaged holdfast.db ends the start as ever, and the log has it', async () => {
  const { folder } = await filled();
  await overwrite(join(folder, 'holdfast.db'), 0, new Uint8Array(4_096));
  const sentence =
    'The file holdfast.db is damaged. Stop Holdfast, keep the file for examination, and restore it from a backup.';
  const told: unknown[] = [];
  const error: Telemetry['error'] = (name, { message }, fields) => told.push([name, message, fields]);
  await expect(openEmbedded({ folder, environment: {}, clock, telemetry: { error } })).rejects.toMatchObject({
    code: 'store.corrupt',
    message: sentence,
  });
  expect(told).toEqual([['database.damaged', sentence, { database: 'holdfast.db' }]]);
  expect((await readdir(folder)).filter(name => name.includes('damaged'))).toEqual([]);
});

test('the product starts beside a damaged index, says so in its log once, and makes it anew', async () => {
  const { folder, file } = await filled();
  await overwrite(file, 0, new Uint8Array(4_096));
  const lines: string[] = [];
  const product = await runProduct({
    environment: {
      PORT: '0',
      HOLDFAST_DATA: folder,
      HOLDFAST_CLIENT_ID: 'b1f0e6a2-0000-4000-8000-0000000a0d1e',
    },
    log: { write: text => lines.push(text) },
    level: 'error',
  });
  try {
    await until('the index', async () => ((await product.progress()).indexed ? true : null));
    expect((await fetch(`${product.url}/api/ready`)).status).toBe(200);
  } finally {
    await product.close();
  }
  expect(lines.map(line => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ event: 'database.damaged', database: 'index.db', code: 'store.corrupt' }),
  ]);
  expect(await found((await openIn(folder)).profile)).toBe(count);
});
