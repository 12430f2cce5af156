import { describe, expect, test } from 'vitest';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { logTable } from '../../simulator/mimecast/log-table.ts';
import { fewMimecastRecords } from '../support/small-mimecast.ts';
import { applicationOf, askMimecastToken, mimecastClient } from '../support/mimecast-client.ts';
import { ask, runningSimulator } from '../support/simulator-client.ts';
import { contosoId, smallWorldNow } from '../support/small-world.ts';

const day = 86_400_000;
const hour = 3_600_000;
const spelled = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+0000`;
const week = { start: spelled(smallWorldNow - 6 * day), end: spelled(smallWorldNow) };
const searches = '/api/archive/get-archive-search-logs';
const few = fewMimecastRecords(smallWorldNow);

describe('a token', () => {
  test('lasts 1799 seconds and is for the application’s own account', async () => {
    const simulator = await runningSimulator();
    const answer = await askMimecastToken(simulator);
    expect(answer.status).toBe(200);
    expect(answer.json().value).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 1_799,
      scope: '',
    });
    const client = await mimecastClient(simulator);
    expect((await client.post(searches, week)).status).toBe(200);
    simulator.time.time += 1_799_000;
    const late = await client.post(searches, week);
    expect([late.status, late.json().at('fail', 0, 'errors', 0, 'code')]).toEqual([
      401,
      'err_xdk_client_unauthorized',
    ]);
  });

  test('is refused to strangers, to JSON, to other grants, and to an application that is disabled', async () => {
    const simulator = await runningSimulator();
    const refused = async (form: Record<string, string>): Promise<number> =>
      (await askMimecastToken(simulator, {}, form)).status;
    expect(await refused({ client_secret: 'wrong' })).toBe(401);
    expect(await refused({ client_id: 'nobody' })).toBe(401);
    expect(await refused({ grant_type: 'password' })).toBe(400);
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await ask(`${simulator.url}/mimecast/global/oauth/token`, json)).status).toBe(400);
    const client = await mimecastClient(simulator);
    simulator.control.setTenant(contosoId, { mimecastApplication: 'disabled' });
    expect(await refused({})).toBe(401);
    expect((await client.post(searches, week)).status).toBe(401);
  });

  test('is had in the account’s region and at the global host, and holds where it was had', async () => {
    const simulator = await runningSimulator();
    const { region } = applicationOf(simulator);
    expect((await askMimecastToken(simulator, { region })).status).toBe(200);
    const elsewhere = await askMimecastToken(simulator, { region: 'us' });
    expect([elsewhere.status, elsewhere.json().at('fail', 0, 'code')]).toEqual([
      401,
      'err_xdk_client_unauthorized',
    ]);
    const { token } = await mimecastClient(simulator, contosoId, region);
    const headers = { authorization: `Bearer ${token}` };
    const at = (host: string): Promise<{ status: number }> =>
      ask(`${simulator.url}/mimecast/${host}${searches}`, { method: 'POST', headers, body: '{}' });
    expect([(await at(region)).status, (await at('global')).status]).toEqual([200, 401]);
  });
});

describe('the logs', () => {
  test.each(logTable.map(endpoint => [endpoint.route, endpoint] as const))(
    '%s: all records, once each',
    async (_route, { paths, bounds, wrapper, log, whole }) => {
      const simulator = await runningSimulator();
      const client = await mimecastClient(simulator);
      const item = {
        [bounds[0]]: week.start,
        [bounds[1]]: week.end,
        ...(whole ? { advancedTrackAndTraceOptions: {} } : {}),
      };
      const expected = (few.logs[log] ?? []).map(it => JSON.parse(it.json(0)) as unknown);
      for (const pageSize of [1, 2, 100]) {
        expect(await client.walk(paths[0] ?? '', item, wrapper, pageSize)).toEqual(expected.toReversed());
      }
      const truths = [...simulator.control.truth({ tenant: contosoId, source: `mimecast.${log}` })];
      expect(truths.map(text => JSON.parse(text) as unknown)).toEqual(expected);
    },
  );

  test('send each record as it is, letter for letter', async () => {
    const simulator = await runningSimulator();
    const answer = await (
      await mimecastClient(simulator)
    ).post('/api/ttp/url/get-logs', { from: week.start, to: week.end });
    for (const it of few.logs['ttp-url'] ?? []) expect(answer.text).toContain(it.json(0));
  });

  test('TTP logs turn round on demand; filters filter', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const window = { from: week.start, to: week.end };
    const dates = async (item: object): Promise<unknown[]> =>
      (await client.post('/api/ttp/url/get-logs', item))
        .json()
        .list('data', 0, 'clickLogs')
        .map(it => Object(it)['date']);
    const newest = await dates(window);
    expect(await dates({ ...window, oldestFirst: true })).toEqual(newest.toReversed());
    expect((await dates({ ...window, scanResult: 'clean', route: 'all' })).length).toBe(1);
    const query = await client.post(searches, { ...week, query: '積もり' });
    expect(query.json().list('data', 0, 'logs').length).toBe(1);
    const audit = { startDateTime: week.start, endDateTime: week.end };
    const none = await client.post('/api/audit/get-audit-events', { ...audit, categories: ['account_logs'] });
    expect(none.json().list('data')).toEqual([]);
  });

  test('unknown keys are ignored and what is left out is today: the archive’s `from` asks for nothing', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const rows = async (item?: object): Promise<number> =>
      (await client.post(searches, item)).json().list('data', 0, 'logs').length;
    expect(await rows(week)).toBe(5);
    expect(await rows({ from: week.start, to: week.end })).toBe(4);
    expect(await rows()).toBe(4);
  });

  test('bounds are inclusive, and only two spellings of a time are read', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const rows = async (start: string, end: string): Promise<number> =>
      (await client.post(searches, { start, end })).json().list('data', 0, 'logs').length;
    const at = smallWorldNow - 5 * hour;
    expect(await rows(spelled(at), spelled(at))).toBe(2);
    expect(await rows(new Date(at - 1_000).toISOString(), new Date(at).toISOString())).toBe(2);
    expect(await rows(spelled(at + 1_000), spelled(at + 2_000))).toBe(0);
    for (const wrong of ['2026-10-05', '2026-10-05 10:00:00', '1790000000', 'yesterday']) {
      const answer = await client.post(searches, { start: wrong, end: week.end });
      expect([answer.status, answer.json().at('fail', 0, 'key', 'start')]).toEqual([400, wrong]);
    }
    const turned = await client.post(searches, { start: week.end, end: week.start });
    expect(turned.status).toBe(400);
  });

  test('what cannot be read is refused', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const headers = { authorization: `Bearer ${client.token}` };
    const send = async (body: string): Promise<number> =>
      (await ask(client.base + searches, { method: 'POST', headers, body })).status;
    for (const body of ['', '[]', '{"data":{}}', '{"data":[1]}', '{"meta":{"pagination":{"pageSize":0}}}']) {
      expect([body, await send(body)]).toEqual([body, 400]);
    }
    expect((await ask(client.base + searches, { headers })).status).toBe(405);
    expect((await client.post('/api/nothing/here', week)).status).toBe(404);
    expect((await client.post('/api/audit/get-audit-events', {})).status).toBe(400);
    const both = { ...week, messageId: 'x', advancedTrackAndTraceOptions: {} };
    expect((await client.post('/api/message-finder/search', both)).status).toBe(400);
    expect((await client.post('/api/message-finder/search', week)).status).toBe(400);
  });

  test('tracking comes whole, however much there is', async () => {
    const world = inventWorld({ seed: 5, now: smallWorldNow, events: 2_000_000 });
    const simulator = await runningSimulator({ world });
    const client = await mimecastClient(simulator);
    const window = { start: spelled(smallWorldNow - 11 * day), end: spelled(smallWorldNow) };
    const answer = await client.post('/api/message-finder/search', {
      ...window,
      advancedTrackAndTraceOptions: {},
    });
    const rows = answer.json().list('data', 0, 'trackedEmails');
    const account = world.tenants[0]?.mimecast;
    const known = [...(account?.records('message-tracking', { from: smallWorldNow - 11 * day, to: smallWorldNow + 1 }, smallWorldNow, 'desc') ?? [])]; // prettier-ignore
    expect(rows.length).toBe(known.length);
    expect(rows.length).toBeGreaterThan(10_000);
    expect(answer.json().at('meta')).toEqual({ status: 200 });
  });

  test('message info tells of one message by its id', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const info = (await client.post('/api/message-finder/get-message-info', { id: 'eNpSMALL2' })).json();
    expect(info.at('data', 0, 'status')).toBe('held');
    expect((await client.post('/api/message-finder/get-message-info', { id: 'other' })).status).toBe(404);
  });
});

describe('limits of the logs', () => {
  test('tracking goes back 30 days and says so inside a 200; audit events 60', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const options = { advancedTrackAndTraceOptions: {} };
    const tracked = async (days: number) =>
      (await client.post('/api/message-finder/search', { ...options, start: spelled(smallWorldNow - days * day), end: week.end })).json(); // prettier-ignore
    const old = await tracked(31);
    expect([old.at('meta', 'status'), old.at('data'), old.at('fail', 0, 'errors', 0, 'code')]).toEqual([
      200,
      [],
      'err_track_and_trace_invalid_start_date',
    ]);
    expect((await tracked(30)).at('fail')).toEqual([]);
    const audited = (days: number) =>
      client.post('/api/audit/get-audit-events', { startDateTime: spelled(smallWorldNow - days * day), endDateTime: week.end }); // prettier-ignore
    expect((await audited(61)).json().at('fail', 0, 'errors', 0, 'code')).toBe(
      'err_audit_invalid_start_date',
    );
    expect((await audited(60)).status).toBe(200);
  });

  test('the others give nothing older, or refuse it without a word on how old is too old', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const clicks = (days: number) =>
      client.post('/api/ttp/url/get-logs', { from: spelled(smallWorldNow - days * day), to: week.end });
    expect((await clicks(61)).status).toBe(200);
    simulator.control.setTenant(contosoId, { mimecastForgotten: 'refused' });
    expect((await clicks(61)).json().at('fail', 0, 'errors', 0, 'code')).toBe('err_validation_from_date');
    expect((await clicks(60)).status).toBe(200);
  });

  test('a page holds 500 at most, and a small one says that there is more', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const large = (await client.post(searches, week, { pageSize: 9_999 })).json();
    expect([
      large.at('meta', 'pagination', 'pageSize'),
      large.at('meta', 'pagination', 'totalCount'),
    ]).toEqual([500, 5]);
    expect(large.at('meta', 'pagination', 'next')).toBeUndefined();
    const small = (await client.post(searches, week, { pageSize: 2 })).json();
    expect(small.at('meta', 'pagination', 'next')).toEqual(expect.any(String));
  });

  test('a page token is bound to its log, window, tenant and age; sent alone it goes on', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const pageToken = (await client.post(searches, week, { pageSize: 2 }))
      .json()
      .text('meta', 'pagination', 'next');
    const paging = { pageSize: 2, pageToken };
    const codeOf = async (path: string, item?: object, by = client): Promise<unknown> =>
      (await by.post(path, item, paging)).json().at('fail', 0, 'errors', 0, 'code');
    const dead = 'err_pagination_token_invalid';
    expect(await codeOf(searches, week)).toBeUndefined();
    expect(await codeOf(searches)).toBeUndefined();
    expect(await codeOf(searches, { ...week, query: 'x' })).toBe(dead);
    expect(await codeOf('/api/archive/get-view-logs', week)).toBe(dead);
    expect((await client.post(searches, week, { pageToken: `x${pageToken}` })).status).toBe(400);
    simulator.control.setLinkLifetime(60_000);
    simulator.control.setClock({ advanceMs: 61_000 });
    expect(await codeOf(searches, week)).toBe(dead);
  });

  test('paging ends in three ways', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const last = async (pageToken?: string) =>
      (await client.post(searches, week, { pageSize: 100, pageToken })).json();
    expect((await last()).at('meta', 'pagination', 'next')).toBeUndefined();
    simulator.control.setTenant(contosoId, { mimecastPaging: 'empty-last-page' });
    const end = (await last()).text('meta', 'pagination', 'next');
    const empty = await last(end);
    expect(empty.list('data', 0, 'logs')).toEqual([]);
    simulator.control.setTenant(contosoId, { mimecastPaging: 'object' });
    const first = (await client.post(searches, week, { pageSize: 2 })).json();
    const next = first.text('meta', 'pagination', 'next', 'pageToken');
    expect((await last(next)).list('data', 0, 'logs').length).toBe(3);
  });

  test('a record that shows up late is missing from a walk that began before', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    simulator.control.setClock({ now: smallWorldNow - 4 * hour });
    const sizes = await client.walk(searches, week, 'logs', 1);
    simulator.control.setClock({ now: smallWorldNow });
    expect([sizes.length, (await client.walk(searches, week, 'logs', 1)).length]).toEqual([4, 5]);
  });
});

describe('failures inside a 200', () => {
  test.each([
    [0, ['fail', 0, 'errors', 0, 'code']],
    [1, ['fail', 0, 'code']],
    [2, ['error', 'code']],
  ])('have the shape that is asked for: %i', async (shape, path) => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    simulator.control.addFault({
      name: 'failure-inside-200',
      route: 'mimecast.archiveSearches',
      times: 1,
      options: { shape },
    });
    const answer = await client.post(searches, week);
    expect([answer.status, answer.json().at(...path)]).toEqual([200, 'err_internal']);
    expect((await client.post(searches, week)).json().at('fail')).toEqual([]);
  });
});

describe('permissions and quota', () => {
  test('each log needs its own permission', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    for (const { route, paths, needs, bounds, whole } of logTable) {
      const permissions = logTable.map(it => it.needs).filter(it => it !== needs);
      simulator.control.setTenant(contosoId, { mimecastPermissions: permissions });
      const item = {
        [bounds[0]]: week.start,
        [bounds[1]]: week.end,
        ...(whole ? { advancedTrackAndTraceOptions: {} } : {}),
      };
      const answer = await client.post(paths[0] ?? '', item);
      expect([route, answer.status]).toEqual([route, 403]);
      expect(answer.json().at('fail', 0, 'code')).toBe('err_permission_missing');
    }
    const siem = await client.siem({ type: 'receipt' });
    expect([siem.status, siem.json().at('error', 'code')]).toEqual([403, 'app_forbidden']);
  });

  test('400 requests a minute pass, the next waits; the header says so in four encodings', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    for (let n = 0; n < 399; n += 1) await client.siem({ type: 'nothing' });
    const last = await client.post(searches, week);
    expect([last.status, last.headers.get('x-ratelimit-limit'), last.headers.get('x-ratelimit-remaining')]).toEqual([200, '400', '0']); // prettier-ignore
    const refused = await client.post(searches, week);
    expect([refused.status, refused.headers.get('x-ratelimit-reset')]).toEqual([429, '60000']);
    const until = (smallWorldNow + 60_000) / 1_000;
    for (const [mimecastReset, header, value] of [
      ['epoch-seconds', 'x-ratelimit-reset', String(until)],
      ['epoch-milliseconds', 'x-ratelimit-reset', String(until * 1_000)],
      ['retry-after', 'retry-after', '60'],
    ] as const) {
      simulator.control.setTenant(contosoId, { mimecastReset });
      expect((await client.post(searches, week)).headers.get(header)).toBe(value);
    }
    const mark = simulator.control.requests().limits.find(({ name }) => name === 'mimecast');
    expect([mark?.limit, mark?.highest, mark?.refused]).toEqual([400, 404, 4]);
    expect(simulator.control.requests().counts['mimecast.archiveSearches']?.[contosoId]).toEqual({
      200: 1,
      429: 4,
    });
    simulator.control.setClock({ advanceMs: 61_000 });
    expect((await client.post(searches, week)).status).toBe(200);
  });
});
