import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { logTable } from '../../simulator/mimecast/log-table.ts';
import { faultCatalogue, faultNames } from '../../simulator/faults/catalogue.ts';
import type { RouteName } from '../../simulator/routes.ts';
import { faultChecks, type Seen } from '../support/fault-checks.ts';
import { fewGraphRecords } from '../support/graph-records.ts';
import { applicationOf, mimecastClient } from '../support/mimecast-client.ts';
import { blob, contosoId, fewRecords, smallWorldNow } from '../support/small-world.ts';
import { fiveThings, stateWorld } from '../support/state-world.ts';
import {
  collectorId,
  collectorSecret,
  graphClient,
  graphScope,
  managementClient,
  runningSimulator,
  type RunningSimulator,
} from '../support/simulator-client.ts';

const lists = {
  'graph.roleDefinitions': '/roleManagement/directory/roleDefinitions?$top=2',
  'graph.roleAssignments': '/roleManagement/directory/roleAssignments?$top=2',
  'graph.roleSchedules': '/roleManagement/directory/roleAssignmentScheduleInstances?$top=2',
  'graph.roleEligibilities': '/roleManagement/directory/roleEligibilityScheduleInstances?$top=2',
  'graph.policies': '/identity/conditionalAccess/policies?$top=2',
  'graph.namedLocations': '/identity/conditionalAccess/namedLocations?$top=2',
  'graph.registrations': '/reports/authenticationMethods/userRegistrationDetails?$top=2',
} as const;

interface Probe {
  readonly url: string;
  readonly init: RequestInit;
}
const page = 'graph.directoryAudits';
const many = Array.from({ length: 250 }, (_, n) =>
  blob('Audit.SharePoint', smallWorldNow - 18_000_000 + n * 1_000, [`${n}a`, `${n}b`, `${n}c`]),
);
const world = stateWorld(fiveThings(), {
  ...fewRecords,
  graph: fewGraphRecords,
  blobs: { 'Audit.SharePoint': many },
});
const graphLists = {
  'graph.signIns': '/auditLogs/signIns',
  'graph.intuneAudits': '/deviceManagement/auditEvents',
  'graph.alerts': '/security/alerts_v2',
  'graph.incidents': '/security/incidents',
};

/** Milliseconds after which what is silent then will not speak. */
const silence = 600;

/** `isHung`: from when on silence is counted, given the status that has come. Till then a busy machine takes its time. */
async function look({ url, init }: Probe, isHung = (_began: number | null) => false): Promise<Seen> {
  const start = performance.now();
  const ending = new AbortController();
  let began: number | null = null;
  const watch = setInterval(() => {
    if (!isHung(began)) return;
    clearInterval(watch);
    setTimeout(() => ending.abort(new DOMException('', 'TimeoutError')), silence);
  }, 20);
  const end = (status: Seen['status'], headers = new Headers(), text = ''): Seen => ({
    status,
    began,
    headers,
    text,
    tookMs: performance.now() - start,
  });
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: ending.signal });
    began = response.status;
    return end(response.status, response.headers, await textOf(response));
  } catch (thrown) {
    return end(thrown instanceof Error && thrown.name === 'TimeoutError' ? 'silent' : 'broken');
  } finally {
    clearInterval(watch);
  }
}

/** The body as text, unpacked where it is a file; a file that cannot be unpacked has none. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'application/gzip') return response.text();
  const bytes = Buffer.from(await response.arrayBuffer());
  try {
    return gunzipSync(bytes).toString();
  } catch {
    return '';
  }
}

const dayMs = 86_400_000;

/** One good request for each of Mimecast's routes, and for the paged ones the one that goes on. */
async function mimecastProbes(simulator: RunningSimulator): Promise<[string, Probe][]> {
  const client = await mimecastClient(simulator);
  const { clientId, secret } = applicationOf(simulator);
  const form = { client_id: clientId, client_secret: secret, grant_type: 'client_credentials' };
  const headers = { authorization: `Bearer ${client.token}` };
  const iso = (ms: number): string => new Date(ms).toISOString();
  const post = (path: string, item: object, pagination: object): Probe => ({
    url: client.base + path,
    init: { method: 'POST', headers, body: JSON.stringify({ meta: { pagination }, data: [item] }) },
  });
  const probes: [string, Probe][] = [
    [
      'mimecast.token',
      { url: `${client.base}/oauth/token`, init: { method: 'POST', body: new URLSearchParams(form) } },
    ],
    ['mimecast.messageInfo', post('/api/message-finder/get-message-info', { id: 'eNpSMALL1' }, {})],
    ['mimecast.auditCategories', post('/api/audit/get-categories', {}, {})],
  ];
  for (const { route, paths, bounds, whole } of logTable) {
    const [from, to] = bounds;
    const options = whole ? { advancedTrackAndTraceOptions: {} } : {};
    const item = { [from]: iso(smallWorldNow - 6 * dayMs), [to]: iso(smallWorldNow), ...options };
    const size = { pageSize: route.endsWith('ttachment') || route.endsWith('mpersonation') ? 2 : 3 };
    const first = await client.post(paths[0] ?? '', item, size);
    probes.push([route, post(paths[0] ?? '', item, size)]);
    const pageToken = first.json().at('meta', 'pagination', 'next');
    if (!whole) probes.push([`${route}, going on`, post(paths[0] ?? '', item, { ...size, pageToken })]);
  }
  const query = {
    type: 'receipt',
    pageSize: '2',
    dateRangeStartsAt: iso(smallWorldNow - 6 * dayMs).slice(0, 10),
  };
  const listed = await client.siem(query);
  const at = (parameters: Record<string, string>): Probe => ({
    url: `${client.base}/siem/v1/batch/events/cg?${new URLSearchParams(parameters).toString()}`,
    init: { headers },
  });
  probes.push(['mimecast.siem', at(query)]);
  probes.push([
    'mimecast.siem, going on',
    at({ type: 'receipt', nextPage: listed.json().text('@nextPage') }),
  ]);
  probes.push(['mimecast.file', { url: listed.json().text('value', 1, 'url'), init: {} }]);
  return probes;
}

/** One good request for each route; for the paged ones also the one that goes on. */
async function probes(simulator: RunningSimulator): Promise<Map<string, Probe>> {
  const [graph, management] = await Promise.all([graphClient(simulator), managementClient(simulator)]);
  await management.call('POST', '/subscriptions/start', { contentType: 'Audit.SharePoint' });
  // Started already, a start has the same answer each time: too often.
  await management.call('POST', '/subscriptions/start', { contentType: 'Audit.General' });
  const forGraph: RequestInit = { headers: { authorization: `Bearer ${graph.token}` } };
  const forManagement: RequestInit = { headers: { authorization: `Bearer ${management.token}` } };
  const v1 = `${simulator.url}/graph/v1.0`;
  const feed = `${simulator.url}/manage/api/v1.0/${contosoId}/activity/feed`;
  const content = `${feed}/subscriptions/content?contentType=Audit.SharePoint`;
  const login = `${simulator.url}/login/${contosoId}`;
  const form = {
    grant_type: 'client_credentials',
    client_id: collectorId,
    client_secret: collectorSecret,
    scope: graphScope,
  };
  const first = await graph.get('/auditLogs/directoryAudits', { $top: '3' });
  const traces = await graph.get('/admin/exchange/tracing/messageTraces', { $top: '3' });
  const listed = await management.call('GET', '/subscriptions/content', { contentType: 'Audit.SharePoint' });
  const id = encodeURIComponent(first.json().text('value', 0, 'id'));
  const states: [string, Probe][] = [];
  for (const [route, path] of Object.entries(lists)) {
    const url = `${v1}${path}`;
    const next = (await graph.get(url)).json().text('@odata.nextLink');
    states.push([route, { url, init: forGraph }], [`${route}, going on`, { url: next, init: forGraph }]);
  }
  const post = (init: RequestInit, body: string): RequestInit => ({ ...init, method: 'POST', body });
  const logs: [string, Probe][] = [];
  for (const [route, path] of Object.entries(graphLists)) {
    const listed = await graph.get(path, { $top: '3' });
    logs.push([route, { url: `${v1}${path}?$top=3`, init: forGraph }]);
    logs.push([`${route}, going on`, { url: listed.json().text('@odata.nextLink'), init: forGraph }]);
  }
  return new Map<string, Probe>([
    ...logs,
    ...(await mimecastProbes(simulator)),
    ['entra.discovery', { url: `${login}/v2.0/.well-known/openid-configuration`, init: {} }],
    ['entra.keys', { url: `${login}/discovery/v2.0/keys`, init: {} }],
    [
      'entra.token',
      { url: `${login}/oauth2/v2.0/token`, init: { method: 'POST', body: new URLSearchParams(form) } },
    ],
    [page, { url: `${v1}/auditLogs/directoryAudits?$top=3`, init: forGraph }],
    [`${page}, going on`, { url: first.json().text('@odata.nextLink'), init: forGraph }],
    ['graph.directoryAudit', { url: `${v1}/auditLogs/directoryAudits/${id}`, init: forGraph }],
    ['graph.messageTraces', { url: `${v1}/admin/exchange/tracing/messageTraces?$top=3`, init: forGraph }],
    ['graph.messageTraces, going on', { url: traces.json().text('@odata.nextLink'), init: forGraph }],
    [
      'graph.messageTraceDetails',
      {
        url: `${v1}/admin/exchange/tracing/messageTraces/x/getDetailsByRecipient(recipientAddress='y')`,
        init: forGraph,
      },
    ],
    ['graph.getByIds', { url: `${v1}/directoryObjects/getByIds`, init: post(forGraph, '{"ids":[]}') }],
    ['graph.organization', { url: `${v1}/organization`, init: forGraph }],
    ...states,
    ['management.list', { url: `${feed}/subscriptions/list`, init: forManagement }],
    [
      'management.start',
      { url: `${feed}/subscriptions/start?contentType=Audit.General`, init: post(forManagement, '') },
    ],
    [
      'management.stop',
      { url: `${feed}/subscriptions/stop?contentType=DLP.All`, init: post(forManagement, '') },
    ],
    ['management.content', { url: content, init: forManagement }],
    ['management.content, going on', { url: listed.headers.get('nextpageuri') ?? '', init: forManagement }],
    ['management.blob', { url: listed.json().text(0, 'contentUri'), init: forManagement }],
    [
      'management.notifications',
      { url: `${feed}/subscriptions/notifications?contentType=Audit.General`, init: forManagement },
    ],
    ['management.dlpSensitiveTypes', { url: `${feed}/resources/dlpSensitiveTypes`, init: forManagement }],
  ]);
}

// Spoiling what is not there must not count: these need the page that goes on, or one that has not got the form already.
const onlyGoingOn = ['next-link-expired'];
const alreadySo = (name: string, route: string): boolean =>
  (name === 'time-with-seven-digits' &&
    [page, 'graph.intuneAudits', 'graph.alerts', 'graph.incidents'].includes(route)) ||
  (name === 'time-without-zone' && route === 'management.blob');

test('every fault of the catalogue has a check here, a sentence and a route', () => {
  expect(Object.keys(faultChecks).toSorted()).toEqual(faultNames.toSorted());
  expect(new Set(faultNames).size).toBe(faultNames.length);
  for (const { says: sentence, routes } of faultCatalogue) {
    expect(sentence).toMatch(/\.$/);
    expect(routes.length).toBeGreaterThan(0);
  }
});

describe('each fault, on each of its routes, happens as often as asked and leaves nothing behind', () => {
  test.each(faultCatalogue.map(fault => [fault.name, fault] as const))('%s', async (name, { routes }) => {
    const simulator = await runningSimulator({ world, throttling: false });
    const all = await probes(simulator);
    const check = faultChecks[name];
    if (check === undefined) throw new Error(`no check for ${name}`);
    const options = { delayMs: 100, ...(name === 'throttled-with-fraction' ? {} : { seconds: 1 }) };
    const trial = async (route: RouteName): Promise<void> => {
      const probe = all.get(onlyGoingOn.includes(name) ? `${route}, going on` : route);
      if (probe === undefined) throw new Error(`no request for ${route}`);
      const before = await look(probe);
      const id = simulator.control.addFault({ name, tenant: contosoId, route, times: 1, options });
      const isMet = (): boolean => !simulator.control.faults().some(it => it.id === id);
      const isHung: Readonly<Record<string, (began: number | null) => boolean>> = {
        hang: isMet,
        'hang-mid-body': began => began !== null,
      };
      const seen = await look(probe, isHung[name]);
      if (alreadySo(name, route)) {
        // Nothing to change in these records: the fault waits.
        expect([seen.text, simulator.control.clearFaults({ id })]).toEqual([before.text, 1]);
        return;
      }
      check(seen, before, route);
      expect([route, isMet()]).toEqual([route, true]);
      const after = await look(probe);
      expect([route, typeof after.status]).toEqual([route, 'number']);
      // Two hours ahead a start counts, and its time stays noted: the next one is really another.
      const moved = name === 'clock-skew' && route === 'management.start';
      if (!route.endsWith('.token') && !moved) {
        expect([after.status, after.text]).toEqual([before.status, before.text]);
      }
    };
    await Promise.all(routes.map(trial));
  });
});
