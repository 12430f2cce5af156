import { expect, test } from 'vitest';
import {
  blob,
  contosoId,
  fabrikamId,
  fewRecords,
  smallWorld,
  smallWorldNow,
} from '../support/small-world.ts';
import {
  managementClient,
  otherCollectorId,
  runningSimulator,
  type Answered,
} from '../support/simulator-client.ts';

const type = { contentType: 'Audit.SharePoint' };
const minute = 60_000;
const hour = 60 * minute;
/** `2026-10-05T11:00:00`: without a zone, as the API wants it. */
const at = (agoMs: number): string => new Date(smallWorldNow - agoMs).toISOString().slice(0, 19);
const span = (from: number, to: number): Record<string, string> => ({
  ...type,
  startTime: at(from),
  endTime: at(to),
});
const code = (answer: Answered): readonly unknown[] => [answer.status, answer.json().at('error', 'code')];
const created = (answer: Answered): readonly unknown[] =>
  answer
    .json()
    .list()
    .map((_, index) => answer.json().at(index, 'contentCreated'));

test('the life of a subscription: none, on, already on, too often, stopped, stuck', async () => {
  const simulator = await runningSimulator();
  const { call } = await managementClient(simulator);
  const list = async (): Promise<unknown> => (await call('GET', '/subscriptions/list')).json().value;
  expect(await list()).toEqual([]);
  expect(code(await call('GET', '/subscriptions/content', type))).toEqual([400, 'AF20022']);
  expect(code(await call('POST', '/subscriptions/stop', type))).toEqual([400, 'AF20022']);
  const on = { contentType: 'Audit.SharePoint', status: 'enabled', webhook: null };
  const started = await call('POST', '/subscriptions/start', type);
  expect([started.status, started.json().value]).toEqual([200, on]);
  expect(await list()).toEqual([on]);
  simulator.control.setClock({ advanceMs: 6 * minute + 14_000 });
  const often = await call('POST', '/subscriptions/start', type);
  expect(code(often)).toEqual([403, '429']);
  expect(often.json().at('error', 'message')).toBe(
    'Too many frequent subscription start requests. Please retry again after 8m 46s.',
  );
  // Each content type has its own rhythm, and so has each application.
  expect((await call('POST', '/subscriptions/start', { contentType: 'DLP.All' })).status).toBe(200);
  const other = await managementClient(simulator, contosoId, otherCollectorId);
  expect((await other.call('GET', '/subscriptions/list')).text).toBe('[]');
  simulator.control.setClock({ advanceMs: 9 * minute });
  expect(code(await call('POST', '/subscriptions/start', type))).toEqual([400, 'AF20024']);
  simulator.control.setClock({ advanceMs: 20 * minute });
  const stopped = await call('POST', '/subscriptions/stop', type);
  expect([stopped.status, stopped.text]).toEqual([200, '']);
  expect(code(await call('GET', '/subscriptions/content', type))).toEqual([400, 'AF20023']);
  // The start says enabled, the list is without it, and content stays refused.
  expect((await call('POST', '/subscriptions/start', type)).json().value).toEqual(on);
  expect(await list()).toEqual([{ ...on, contentType: 'DLP.All' }]);
  expect(code(await call('GET', '/subscriptions/content', type))).toEqual([400, 'AF20023']);
  simulator.control.setClock({ advanceMs: 12 * hour });
  expect((await call('GET', '/subscriptions/content', type)).status).toBe(200);
});

test('what was made while a subscription was stopped is lost to it', async () => {
  const made = smallWorldNow + 2 * hour;
  const world = smallWorld({
    ...fewRecords,
    blobs: { 'Audit.SharePoint': [blob('Audit.SharePoint', made, ['x'])] },
  });
  const simulator = await runningSimulator({ world });
  const { call } = await managementClient(simulator);
  await call('POST', '/subscriptions/start', type);
  simulator.control.setClock({ advanceMs: hour });
  await call('POST', '/subscriptions/stop', type);
  simulator.control.setClock({ advanceMs: 2 * hour });
  await call('POST', '/subscriptions/start', type);
  expect((await call('GET', '/subscriptions/content', type)).text).toBe('[]');
  const other = await managementClient(simulator, contosoId, otherCollectorId);
  await other.call('POST', '/subscriptions/start', type);
  expect((await other.call('GET', '/subscriptions/content', type)).json().list()).toHaveLength(1);
});

test('listing goes by creation, start included and end not, 24 hours wide, 7 days and an hour back', async () => {
  const simulator = await runningSimulator();
  const { call } = await managementClient(simulator);
  await call('POST', '/subscriptions/start', type);
  const content = (query: Readonly<Record<string, string>>): Promise<Answered> =>
    call('GET', '/subscriptions/content', query);
  expect(created(await content(type))).toEqual(['2026-10-05T07:00:00.000Z', '2026-10-05T08:00:00.000Z']);
  expect(created(await content(span(5 * hour, 4 * hour)))).toEqual(['2026-10-05T07:00:00.000Z']);
  expect(created(await content(span(31 * hour, 20 * hour)))).toEqual(['2026-10-04T06:00:00.000Z']);
  const item = (await content(span(5 * hour, 4 * hour))).json();
  expect(item.at(0, 'contentType')).toBe('Audit.SharePoint');
  expect(item.at(0, 'contentExpiration')).toBe('2026-10-25T07:00:00.000Z');
  expect(code(await content({ ...type, startTime: at(hour) }))).toEqual([400, 'AF20030']);
  expect(code(await content(span(25 * hour, 0)))).toEqual([400, 'AF20055']);
  expect(code(await content(span(0, hour)))).toEqual([400, 'AF20055']);
  expect((await content(span(169 * hour, 168 * hour))).status).toBe(200);
  expect(code(await content(span(169 * hour + 1_000, 168 * hour)))).toEqual([400, 'AF20055']);
  expect((await content(span(hour, -hour))).status).toBe(200);
  for (const bad of [`${at(hour)}Z`, `${at(hour)}.000`, 'yesterday', '2026-13-01']) {
    expect(code(await content({ ...type, startTime: bad, endTime: at(0) }))).toEqual([400, 'AF20002']);
  }
  expect(
    (await content({ ...type, startTime: '2026-10-05', endTime: '2026-10-05T12:00' })).json().list(),
  ).toHaveLength(2);
});

test('a range that is too wide is answered in part, without a word, where the tenant is set so', async () => {
  const simulator = await runningSimulator();
  const { call } = await managementClient(simulator);
  await call('POST', '/subscriptions/start', type);
  simulator.control.setTenant(contosoId, { silentPartial: true });
  // Of 31 hours the first 24: two of the three blobs are missing.
  expect(created(await call('GET', '/subscriptions/content', span(31 * hour, 0)))).toEqual([
    '2026-10-04T06:00:00.000Z',
  ]);
});

test('more than 200 items go on by the NextPageUri header, whose path is another version', async () => {
  const made = Array.from({ length: 450 }, (_, n) =>
    blob('Audit.SharePoint', smallWorldNow - 5 * hour + n * 1_000, [String(n)]),
  );
  const simulator = await runningSimulator({ world: smallWorld({ blobs: { 'Audit.SharePoint': made } }) });
  const { call } = await managementClient(simulator);
  await call('POST', '/subscriptions/start', type);
  const seen: unknown[] = [];
  let link: string | null = '/subscriptions/content';
  let query: Record<string, string> = type;
  const sizes: number[] = [];
  while (link !== null) {
    const answer: Answered = await call('GET', link, query);
    seen.push(...created(answer));
    sizes.push(answer.json().list().length);
    link = answer.headers.get('nextpageuri');
    if (link !== null)
      expect(link).toContain(
        `${simulator.url}/manage/api/v1/${contosoId}/activity/feed/subscriptions/content?`,
      );
    query = {};
  }
  expect(sizes).toEqual([200, 200, 50]);
  expect(new Set(seen).size).toBe(450);
  const bad = { ...span(6 * hour, 0), nextPage: 'nonsense' };
  expect(code(await call('GET', '/subscriptions/content', bad))).toEqual([400, 'AF20031']);
});

test('blobs: the records byte for byte, late ones not yet, expired and unknown ones refused', async () => {
  const late = blob('Audit.SharePoint', smallWorldNow - hour, ['late'], smallWorldNow + hour);
  const blobs = { 'Audit.SharePoint': [...(fewRecords.blobs['Audit.SharePoint'] ?? []), late] };
  const simulator = await runningSimulator({ world: smallWorld({ blobs }) });
  const { call } = await managementClient(simulator);
  await call('POST', '/subscriptions/start', type);
  const uri = (await call('GET', '/subscriptions/content', span(5 * hour, 0))).json().text(0, 'contentUri');
  const records = fewRecords.blobs['Audit.SharePoint']?.[1]?.records(0) ?? [];
  expect((await call('GET', uri, { PublisherIdentifier: contosoId })).text).toBe(`[${records.join(',')}]`);
  const read = async (id: string): Promise<readonly unknown[]> =>
    code(await call('GET', `/audit/${encodeURIComponent(id)}`));
  expect(await read(late.contentId)).toEqual([404, 'AF20050']);
  expect(await read('1$1$audit_sharepoint$Audit_SharePoint')).toEqual([404, 'AF20050']);
  expect(await read('not an id')).toEqual([400, 'AF20052']);
  simulator.control.setClock({ advanceMs: hour });
  expect((await call('GET', `/audit/${late.contentId}`)).status).toBe(200);
  simulator.control.setClock({ advanceMs: 20 * 24 * hour });
  expect((await call('GET', uri)).json().at('error', 'code')).toBe('AF20051');
});

test('how far before its start a subscription sees, and when it begins to see, can be set', async () => {
  const simulator = await runningSimulator();
  const { call } = await managementClient(simulator);
  simulator.control.setTenant(contosoId, { contentBeforeStartHours: 22, firstContentMinutes: 2 });
  await call('POST', '/subscriptions/start', type);
  const old = span(31 * hour, 20 * hour);
  expect((await call('GET', '/subscriptions/content', type)).text).toBe('[]');
  simulator.control.setClock({ advanceMs: 2 * minute });
  expect((await call('GET', '/subscriptions/content', type)).json().list()).toHaveLength(2);
  expect((await call('GET', '/subscriptions/content', old)).text).toBe('[]');
  simulator.control.setTenant(contosoId, { contentBeforeStartHours: null });
  expect((await call('GET', '/subscriptions/content', old)).json().list()).toHaveLength(1);
});

test('tenant, content type and permission are checked, each with its code', async () => {
  const simulator = await runningSimulator();
  const { call } = await managementClient(simulator);
  const root = (tenant: string): string =>
    `${simulator.url}/manage/api/v1.0/${tenant}/activity/feed/subscriptions/list`;
  expect(code(await call('GET', root(fabrikamId)))).toEqual([400, 'AF20010']);
  expect(code(await call('GET', root('aaaaaaaa-0000-4000-8000-000000000000')))).toEqual([400, 'AF20011']);
  expect(code(await call('GET', root('contoso')))).toEqual([400, 'AF20013']);
  expect(code(await call('POST', '/subscriptions/start'))).toEqual([400, 'AF20001']);
  expect(code(await call('POST', '/subscriptions/start', { contentType: 'Audit.Nothing' }))).toEqual([
    400,
    'AF20020',
  ]);
  expect(code(await call('GET', '/subscriptions/list', { PublisherIdentifier: 'me' }))).toEqual([
    400,
    'AF20002',
  ]);
  simulator.control.setTenant(contosoId, { permissions: ['ActivityFeed.Read'] });
  expect(code(await call('POST', '/subscriptions/start', { contentType: 'DLP.All' }))).toEqual([
    401,
    'AF10001',
  ]);
  expect((await call('POST', '/subscriptions/start', type)).status).toBe(200);
  simulator.control.setTenant(contosoId, { permissions: [] });
  const refused = await call('GET', '/subscriptions/list');
  expect([refused.status, refused.json().value]).toEqual([
    401,
    {
      error: {
        code: 'AF10001',
        message: 'The permission set () sent in the request does not include the expected permission.',
      },
    },
  ]);
});

test('with auditing off a start fails with a text for a code and a stack trace', async () => {
  const simulator = await runningSimulator();
  const { call } = await managementClient(simulator);
  simulator.control.setTenant(contosoId, { auditing: false });
  const answer = await call('POST', '/subscriptions/start', type);
  expect(answer.status).toBe(400);
  expect(answer.json().at('error', 'code')).toMatch(
    new RegExp(
      `^StartSubscription \\[TenantId=${contosoId},ContentType=Audit.SharePoint,ApplicationId=.*,PublisherId=.*\\] failed. Exception$`,
    ),
  );
  expect(answer.json().at('error', 'message')).toContain(
    `Tenant ${contosoId} does not exist.\r\n   at Microsoft`,
  );
});

test('2000 requests a minute per tenant and publisher; without one the pool of nobody', async () => {
  const simulator = await runningSimulator();
  const { call } = await managementClient(simulator);
  for (let batch = 0; batch < 20; batch += 1) {
    await Promise.all(Array.from({ length: 100 }, () => call('GET', '/subscriptions/list')));
  }
  const refused = await call('GET', '/audit/1$1$audit_sharepoint$Audit_SharePoint');
  expect([refused.status, refused.json().value, refused.headers.get('retry-after')]).toEqual([
    403,
    {
      error: {
        code: 'AF429',
        message: 'Too many requests. Method=GetBlob, PublisherId=00000000-0000-0000-0000-000000000000',
      },
    },
    null,
  ]);
  expect((await call('GET', '/subscriptions/list', { PublisherIdentifier: contosoId })).status).toBe(200);
  simulator.control.setClock({ advanceMs: minute });
  expect((await call('GET', '/subscriptions/list')).status).toBe(200);
});
