import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDataFolder } from '../../shared/adapters/embedded/data-folder.ts';
import { lockData } from '../../shared/adapters/embedded/data-lock.ts';
import { tempFolder } from '../support/temp-folder.ts';

const told = (message: RegExp): unknown =>
  expect.objectContaining({
    code: 'config.invalid',
    target: 'HOLDFAST_DATA',
    message: expect.stringMatching(message) as string,
  });

test('a data folder is made with what is above it, for its owner alone', async () => {
  const folder = join(await tempFolder(), 'a', 'b');
  makeDataFolder(folder);
  makeDataFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('what is in its way is said in a sentence', async () => {
  const file = join(await mkdtemp(join(await tempFolder(), 'x')), 'file');
  await writeFile(file, '');
  expect(() => makeDataFolder(file)).toThrow(told(/a file stands in its place/));
  expect(() => makeDataFolder(join(file, 'below'))).toThrow(told(/a file stands in its place/));
});

// Node's own recursive way never comes back from there.
test('a folder that cannot be made is refused, and at once', () => {
  expect(() => makeDataFolder('/proc/none/data')).toThrow(told(/^The data folder cannot be used/));
});

test('a damaged lock is not taken for another process', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'lock.db'), 'This is by no means a database. '.repeat(200));
  expect(() => lockData(folder)).toThrow(told(/lock\.db in the data folder cannot be used/));
});
