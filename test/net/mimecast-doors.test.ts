import { describe, expect, onTestFinished, test } from 'vitest';
import { gunzipSync } from 'node:zlib';
import { environmentSecretStore } from '../../shared/adapters/embedded/environment-secret-store.ts';
import { readConfig } from '../../shared/app/config.ts';
import { providerDoors } from '../../shared/app/provider-doors.ts';
import { demoSettings } from '../../shared/host/demo-settings.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { minutes, seconds } from '../../shared/kernel/time.ts';
import type { Tenant } from '../../shared/model/tenant.ts';
import type { HttpClient, HttpReply } from '../../shared/ports/http-client.ts';
import { startSimulator, type Simulator } from '../../simulator/start-simulator.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { mimecastClient } from '../support/mimecast-client.ts';
import { fewMimecastRecords } from '../support/small-mimecast.ts';
import { rememberedThrottles } from '../support/remembered-throttles.ts';
import { readJson } from '../support/simulator-client.ts';
import { contosoId, smallWorld, smallWorldNow } from '../support/small-world.ts';

interface Met {
  readonly simulator: Simulator;
  readonly clock: ManualClock;
  of(change?: Partial<Tenant>): HttpClient;
}

/** The product's doors, with the demo's settings, before the simulator; both on one clock. */
async function met(over: Readonly<Record<string, string>> = {}): Promise<Met> {
  const clock = new ManualClock(new Date(smallWorldNow).toISOString());
  const simulator = await startSimulator({ world: smallWorld(), port: 0, clock: { now: () => clock.now() } });
  const cards = simulator.control
    .tenants()
    .flatMap(({ clientId, clientSecret, ...card }) =>
      clientId === null || clientSecret === null ? [] : [{ ...card, clientId, clientSecret }],
    );
  const demo = demoSettings({}, simulator.url, cards);
  const environment = { ...demo.environment, ...over };
  const config = readConfig(environment);
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const telemetry = { event: () => {}, error: () => {}, count: () => {} };
  const secrets = environmentSecretStore({ environment, file: '/nowhere' });
  const throttles = rememberedThrottles();
  const doors = providerDoors({
    settings: config.settings,
    clock,
    secrets,
    throttles,
    telemetry,
    random: () => 0.5,
  });
  onTestFinished(async () => {
    doors.close();
    await simulator.close();
  });
  const tenant = demo.tenants.find(({ id }) => id === contosoId);
  if (tenant === undefined) throw new Error('no Contoso');
  return { simulator, clock, of: change => doors.of({ ...tenant, ...change }) };
}

const search = {
  api: 'mimecast',
  origin: 'configured',
  method: 'POST',
  path: '/api/archive/get-archive-search-logs',
  body: '{"data":[{"start":"2026-10-01T00:00:00+0000","end":"2026-10-05T12:00:00+0000"}]}',
} as const;
const listing = {
  api: 'mimecast',
  origin: 'configured',
  path: '/siem/v1/batch/events/cg',
  query: { type: 'receipt', dateRangeStartsAt: '2026-09-30' },
} as const;
const textOf = (reply: HttpReply): string => new TextDecoder().decode(reply.bytes);

async function refusal(asked: Promise<unknown>): Promise<AppError> {
  const thrown = await asked.catch((error: unknown) => error);
  if (!(thrown instanceof AppError)) throw new Error(`expected an AppError, got ${String(thrown)}`);
  return thrown;
}

describe('the settings', () => {
  test.each([
    ['HOLDFAST_MIMECAST_URL', 'api.services'],
    ['HOLDFAST_MIMECAST_REGION_URL', 'https://files.partner.example'],
    ['HOLDFAST_MIMECAST_REGION_URL', '{region}'],
    ['HOLDFAST_MIMECAST_FILE_HOSTS', 'https://files.partner.example/'],
    ['HOLDFAST_MIMECAST_FILE_HOSTS', 'files.partner.example, a b'],
  ])('%s: %s is named as wrong', (name, value) => {
    const config = readConfig({ [name]: value });
    expect(config.ok ? [] : config.problems.map(({ setting }) => setting)).toContain(name);
  });

  test('have the provider’s hosts as they come, and a list of file hosts', () => {
    const config = readConfig({
      HOLDFAST_CLIENT_ID: contosoId,
      HOLDFAST_MIMECAST_FILE_HOSTS: ' A.example,, *.b.example ',
    });
    expect(config.ok && config.settings).toMatchObject({
      HOLDFAST_MIMECAST_URL: 'https://api.services.mimecast.com',
      HOLDFAST_MIMECAST_FILE_HOSTS: ['a.example', '*.b.example'],
    });
  });
});

describe('a customer’s door to Mimecast', () => {
  test('asks the account’s region with the customer’s own application, one token for many requests', async () => {
    const { simulator, of } = await met();
    const door = of();
    for (let n = 0; n < 5; n += 1) expect((await door.send(search)).status).toBe(200);
    const { counts } = simulator.control.requests();
    expect(counts['mimecast.token']).toEqual({ [contosoId]: { 200: 1 } });
    expect(counts['mimecast.archiveSearches']).toEqual({ [contosoId]: { 200: 5 } });
    expect(counts['entra.token']).toBeUndefined();
  });

  test('needs no application at Microsoft', async () => {
    const { of } = await met({ HOLDFAST_PULL_CLIENT_ID: '' });
    expect((await of().send(search)).status).toBe(200);
    const graph = { api: 'graph', origin: 'configured', path: '/v1.0/organization' } as const;
    expect((await refusal(of().send(graph))).target).toBe('HOLDFAST_PULL_CLIENT_ID');
  });

  test('a wrong region is told by the sentence that names it, and mended while we run', async () => {
    const { of } = await met();
    const error = await refusal(of({ mimecast: { region: 'us' } }).send(search));
    expect([error.code, error.recovery]).toEqual(['provider.unauthorized', 'pause-source']);
    expect(error.message).toContain('region');
    expect((await of().send(search)).status).toBe(200);
    expect((await of({ mimecast: { region: 'global' } }).send(search)).status).toBe(200);
  });

  test('a token that ends is renewed by itself', async () => {
    const { simulator, clock, of } = await met();
    await of().send(search);
    clock.advance(minutes(31));
    expect((await of().send(search)).status).toBe(200);
    simulator.control.addFault({ name: 'unauthorized', route: 'mimecast.archiveSearches', times: 1 });
    expect((await of().send(search)).status).toBe(200);
    expect(simulator.control.requests().counts['mimecast.token']?.[contosoId]?.['200']).toBe(3);
  });

  test('keeps below the quota without being told', async () => {
    const { simulator, of } = await met();
    const door = of();
    const sent = await Promise.allSettled(Array.from({ length: 450 }, () => door.send(search)));
    const mark = simulator.control.requests().limits.find(({ name }) => name === 'mimecast');
    expect([mark?.highest, mark?.refused]).toEqual([300, 0]);
    const waiting = sent.flatMap(one => (one.status === 'rejected' && one.reason instanceof AppError ? [one.reason.code] : [])); // prettier-ignore
    expect(new Set(waiting)).toEqual(new Set(['provider.throttled']));
  });

  test.each(['milliseconds', 'epoch-seconds', 'epoch-milliseconds', 'retry-after'] as const)(
    'a throttle in %s is waited out, and nothing is asked meanwhile',
    async mimecastReset => {
      const { simulator, clock, of } = await met();
      await of().send(search);
      simulator.control.setTenant(contosoId, { mimecastReset });
      await exhaust(simulator);
      const error = await refusal(of().send(search));
      expect(error.code).toBe('provider.throttled');
      expect(error.retryAfterMs).toBeGreaterThan(50_000);
      expect(error.retryAfterMs).toBeLessThanOrEqual(61_000);
      const before = simulator.control.requests().counts['mimecast.archiveSearches'];
      await refusal(of().send(search));
      expect(simulator.control.requests().counts['mimecast.archiveSearches']).toEqual(before);
      clock.advance(seconds(62));
      expect((await of().send(search)).status).toBe(200);
    },
  );
});

/** Another caller with the same application uses the quota up. */
async function exhaust(simulator: Simulator): Promise<void> {
  const client = await mimecastClient(simulator);
  for (let n = 0; n < 400; n += 1) await client.siem({ type: 'nothing' });
}

describe('files of SIEM events', () => {
  test('come from the declared host, as they are, and carry no credentials there', async () => {
    const { simulator, of } = await met();
    const page = readJson(textOf(await of().send(listing)));
    const url = page.text('value', 1, 'url');
    const file = await of().send({ api: 'mimecast', origin: 'download', url });
    const lines = fewMimecastRecords(smallWorldNow).files[1]?.lines() ?? [];
    expect(gunzipSync(file.bytes).toString()).toBe(lines.map(line => `${line}\n`).join(''));
    // The store answers 400 to whoever brings a token, whatever else is right.
    expect(simulator.control.requests().counts['mimecast.file']).toEqual({ [contosoId]: { 200: 1 } });
  });

  test('are not fetched from a host that is not declared, and nothing is asked', async () => {
    const { simulator, of } = await met({ HOLDFAST_MIMECAST_FILE_HOSTS: 'files.partner.example' });
    const page = readJson(textOf(await of().send(listing)));
    const asked = of().send({ api: 'mimecast', origin: 'download', url: page.text('value', 0, 'url') });
    expect((await refusal(asked)).code).toBe('provider.untrusted-url');
    expect(simulator.control.requests().counts['mimecast.file']).toBeUndefined();
  });

  test('an API without declared hosts has no files', async () => {
    const { of } = await met();
    const asked = of().send({ api: 'graph', origin: 'download', url: 'https://files.partner.example/x' });
    expect((await refusal(asked)).code).toBe('provider.untrusted-url');
  });

  test('one that has expired is told, or handed over where the source accepts it', async () => {
    const { simulator, of } = await met();
    const url = readJson(textOf(await of().send(listing))).text('value', 0, 'url');
    simulator.control.setClock({ advanceMs: 3_600_000 });
    const request = { api: 'mimecast', origin: 'download', url } as const;
    expect((await refusal(of().send(request))).code).toBe('provider.content-gone');
    expect((await of().send(request, { accept: [403] })).status).toBe(403);
  });

  test('a fault of the store is tried again, and its throttle stops no request to the API', async () => {
    const { simulator, of } = await met();
    const url = readJson(textOf(await of().send(listing))).text('value', 0, 'url');
    const request = { api: 'mimecast', origin: 'download', url } as const;
    simulator.control.addFault({ name: 'reset-mid-body', route: 'mimecast.file', times: 2 });
    expect((await of().send(request)).status).toBe(200);
    simulator.control.addFault({ name: 'bad-gateway', route: 'mimecast.file' });
    expect((await refusal(of().send(request))).code).toBe('provider.unavailable');
    expect((await of().send(search)).status).toBe(200);
  });
});
