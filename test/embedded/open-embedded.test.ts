import { chmod, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const scope = scopeOf(contoso);
const at = instant(Date.UTC(2026, 9, 5, 12));
const object = { key: 'a', bytes: Buffer.from('{}'), contentType: 'application/json', retainUntil: at };
const stores = [
  'access', 'archive', 'cursors', 'events', 'idempotency', 'index', 'ledger', 'names', 'operations', 'queue', 'runs', 'secrets',
  'signer', 'tenants', 'throttles',
]; // prettier-ignore

async function open(folder: string): Promise<Profile> {
  const profile = await openEmbedded({ folder, environment: {}, clock: new ManualClock() });
  onTestFinished(() => profile.close());
  return profile;
}

test('a new folder gets every store, and each answers', async () => {
  const folder = join(await tempFolder(), 'deep', 'data');
  const profile = await open(folder);
  expect(await profile.check()).toEqual(Object.fromEntries(stores.map(name => [name, null])));
  expect(Object.keys(profile).sort()).toEqual([...stores, 'batch', 'check', 'close'].sort());
  expect((await readdir(folder)).filter(name => !/-(wal|shm)$/.test(name)).sort()).toEqual([
    'checkpoint.key',
    'holdfast.db',
    'index.db',
    'raw',
  ]);
  for (const path of ['', ...(await readdir(folder))]) {
    expect((await stat(join(folder, path))).mode & 0o077).toBe(0);
  }
});

test('what is stored is there for another process, and after closing', async () => {
  const folder = await tempFolder();
  const [first, second] = [await open(folder), await open(folder)];
  await first.archive.put(scope, object);
  await first.events.upsert(scope, [sampleEvent('a')], at);
  await first.index.put([{ ...sampleEvent('a'), ingestedAt: '2026-10-05T12:00:00.000Z', revision: 1 }]);
  await first.index.setPosition('1');
  const seenBy = async (profile: Profile) => [
    (await profile.archive.get(scope, 'a'))?.contentType,
    (await profile.events.get(scope, sampleEvent('a').id))?.revision,
    await profile.index.position(),
  ];
  expect(await seenBy(second)).toEqual(['application/json', 1, '1']);
  for (const profile of [first, second]) await profile.close();
  expect(await seenBy(await open(folder))).toEqual(['application/json', 1, '1']);
});

test('a profile may be closed twice, and answers with a clear error then', async () => {
  const profile = await open(await tempFolder());
  await profile.close();
  await profile.close();
  await expect(profile.events.get(scope, 'x')).rejects.toMatchObject({ code: 'store.unavailable' });
  expect((await profile.check())['events']).toBe('holdfast.db was closed: the program is stopping.');
});

test('a store that does not answer is named, with the sentence that helps', async () => {
  const folder = await tempFolder();
  const profile = await open(folder);
  await rename(join(folder, 'raw'), join(folder, 'gone'));
  await writeFile(join(folder, 'secrets.json'), '{}');
  await chmod(join(folder, 'secrets.json'), 0o644);
  const answers = await profile.check();
  expect(answers['archive']).toContain('Check that its disk is there');
  expect(answers['secrets']).toContain('chmod 600');
  expect(Object.values(answers).filter(answer => answer !== null)).toHaveLength(2);
});

test('a lost database beside an archive is an error, never a new start', async () => {
  const folder = await tempFolder();
  const profile = await open(folder);
  await profile.archive.put(scope, object);
  await profile.close();
  const file = join(folder, 'holdfast.db');
  for (const lose of [() => truncate(file), () => rm(file)]) {
    await lose();
    await expect(open(folder)).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringContaining('Restore holdfast.db from a backup'),
    });
  }
  await rename(join(folder, 'raw'), join(folder, 'kept-raw'));
  expect((await (await open(folder)).events.counts(scope)).events).toBe(0);
});

test('a lost archive beside a database is an error too: what is pulled later would hide the loss', async () => {
  const folder = await tempFolder();
  await (await open(folder)).close();
  await rename(join(folder, 'raw'), join(folder, 'elsewhere'));
  await expect(open(folder)).rejects.toMatchObject({
    code: 'store.corrupt',
    message: expect.stringContaining('Restore raw/ from a backup'),
  });
  await rename(join(folder, 'elsewhere'), join(folder, 'raw'));
  await (await open(folder)).close();
});

test('a folder without objects starts anew, however often', async () => {
  const folder = await tempFolder();
  await (await open(folder)).close();
  await rm(join(folder, 'holdfast.db'));
  expect((await (await open(folder)).events.counts(scope)).events).toBe(0);
});

test('a damaged holdfast.db is told of when it is opened', async () => {
  const folder = await tempFolder();
  await (await open(folder)).close();
  for (const file of await readdir(folder)) if (/-(wal|shm)$/.test(file)) await rm(join(folder, file));
  await writeFile(join(folder, 'holdfast.db'), 'x'.repeat(20_000));
  await expect(open(folder)).rejects.toMatchObject({
    code: 'store.corrupt',
    message: expect.stringContaining('holdfast.db'),
  });
});

test('a folder that cannot be used is told of', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'file'), '');
  await expect(open(join(folder, 'file'))).rejects.toMatchObject({ code: 'store.unavailable' });
  await expect(open(join(folder, 'file', 'below'))).rejects.toMatchObject({ code: 'store.unavailable' });
});

test('secrets are read from the file that is named, in place of the folder’s', async () => {
  const [folder, file] = [await tempFolder(), join(await tempFolder(), 'mine.json')];
  await writeFile(join(folder, 'secrets.json'), '{"a":"the folder’s"}', { mode: 0o600 });
  await writeFile(file, '{"a":"mine"}', { mode: 0o600 });
  const clock = new ManualClock();
  const profile = await openEmbedded({ folder, environment: {}, clock, secretsFile: file });
  expect((await profile.secrets.get('a')).reveal()).toBe('mine');
  await profile.close();
});
