import { expect, test } from 'vitest';
import { alert, fewGraphRecords, incident } from '../support/graph-records.ts';
import {
  contosoId,
  fewRecords,
  smallWorld,
  smallWorldNow,
  type SmallTenant,
} from '../support/small-world.ts';
import {
  graphClient,
  runningSimulator,
  type Answered,
  type RunningSimulator,
} from '../support/simulator-client.ts';

const hour = 3_600_000;
const at = (hours: number): string => new Date(smallWorldNow - hours * hour).toISOString();
const audits = '/deviceManagement/auditEvents';
const alerts = '/security/alerts_v2';
const incidents = '/security/incidents';
const open = (graph: SmallTenant['graph'] = fewGraphRecords, throttling = false): Promise<RunningSimulator> =>
  runningSimulator({ world: smallWorld({ ...fewRecords, graph }), throttling });
const rows = (answer: Answered): readonly unknown[] => answer.json().list('value');
const linkOf = (answer: Answered): unknown => answer.json().at('@odata.nextLink');
const ids = (answer: Answered): string[] => rows(answer).map((_, n) => answer.json().text('value', n, 'id'));
const refusal = (answer: Answered): readonly unknown[] =>
  [answer.status, answer.json().at('error', 'code'), answer.json().at('error', 'message')]; // prettier-ignore

test('Intune: rows in no order, a count that is wrong, an empty page behind the last', async () => {
  const graph = await graphClient(await open());
  const first = await graph.get(audits, { $top: '3', $orderby: 'nonsense' });
  expect([rows(first).length, first.json().at('@odata.count')]).toEqual([3, 1_000]);
  const second = await graph.get(first.json().text('@odata.nextLink'));
  const third = await graph.get(second.json().text('@odata.nextLink'));
  expect([rows(second).length, rows(third).length, linkOf(third)]).toEqual([2, 0, undefined]);
  const all = await graph.get(audits);
  const times = rows(all).map((_, n) => all.json().text('value', n, 'activityDateTime'));
  expect([times.toSorted(), times.toSorted().toReversed()]).not.toContainEqual(times);
  expect(rows(await graph.get(audits, { $filter: `activityDateTime ge ${at(2)} and activityDateTime le ${at(1.5)}` }))).toHaveLength(2);
  expect(rows(await graph.get(audits, { $filter: "category ne 'Application'" }))).toEqual([]);
  expect(refusal(await graph.get(audits, { $filter: `activityDateTime ge '${at(2)}'` }))[2]).toBe('Invalid filter clause');
}); // prettier-ignore

test('Intune: its refusal is JSON inside JSON, its throttle a 500, and a tenant without it is told so', async () => {
  const simulator = await open();
  const graph = await graphClient(simulator);
  simulator.control.setTenant(contosoId, { intune: false });
  expect(refusal(await graph.get(audits))).toEqual([400, 'BadRequest', 'Request not applicable to target tenant.']);
  simulator.control.setTenant(contosoId, { intune: true, permissions: ['AuditLog.Read.All'] });
  const refused = await (await graphClient(simulator)).get(audits);
  const inner: unknown = JSON.parse(refused.json().text('error', 'message'));
  expect([refused.status, inner]).toEqual([403, expect.objectContaining({ _version: 3, Message: expect.stringContaining('DeviceManagementApps.Read.All') })]);
  simulator.control.addFault({ name: 'throttled-as-error', times: 1 });
  simulator.control.setTenant(contosoId, { permissions: ['DeviceManagementApps.Read.All'] });
  expect(refusal(await (await graphClient(simulator)).get(audits))[2]).toContain('Rate limit reached because of too many requests');
}); // prettier-ignore

test('alerts: ordered when asked, newest first otherwise, at most 1000; a new member only for who asks', async () => {
  const graph = await graphClient(
    await open({ 'security.alerts': [alert('1', smallWorldNow - 2 * hour, { serviceSource: 'microsoftSentinel', detectionSource: 'nrtAlerts' }), alert('2', smallWorldNow - hour)] }),
  );
  const times = async (query: Record<string, string>): Promise<string[]> => {
    const answer = await graph.get(alerts, query);
    return rows(answer).map((_, n) => answer.json().text('value', n, 'lastUpdateDateTime').slice(11, 13));
  };
  expect(await times({})).toEqual(['11', '10']);
  expect(await times({ $orderby: 'lastUpdateDateTime asc' })).toEqual(['10', '11']);
  expect(await times({ $orderby: 'createdDateTime desc', $top: '5000' })).toEqual(['11', '10']);
  expect(await times({ $filter: `lastUpdateDateTime gt ${at(2)} and severity eq 'medium'` })).toEqual(['11', '10']);
  expect(await times({ $filter: `createdDateTime lt ${at(1.5)}` })).toEqual(['10']);
  expect((await graph.get(alerts, { $orderby: 'title' })).status).toBe(400);
  expect((await graph.get(alerts, { $filter: "title eq 'x'" })).status).toBe(400);
  const plain = await graph.get(alerts);
  const telling = await graph.get(alerts, {}, { prefer: 'include-unknown-enum-members' });
  expect([plain.text.includes('unknownFutureValue'), telling.text.includes('microsoftSentinel')]).toEqual([true, true]);
  expect(telling.text).not.toContain('unknownFutureValue');
}); // prettier-ignore

test('alerts and incidents are what they are now: a version takes the place of the one before', async () => {
  const first = alert('1', smallWorldNow - 2 * hour, {}, smallWorldNow + hour);
  const created = { createdDateTime: `${at(2).slice(0, -1)}3333Z` };
  const second = alert('1', smallWorldNow + hour, { status: 'resolved', ...created });
  const simulator = await open({ 'security.alerts': [first, second] });
  const graph = await graphClient(simulator);
  expect((await graph.get(alerts)).json().text('value', 0, 'status')).toBe('new');
  simulator.control.setClock({ advanceMs: 2 * hour });
  const later = await graph.get(alerts);
  expect([rows(later).length, later.json().text('value', 0, 'status')]).toEqual([1, 'resolved']);
});

test('incidents: 50 at most or a refusal, $skip to 500, no order, alerts inside only for a few', async () => {
  const many = Array.from({ length: 620 }, (_, n) => incident(n + 1, smallWorldNow - 24 * hour + n * 1_000));
  const own = Array.from({ length: 30 }, (_, n) => alert(String(n), smallWorldNow - hour, { incidentId: '620' }));
  const graph = await graphClient(await open({ 'security.incidents': many, 'security.alerts': own }));
  expect(refusal(await graph.get(incidents, { $top: '51' }))[2]).toContain("The limit of '50' for Top query has been exceeded");
  expect((await graph.get(incidents, { $orderby: 'lastUpdateDateTime asc' })).status).toBe(400);
  const first = await graph.get(incidents, { $count: 'true' });
  expect([rows(first).length, first.json().at('@odata.count'), ids(first)[0]]).toEqual([50, 620, '620']);
  let walked = 0;
  for (let answer = first; ;) {
    walked += rows(answer).length;
    const next = linkOf(answer);
    if (typeof next !== 'string') break;
    answer = await graph.get(next);
  }
  // Deep paging ends early, and says nothing.
  expect(walked).toBe(550);
  expect((await graph.get(incidents, { $skip: '501' })).status).toBe(400);
  expect((await graph.get(incidents, { $expand: 'alerts' })).status).toBe(500);
  const one = await graph.get(incidents, { $expand: 'alerts', $filter: `lastUpdateDateTime le ${at(23.9)}`, $top: '3' });
  expect(one.json().at('value', 0, 'alerts')).toEqual([]);
}); // prettier-ignore

test('security: roles, a tenant without a product, 150 requests a minute', async () => {
  const simulator = await open(fewGraphRecords, true);
  const graph = await graphClient(simulator);
  simulator.control.setTenant(contosoId, { defender: false });
  expect(refusal(await graph.get(alerts))).toEqual([401, 'Unauthorized', 'Unauthorized request - Account is not provisioned.']);
  simulator.control.setTenant(contosoId, { defender: true, permissions: ['SecurityAlert.Read.All'] });
  const some = await graphClient(simulator);
  expect((await some.get(alerts)).status).toBe(200);
  expect(refusal(await some.get(incidents))).toEqual([403, 'Forbidden', 'Missing application roles. API required roles: SecurityIncident.Read.All,SecurityIncident.ReadWrite.All, application roles: SecurityAlert.Read.All.']);
  const statuses = [];
  for (let n = 0; n < 150; n += 1) statuses.push((await some.get(alerts, { $top: '1' })).status);
  expect([statuses.indexOf(429), new Set(statuses)]).toEqual([147, new Set([200, 429])]);
}); // prettier-ignore
