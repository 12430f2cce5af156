import { expect, test } from 'vitest';
import { contosoId, smallWorldNow } from '../support/small-world.ts';
import {
  graphClient,
  otherCollectorId,
  readJson,
  runningSimulator,
  type Answered,
} from '../support/simulator-client.ts';

const path = '/admin/exchange/tracing/messageTraces';
const hour = 3_600_000;
const day = 24 * hour;
const quiet = { throttling: false };
const at = (agoMs: number): string => new Date(smallWorldNow - agoMs).toISOString();
const window = (from: number, to: number): string =>
  `receivedDateTime ge ${at(from)} and receivedDateTime le ${at(to)}`;
/** `Invoice 4` is 4. */
const subjects = (answer: Answered): string =>
  answer
    .json()
    .list('value')
    .map((_, index) => answer.json().text('value', index, 'subject').replace('Invoice ', ''))
    .join(' | ');
const refusal = (answer: Answered): readonly unknown[] => [
  answer.status,
  answer.json().at('error', 'message'),
];

test('without a filter the last 48 hours, newest first, one row per recipient', async () => {
  const simulator = await runningSimulator(quiet);
  const answer = await (await graphClient(simulator)).get(path);
  expect(subjects(answer)).toBe('4 | 3 | Holiday plans | 2');
  const rows = [1, 2].map(index => answer.json().at('value', index, 'id'));
  expect(rows[0]).toBe(rows[1]);
});

test('the four refusals and the end in the future have their texts', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const filter = async (text: string): Promise<readonly unknown[]> =>
    refusal(await graph.get(path, { $filter: text }));
  const oneBound = [400, 'EndDate is required when a StartDate is entered.'];
  expect(await filter(`receivedDateTime ge ${at(day)}`)).toEqual(oneBound);
  expect(await filter(`receivedDateTime le ${at(0)}`)).toEqual(oneBound);
  // gt and lt are not what it understands: as if they were not there.
  expect(await filter(`receivedDateTime gt ${at(day)} and receivedDateTime le ${at(0)}`)).toEqual(oneBound);
  expect(await filter(window(10 * day + 1, 0))).toEqual([
    400,
    "|System.ArgumentException|The interval between StartDate and EndDate can't be longer than 10 days.",
  ]);
  expect((await graph.get(path, { $filter: window(10 * day, 0) })).status).toBe(200);
  // 90 days, compared at midnight: 2026-07-07 is the last good day on 2026-10-05.
  expect(
    (
      await graph.get(path, {
        $filter: 'receivedDateTime ge 2026-07-07T00:00:00Z and receivedDateTime le 2026-07-08T00:00:00Z',
      })
    ).status,
  ).toBe(200);
  expect(
    await filter('receivedDateTime ge 2026-07-06T23:59:59Z and receivedDateTime le 2026-07-08T00:00:00Z'),
  ).toEqual([400, "Invalid StartDate value. The StartDate can't be older than 90 days from today."]);
  expect((await filter(window(day, -1_000)))[0]).toBe(400);
  expect(refusal(await graph.get(path, { $top: '5001' }))).toEqual([400, 'ResultSize is invalid']);
  expect((await graph.get(path, { $top: '5000' })).status).toBe(200);
});

test('what it cannot do it accepts and ignores', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const found = async (text: string): Promise<string> =>
    subjects(await graph.get(path, { $filter: `${window(day, 0)} and ${text}` }));
  const all = '4 | 3 | Holiday plans | 2';
  expect(await found("status eq 'FAILED'")).toBe('3');
  expect(await found("contains(subject,'holiday')")).toBe('Holiday plans');
  expect(await found("startsWith(subject,'Invoice')")).toBe('4 | 3 | 2');
  expect(await found("subject eq 'holiday PLANS'")).toBe('Holiday plans');
  expect(await found("senderAddress eq '*@partner.example'")).toBe('Holiday plans');
  expect(await found("startswith(senderAddress,'eva')")).toBe(all);
  expect(await found("status ne 'failed'")).toBe(all);
  expect(await found("not(status eq 'failed')")).toBe(all);
  expect(await found("status in ('failed')")).toBe(all);
  // Of two values for a property the last counts, and `or` is `and`.
  expect(await found("(status eq 'delivered' or status eq 'failed')")).toBe('3');
  const ignored = await graph.get(path, { $select: 'id', $orderby: 'receivedDateTime asc', $count: 'true' });
  expect([subjects(ignored), ignored.json().at('@odata.count')]).toEqual([all, undefined]);
});

test('pages are stable and their links absolute', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  let answer = await graph.get(path, { $filter: window(4 * day, 0), $top: '2' });
  const pages = [subjects(answer)];
  while (answer.json().at('@odata.nextLink') !== undefined) {
    const link = answer.json().text('@odata.nextLink');
    answer = await graph.get(link);
    expect((await graph.get(link)).text).toBe(answer.text);
    pages.push(subjects(answer));
  }
  expect(pages).toEqual(['4 | 3', 'Holiday plans | 2', '1']);
});

test('a status newer than the sentinel is hidden without the Prefer header', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const status = (answer: Answered): unknown => answer.json().at('value', 3, 'status');
  expect(status(await graph.get(path))).toBe('unknownFutureValue');
  const preferred = await graph.get(path, {}, { prefer: 'include-unknown-enum-members' });
  expect(status(preferred)).toBe('recalled');
});

test("401 until Microsoft's service principal exists; 403 without the role", async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  simulator.control.setTenant(contosoId, { traceServicePrincipal: false });
  const absent = await graph.get(path);
  expect(absent.status).toBe(401);
  expect(absent.json().text('error', 'message')).toContain('8bd644d1-64a1-4d4b-ae52-2e0cbf64e373');
  simulator.control.setTenant(contosoId, { traceServicePrincipal: true });
  expect((await graph.get(path)).status).toBe(200);
  simulator.control.setTenant(contosoId, { permissions: [] });
  expect((await graph.get(path)).status).toBe(403);
});

test('details of one message for one recipient', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const list = (await graph.get(path)).json();
  const id = list.text('value', 1, 'id');
  const details = async (recipient: string): Promise<Answered> =>
    graph.get(`${path}/${id}/getDetailsByRecipient(recipientAddress='${encodeURIComponent(recipient)}')`);
  const events = async (recipient: string): Promise<unknown[]> => {
    const answer = await details(recipient);
    return answer
      .json()
      .list('value')
      .map(row => readJson(JSON.stringify(row)).at('event'));
  };
  expect(await events('mira.holt@contoso.example')).toEqual(['Receive', 'Deliver']);
  expect(await events('OSKAR.LIND@contoso.example')).toEqual(['Receive', 'Fail']);
  expect(await events('nobody@contoso.example')).toEqual([]);
});

test('100 requests in five minutes per tenant, shared by all applications and by the details', async () => {
  const simulator = await runningSimulator();
  const graph = await graphClient(simulator);
  const other = await graphClient(simulator, contosoId, otherCollectorId);
  for (let n = 0; n < 50; n += 1) {
    expect((await graph.get(path, { $top: '1' })).status).toBe(200);
    expect((await other.get(`${path}/x/getDetailsByRecipient(recipientAddress='y')`)).status).toBe(200);
  }
  const refused = await other.get(path);
  expect(refusal(refused)).toEqual([
    429,
    'Your recent queries have surpassed the permitted limit, please try again later.',
  ]);
  const after = Number(refused.headers.get('retry-after'));
  expect(after).toBe(300);
  const fabrikam = await graphClient(simulator, 'fab10000-0000-4000-8000-00000000fa01');
  expect((await fabrikam.get(path)).status).toBe(200);
  simulator.control.setClock({ advanceMs: after * 1_000 });
  expect((await graph.get(path)).status).toBe(200);
});

test('names for ids, and the organisation', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const mira = (await graph.get('/auditLogs/directoryAudits'))
    .json()
    .text('value', 0, 'targetResources', 0, 'id');
  const named = await graph.post(
    '/directoryObjects/getByIds',
    JSON.stringify({ ids: [mira, contosoId], types: ['user'] }),
  );
  expect(named.json().list('value')).toEqual([
    expect.objectContaining({ '@odata.type': '#microsoft.graph.user', id: mira, displayName: 'Mira Holt' }),
  ]);
  const noId = JSON.stringify({ ids: [mira, 'no-guid'] });
  expect((await graph.post('/directoryObjects/getByIds', noId)).status).toBe(400);
  const tooMany = JSON.stringify({ ids: Array.from({ length: 1_001 }, () => mira) });
  expect((await graph.post('/directoryObjects/getByIds', tooMany)).status).toBe(400);
  expect((await graph.post('/directoryObjects/getByIds', 'not json')).status).toBe(400);
  const organization = (await graph.get('/organization')).json();
  expect([
    organization.at('value', 0, 'id'),
    organization.at('value', 0, 'verifiedDomains', 0, 'name'),
  ]).toEqual([contosoId, 'contoso.example']);
  expect((await graph.get('/auditLogs/nothing')).json().at('error', 'message')).toBe(
    "Resource not found for the segment 'nothing'.",
  );
});
