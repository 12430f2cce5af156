import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { contract, routeIds } from '../../shared/api/contract/contract.ts';
import { triggers } from '../../shared/host/azure/triggers.ts';
import { zip } from '../../tools/zip-writer.ts';
import { startIdentityPlace } from '../support/app-by-identity.ts';
import { startFunctions, type FunctionsProcess } from '../support/functions-process.ts';
import { contosoId } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { reply, wireServer } from '../support/wire-server.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'dist/functions');
const bundle = join(folder, 'app.js');

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['tools/package.ts', '--fast'], { cwd: root });
});

const settings = {
  HOLDFAST_PROFILE: 'azure',
  HOLDFAST_CLIENT_ID: 'c1000000-0000-4000-8000-000000000001',
  HOLDFAST_COSMOS_URL: 'https://cosmos.example',
  HOLDFAST_ARCHIVE_URL: 'https://archive.example',
  HOLDFAST_QUEUE_URL: 'https://queue.example/jobs',
  HOLDFAST_SEARCH_URL: 'https://search.example',
};

const away = 'https://127.0.0.1:1';
/** Every setting, and no service behind any; nobody is asked outside this machine. */
const unreachable = {
  ...settings,
  HOLDFAST_COSMOS_URL: away,
  HOLDFAST_ARCHIVE_URL: away,
  HOLDFAST_QUEUE_URL: `${away}/account/jobs`,
  HOLDFAST_SEARCH_URL: away,
  HOLDFAST_VAULT_URL: away,
  HOLDFAST_IDENTITY_CLIENT_ID: settings.HOLDFAST_CLIENT_ID,
  // Where the host offers identities.
  IDENTITY_ENDPOINT: 'http://127.0.0.1:1/token',
  IDENTITY_HEADER: 'x',
};

describe('the package', () => {
  test('holds what is deployed and nothing else', async () => {
    const files = (await readdir(folder)).sort();
    const part = /^[\w.-]+-[A-Z0-9]{8}\.js$/;
    expect(files.filter(name => !part.test(name))).toEqual([
      'app.js',
      'app.js.LEGAL.txt',
      'host.json',
      'mappings.yml',
      'package.json',
    ]);
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object;
    // Without a type Node would compile the bundle once more, only to see what it is.
    expect(manifest).toMatchObject({ main: 'app.js', type: 'commonjs' });
    expect(Object.keys(manifest)).not.toContain('dependencies');
    const code = await Promise.all(
      files.filter(name => name.endsWith('.js')).map(name => readFile(join(folder, name))),
    );
    expect(Buffer.concat(code).byteLength).toBeLessThanOrEqual(3 * 1024 * 1024);
    for (const text of code) {
      expect(text.includes('node:sqlite')).toBe(false);
      expect(text.includes(root)).toBe(false);
    }
  });

  test('registers its functions without reading an SDK', async () => {
    const read = `
      const { registerHooks } = require('node:module');
      const seen = [];
      registerHooks({ load: (url, context, next) => (seen.push(url), next(url, context)) });
      console.warn = () => {};
      require(${JSON.stringify(bundle)});
      process.stdout.write(JSON.stringify(seen));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--eval', read], { cwd: root });
    const seen = (JSON.parse(stdout) as string[]).filter(url => url.startsWith('file:'));
    expect(seen.map(url => basename(url))).toContain('app.js');
    const parts = seen.map(url => url.replace('file://', ''));
    const late = (await readdir(folder)).filter(name => name.startsWith('open-azure-profile-'));
    expect(late).toHaveLength(1);
    expect(parts.filter(path => path.includes('open-azure-profile'))).toEqual([]);
    const texts = await Promise.all(parts.map(path => readFile(path, 'utf8')));
    // Words of the SDKs that no other code has.
    const sdk = /x-ms-documentdb|x-ms-blob-type|AzureADTokenExchange/;
    expect(texts.filter(text => sdk.test(text))).toEqual([]);
    expect(sdk.test(await readFile(join(folder, late[0] ?? ''), 'utf8'))).toBe(true);
  });

  test('is the same as an archive', async () => {
    const archive = await readFile(join(root, 'dist/functions.zip'));
    for (const name of await readdir(folder)) {
      expect(unpacked(archive, name)).toEqual(await readFile(join(folder, name)));
    }
  });

  test('registers every function of the table, with its bindings', async () => {
    const { functions } = await startFunctions(folder, {});
    const found = functions.map(({ name, bindings }) => {
      const [, trigger] = Object.entries(bindings).find(([, one]) => one['direction'] === 'in') ?? [];
      if (trigger?.['type'] === 'timerTrigger') return { kind: 'timer', name, schedule: trigger['schedule'] };
      if (trigger?.['type'] === 'queueTrigger') return { kind: 'queue', name, queue: trigger['queueName'] };
      return { kind: 'http', name, methods: trigger?.['methods'], route: trigger?.['route'] };
    });
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(found.sort(byName)).toEqual([...triggers].sort(byName));
    for (const { bindings } of functions) {
      for (const one of Object.values(bindings)) {
        if (one['type'] === 'httpTrigger') expect(one['authLevel']).toBe('anonymous');
        if (one['type'] === 'queueTrigger' || one['type'] === 'queue')
          expect(one['connection']).toBe('AzureWebJobsStorage');
      }
    }
    const routes = functions.flatMap(({ bindings }) => Object.values(bindings).map(one => one['route']));
    for (const id of routeIds) expect(routes).toContain(`v1${contract[id].path}`);
  });

  test('answers 503 with the setting’s name, alive all the same, while a setting is missing', async () => {
    const app = await startFunctions(folder, settings);
    const ready = await app.http('ready-get-probe', 'https://app.example/api/ready');
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.text)).toMatchObject({ checks: [{ name: 'HOLDFAST_VAULT_URL', ok: false }] });
    const events = await app.http('events-list', 'https://app.example/api/v1/events?q=a&q=b');
    expect(events.status).toBe(503);
    expect(JSON.parse(events.text)).toMatchObject({
      error: { code: 'ConfigInvalid', target: 'HOLDFAST_VAULT_URL' },
    });
    expect((await app.http('health-get-probe', 'https://app.example/api/health')).status).toBe(200);
    const timer = await app.call('pull-timer', {
      json: '{"IsPastDue":true,"Schedule":{"AdjustForDST":true}}',
    });
    expect(timer.failed).toMatch(/^config\.invalid: HOLDFAST_VAULT_URL is not set/);
    const facts = { Id: { string: 'm-1' }, DequeueCount: { json: '1' } };
    const job = await app.call('jobs', { string: '{"job":{}}' }, facts);
    expect(job.failed).toMatch(/HOLDFAST_VAULT_URL/);
  });
});

test('a service that is away hides neither a wrong setting nor that the app lives', async () => {
  const health = 'https://app.example/api/health';
  const app = await startFunctions(folder, unreachable);
  expect((await app.http('health-get-probe', health)).status).toBe(200);
  for (const [setting, value] of [
    ['HOLDFAST_TENANTS', '[{'],
    ['HOLDFAST_GRANTS', '/nowhere/grants.json'],
    ['HOLDFAST_MAPPINGS', '/nowhere/mappings.yml'],
  ] as const) {
    const wrong = await startFunctions(folder, { ...unreachable, [setting]: value });
    const { status, text } = await wrong.http('events-list', 'https://app.example/api/v1/events');
    expect([status, JSON.parse(text)]).toMatchObject([503, { error: { target: setting } }]);
    expect((JSON.parse(text) as { error: { message: string } }).error.message.split(setting)).toHaveLength(2);
  }
});

test('a call that is under way is answered before the worker ends', async () => {
  const identity = await wireServer(async call => {
    await new Promise(done => setTimeout(done, 300));
    reply(call, 400, '{"error":"invalid_request"}');
  });
  onTestFinished(() => identity.close());
  const app = await startFunctions(folder, {
    ...unreachable,
    IDENTITY_ENDPOINT: new URL('/token', identity.url).href,
  });
  const events = app.http('events-list', 'https://app.example/api/v1/events');
  await expect.poll(() => identity.calls.length).toBeGreaterThan(0);
  expect(await app.terminate()).toBe(0);
  expect(await Promise.race([events, Promise.resolve('cut off')])).toMatchObject({ status: 503 });
});

test('with every setting the app is put together inside the bundle, as far as the first service that is away', async () => {
  const app = await startFunctions(folder, unreachable);
  const events = await app.http('events-list', 'https://app.example/api/v1/events');
  expect([events.status, events.text]).toEqual([
    503,
    expect.stringMatching(/"code":"(Store|Index)Unavailable"/),
  ]);
});

test('the app inside the bundle pulls by its identity, with no secret anywhere', async () => {
  const place = await startIdentityPlace();
  onTestFinished(() => place.close());
  const app = await startFunctions(folder, { ...place.environment, ...place.platform });
  for (const [source, stream] of [
    ['entra.directory-audits', 'default'],
    ['m365.unified-audit', 'Audit.SharePoint'],
  ] as const) {
    const job = { kind: 'pull', tenant: contosoId, source, stream, trigger: 'request' };
    const letter = { json: JSON.stringify({ job, key: null, notBefore: 0 }) };
    const called = await app.call('jobs', letter, { Id: { string: 'm-1' }, DequeueCount: { json: '1' } });
    expect(called.failed).toBeUndefined();
    expect(called.logged.join()).toMatch(/"event":"run\.ended".*"status":"succeeded".*"inserted":[23]/);
  }
});

describe('the stand-in of the worker', () => {
  const load = async (text: string): Promise<FunctionsProcess> => {
    const place = await tempFolder();
    await writeFile(join(place, 'app.cjs'), text);
    await writeFile(join(place, 'package.json'), JSON.stringify({ main: 'app.cjs' }));
    return startFunctions(place, {});
  };
  const core = "const core = require('@azure/functions-core');";

  test('sees what would leave the app without functions', async () => {
    await expect(load("throw new Error('at load')")).rejects.toThrow('at load');
    const twice = "for (const name of ['a', 'A']) core.registerFunction({ name, bindings: {} }, () => {});";
    await expect(load(`${core}${twice}`)).rejects.toThrow('two functions');
    await expect(
      load(`${core}core.registerFunction({ name: 'a.b', bindings: {} }, () => {});`),
    ).rejects.toThrow('no name');
  });

  test('ends at once when told to, but for what the app has it wait for', async () => {
    const waits =
      "core.registerHook('appTerminate', () => new Promise(done => setTimeout(done, 50)).then(() => { process.exitCode = 7; process.exit(); }));";
    expect(await (await load(core)).terminate()).toBe(0);
    expect(await (await load(`${core}${waits}`)).terminate()).toBe(7);
  });
});

describe('the archive writer', () => {
  test('packs what comes out again, the same bytes every time', () => {
    const entries = [
      { path: 'a.txt', bytes: Buffer.from('hello') },
      { path: 'b/ö.txt', bytes: Buffer.alloc(0) },
    ];
    const archive = Buffer.from(zip(entries));
    expect(Buffer.from(zip(entries))).toEqual(archive);
    for (const { path, bytes } of entries) expect(unpacked(archive, path)).toEqual(bytes);
  });
});

/** A file of an archive, by the archive's own directory. */
function unpacked(archive: Buffer, path: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  let at = archive.readUInt32LE(end + 16);
  for (let n = archive.readUInt16LE(end + 10); n > 0; n -= 1) {
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.subarray(at + 46, at + 46 + nameLength).toString('utf8');
    const offset = archive.readUInt32LE(at + 42);
    if (name === path) {
      const body = offset + 30 + archive.readUInt16LE(offset + 26);
      return inflateRawSync(archive.subarray(body, body + archive.readUInt32LE(at + 20)));
    }
    at += 46 + nameLength;
  }
  throw new Error(`${path} is not in the archive`);
}
