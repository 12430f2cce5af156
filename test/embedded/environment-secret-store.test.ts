import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { environmentSecretStore } from '../../shared/adapters/embedded/environment-secret-store.ts';
import { asAppError, type AppError } from '../../shared/kernel/errors.ts';
import { tempFolder } from '../support/temp-folder.ts';

const value = 'for-tests-only';

async function storeWith(
  content: string | null,
  environment: Record<string, string> = {},
  mode = 0o600,
): Promise<ReturnType<typeof environmentSecretStore>> {
  const file = join(await tempFolder(), 'secrets.json');
  if (content !== null) {
    await writeFile(file, content);
    await chmod(file, mode);
  }
  return environmentSecretStore({ environment, file });
}

async function refusal(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (thrown) {
    return asAppError(thrown);
  }
  throw new Error('expected a refusal');
}

test('a name becomes a variable in upper case', async () => {
  const store = await storeWith(null, { HOLDFAST_SECRET_GRAPH_KEY_2: value });
  expect((await store.get('graph-key-2')).reveal()).toBe(value);
});

test('the environment is asked before the file, and an empty variable is none', async () => {
  const file = JSON.stringify({ a: 'from the file', b: 'from the file' });
  const store = await storeWith(file, { HOLDFAST_SECRET_A: 'from the environment', HOLDFAST_SECRET_B: '' });
  expect((await store.get('a')).reveal()).toBe('from the environment');
  expect((await store.get('b')).reveal()).toBe('from the file');
});

test('a secret changed in the file is seen at once', async () => {
  const file = join(await tempFolder(), 'secrets.json');
  const store = environmentSecretStore({ environment: {}, file });
  for (const one of ['first', 'second']) {
    await writeFile(file, JSON.stringify({ a: one }), { mode: 0o600 });
    expect((await store.get('a')).reveal()).toBe(one);
  }
});

test.each([0o640, 0o604, 0o660, 0o666])('a file that others may read (%o) is refused', async mode => {
  const store = await storeWith(JSON.stringify({ a: value }), {}, mode);
  const error = await refusal(store.get('a'));
  expect([error.code, error.target]).toEqual(['config.invalid', 'secrets.json']);
  expect(error.message).toContain('chmod 600');
  expect((await refusal(store.check())).code).toBe('config.invalid');
});

test.each([`{"a":"${value}"`, `["${value}"]`, 'null', '', `{"a":"${value}",}`])(
  'a file that is no object of secrets is refused, and not quoted',
  async content => {
    const error = await refusal((await storeWith(content)).get('a'));
    expect(error.code).toBe('config.invalid');
    expect(inspect(error, { depth: 9 })).not.toContain(value);
  },
);

test.each([{ a: 7 }, { a: null }, { a: '' }, { a: ['x'] }, { b: value }])(
  'a secret that is no text is missing',
  async content => {
    expect((await refusal((await storeWith(JSON.stringify(content))).get('a'))).code).toBe('secret.missing');
  },
);

test('a name of something every object has is missing', async () => {
  const store = await storeWith('{}');
  for (const name of ['constructor', 'toString'])
    expect((await refusal(store.get(name))).code).toBe('secret.missing');
});

test('without a file there is nothing to complain about', async () => {
  await expect((await storeWith(null)).check()).resolves.toBeUndefined();
});

test('a file that a setting names must be there, and complaints name the setting', async () => {
  const file = join(await tempFolder(), 'mine.json');
  const store = environmentSecretStore({ environment: {}, file, setting: 'HOLDFAST_SECRETS' });
  const missing = await refusal(store.check());
  expect([missing.code, missing.target]).toEqual(['config.invalid', 'HOLDFAST_SECRETS']);
  expect(missing.message).toMatch(/^The file that HOLDFAST_SECRETS names cannot be read/);
  await writeFile(file, JSON.stringify({ a: value }), { mode: 0o600 });
  expect((await store.get('a')).reveal()).toBe(value);
  expect((await refusal(store.get('b'))).message).toContain('to the file that HOLDFAST_SECRETS names.');
});
