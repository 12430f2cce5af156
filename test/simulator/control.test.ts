import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { faultNames } from '../../simulator/faults/catalogue.ts';
import { blob, contosoId, fewRecords, smallWorld, smallWorldNow, trace } from '../support/small-world.ts';
import {
  ask,
  graphClient,
  runningSimulator,
  type Answered,
  type RunningSimulator,
} from '../support/simulator-client.ts';

const hour = 3_600_000;
const send = (simulator: RunningSimulator, method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(`${simulator.url}/control${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('over HTTP', () => {
  test('tenants tell what is needed to collect from them', async () => {
    const simulator = await runningSimulator();
    const tenants = (await send(simulator, 'GET', '/tenants')).json();
    expect(tenants.at('value', 0)).toMatchObject({
      id: contosoId,
      name: 'Contoso',
      domains: ['contoso.example'],
      clientId: 'ca11ab1e-0000-4000-8000-00000000cafe',
      clientSecret: 'simulator-only-secret',
      mimecast: { clientId: expect.stringMatching(/^mc[0-9a-f]{38}$/), region: 'uk' },
    });
    expect(tenants.list('value', 0, 'sources')).toEqual(
      expect.arrayContaining([
        { id: 'entra.directory-audits', remembersDays: 30 },
        { id: 'exchange.message-trace', remembersDays: 90 },
        { id: 'm365.unified-audit', remembersDays: 7 },
        { id: 'mimecast.message-tracking', remembersDays: 30 },
        { id: 'mimecast.siem', remembersDays: 7 },
      ]),
    );
    expect(tenants.at('value', 1, 'mimecast')).toBeNull();
    expect(tenants.at('value', 2)).toMatchObject({
      name: 'Northwind Managed Services',
      clientId: null,
      sources: [],
    });
  });

  test('faults are switched on, listed with their catalogue, and switched off', async () => {
    const simulator = await runningSimulator();
    const graph = await graphClient(simulator);
    const added = await send(simulator, 'POST', '/faults', {
      name: 'server-error',
      tenant: contosoId,
      times: 2,
    });
    expect([added.status, added.json().at('id')]).toEqual([201, 'fault-1']);
    expect((await graph.get('/organization')).status).toBe(500);
    const listed = (await send(simulator, 'GET', '/faults')).json();
    expect(listed.at('value', 0)).toMatchObject({ id: 'fault-1', applied: 1 });
    expect(listed.list('catalogue')).toHaveLength(faultNames.length);
    expect((await send(simulator, 'DELETE', '/faults?id=fault-9')).json().value).toEqual({ cleared: 0 });
    expect((await send(simulator, 'DELETE', '/faults')).json().value).toEqual({ cleared: 1 });
    expect((await graph.get('/organization')).status).toBe(200);
  });

  test('the clock is set, advanced and read', async () => {
    const simulator = await runningSimulator();
    expect((await send(simulator, 'POST', '/clock', { advanceMs: hour })).json().at('now')).toBe(
      '2026-10-05T13:00:00.000Z',
    );
    expect((await send(simulator, 'POST', '/clock', { now: '2027-01-01T00:00:00Z' })).json().at('now')).toBe(
      '2027-01-01T00:00:00.000Z',
    );
    expect((await send(simulator, 'GET', '/clock')).json().at('now')).toBe('2027-01-01T00:00:00.000Z');
    const graph = await graphClient(simulator);
    expect((await graph.get('/organization')).headers.get('date')).toBe('Fri, 01 Jan 2027 00:00:00 GMT');
  });

  test('flags, throttling, link lifetime, keys and tokens', async () => {
    const simulator = await runningSimulator();
    const changed = await send(simulator, 'POST', `/tenants/${contosoId}`, {
      licence: 'free',
      auditing: false,
    });
    expect(changed.json().value).toMatchObject({
      licence: 'free',
      auditing: false,
      traceServicePrincipal: true,
    });
    expect((await send(simulator, 'POST', '/throttling', { on: false })).json().value).toEqual({
      on: false,
      retryAfter: 'mixed',
    });
    const graph = await graphClient(simulator);
    for (let n = 0; n < 12; n += 1) expect((await graph.get('/auditLogs/directoryAudits')).status).toBe(200);
    expect((await send(simulator, 'POST', '/links', { lifetimeMs: 1 })).status).toBe(200);
    expect((await send(simulator, 'POST', '/keys:rotate', { dropOld: true })).status).toBe(200);
    expect((await graph.get('/organization')).status).toBe(401);
    const minted = await send(simulator, 'POST', '/tokens', { as: 'operator', flaw: 'no-tid' });
    expect(decodeJwt(minted.json().text('access_token'))).not.toHaveProperty('tid');
  });

  test('what cannot be meant is refused with a sentence', async () => {
    const simulator = await runningSimulator();
    const problem = async (method: string, path: string, body?: unknown): Promise<readonly unknown[]> => {
      const answer = await send(simulator, method, path, body);
      return [answer.status, answer.json().text('error', 'message')];
    };
    expect(await problem('POST', '/faults', { name: 'earthquake' })).toEqual([
      400,
      expect.stringContaining('no fault earthquake'),
    ]);
    expect(await problem('POST', '/faults', { name: 'hang', tenants: 'x' })).toEqual([
      400,
      expect.stringContaining('no field tenants'),
    ]);
    expect(await problem('POST', '/clock', { now: 'soon' })).toEqual([
      400,
      expect.stringContaining('advanceMs'),
    ]);
    expect(await problem('POST', `/tenants/${contosoId}`, { licence: 'gold' })).toEqual([
      400,
      expect.stringContaining('licence'),
    ]);
    expect(await problem('POST', `/tenants/${contosoId}`, { weather: 'fine' })).toEqual([
      400,
      expect.stringContaining('no field weather'),
    ]);
    expect(await problem('POST', '/tenants/nobody', { auditing: true })).toEqual([
      400,
      expect.stringContaining('no such tenant'),
    ]);
    expect(await problem('POST', '/tokens', { as: 'nobody-at-all' })).toEqual([
      400,
      expect.stringContaining('nobody-at-all'),
    ]);
    expect(await problem('GET', '/truth?tenant=x&source=y')).toEqual([
      400,
      expect.stringContaining('no such tenant'),
    ]);
    expect(await problem('GET', `/truth?tenant=${contosoId}&source=y`)).toEqual([
      400,
      expect.stringContaining('no source y'),
    ]);
    expect(await problem('GET', '/nothing')).toEqual([404, expect.stringContaining('GET /tenants')]);
    const big = await ask(`${simulator.url}/control/faults`, { method: 'POST', body: 'x'.repeat(1_100_000) });
    expect(big.status).toBe(413);
  });

  test('a page of another origin cannot steer it', async () => {
    const simulator = await runningSimulator();
    const init = {
      method: 'POST',
      body: '{"name":"hang"}',
      headers: { origin: 'https://elsewhere.example' },
    };
    expect((await ask(`${simulator.url}/control/faults`, init)).status).toBe(403);
    expect(simulator.control.faults()).toEqual([]);
  });
});

test('requests are counted per route, tenant and status, with how near each limit came', async () => {
  const simulator = await runningSimulator();
  const graph = await graphClient(simulator);
  for (let n = 0; n < 7; n += 1) await graph.get('/auditLogs/directoryAudits');
  await ask(`${simulator.url}/graph/v1.0/organization`);
  const { counts, limits } = simulator.control.requests();
  expect(counts).toEqual({
    'entra.token': { [contosoId]: { 200: 1 } },
    'graph.directoryAudits': { [contosoId]: { 200: 5, 429: 2 } },
    'graph.organization': { unknown: { 401: 1 } },
  });
  expect(limits.find(({ name }) => name === 'reportsTenant')).toEqual({
    name: 'reportsTenant',
    key: `ca11ab1e-0000-4000-8000-00000000cafe/${contosoId}`,
    limit: 5,
    windowMs: 10_000,
    highest: 7,
    refused: 2,
  });
  simulator.control.forgetRequests();
  expect(simulator.control.requests()).toEqual({ counts: {}, limits: [] });
  expect((await graph.get('/auditLogs/directoryAudits')).status).toBe(200);
});

test('the truth is every record visible now and still remembered, byte for byte', async () => {
  const world = smallWorld({
    audits: fewRecords.audits,
    traces: [trace('old', smallWorldNow - 100 * 24 * hour), ...fewRecords.traces],
    blobs: {
      'Audit.SharePoint': [blob('Audit.SharePoint', smallWorldNow - 8 * 24 * hour, ['old']), ...(fewRecords.blobs['Audit.SharePoint'] ?? [])],
      'DLP.All': [blob('DLP.All', smallWorldNow - hour, ['late'], smallWorldNow + hour)],
    },
  }); // prettier-ignore
  const simulator = await runningSimulator({ world });
  const truth = async (source: string, more = ''): Promise<string[]> => {
    const answer = await ask(`${simulator.url}/control/truth?tenant=${contosoId}&source=${source}${more}`);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    return answer.text.split('\n').slice(0, -1);
  };
  expect(await truth('entra.directory-audits')).toEqual(fewRecords.audits.map(record => record.json(0)));
  expect(await truth('exchange.message-trace')).toEqual(fewRecords.traces.map(record => record.json(0)));
  const shared = (fewRecords.blobs['Audit.SharePoint'] ?? []).flatMap(it => it.records(0));
  expect(await truth('m365.unified-audit')).toEqual(shared);
  expect(await truth('m365.unified-audit', '&contentType=DLP.All')).toEqual([]);
  simulator.control.setClock({ advanceMs: hour });
  expect(await truth('m365.unified-audit', '&contentType=DLP.All')).toHaveLength(1);
});

test('the page at / names tenants, personas and faults', async () => {
  const simulator = await runningSimulator();
  const page = await ask(simulator.url);
  expect(page.headers.get('content-type')).toContain('text/html');
  for (const name of ['Contoso', 'Fabrikam', 'contoso-reader', 'auditor', ...faultNames])
    expect(page.text).toContain(name);
  expect((await ask(`${simulator.url}/favicon.ico`)).status).toBe(404);
});

test('a failing world is a visible failure, not a silent one', async () => {
  const world = smallWorld();
  const tenants = world.tenants.map(tenant => ({ ...tenant, directoryAudits: () => { throw new Error('the world broke'); } })); // prettier-ignore
  const simulator = await runningSimulator({ world: { ...world, tenants } });
  const answer = await (await graphClient(simulator)).get('/auditLogs/directoryAudits');
  expect([answer.status, answer.headers.get('x-simulator-failure')]).toEqual([500, 'true']);
  expect(answer.json().text('error', 'message')).toContain('the world broke');
});
