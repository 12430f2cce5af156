import { expect, test } from 'vitest';
import { audit, contosoId, fewRecords, smallWorld, smallWorldNow } from '../support/small-world.ts';
import {
  graphClient,
  otherCollectorId,
  runningSimulator,
  type Answered,
} from '../support/simulator-client.ts';

const path = '/auditLogs/directoryAudits';
const hour = 3_600_000;
const hoursAgo = (hours: number): string => new Date(smallWorldNow - hours * hour).toISOString();
const quiet = { throttling: false };

/** The last part of each record's id: `Directory_<guid>_QX7LM_3` is 3. */
const ids = (answer: Answered): string =>
  answer
    .json()
    .list('value')
    .map((_, index) => answer.json().text('value', index, 'id').split('_').at(-1))
    .join(' ');
const refusal = (answer: Answered): readonly unknown[] =>
  [answer.status, answer.json().at('error', 'code'), answer.json().at('error', 'message')]; // prettier-ignore

test('newest first by default, ascending when asked, each record byte for byte', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const answer = await graph.get(path);
  expect(ids(answer)).toBe('5 4 3 2 1');
  expect(answer.json().at('@odata.nextLink')).toBeUndefined();
  for (const record of fewRecords.audits) expect(answer.text).toContain(record.json(0));
  expect(ids(await graph.get(path, { $orderby: 'activityDateTime asc' }))).toBe('1 2 3 4 5');
  expect(ids(await graph.get(path, { $orderby: 'activityDateTime desc' }))).toBe('5 4 3 2 1');
  expect((await graph.get(path, { $orderby: 'category' })).status).toBe(400);
});

test('the documented filters select, and nothing else is accepted', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const found = async (filter: string): Promise<string> => ids(await graph.get(path, { $filter: filter }));
  expect(await found(`activityDateTime ge ${hoursAgo(2)}`)).toBe('5 4 3 2');
  expect(await found(`activityDateTime ge ${hoursAgo(2)} and activityDateTime le ${hoursAgo(1.5)}`)).toBe(
    '4 3 2',
  );
  expect(await found('activityDateTime eq 2026-10-05T11:00:00.0000211Z')).toBe('5');
  expect(await found("category eq 'UserManagement'")).toBe('2');
  expect(await found("startswith(activityDisplayName,'Update')")).toBe('2');
  expect(
    await found(
      "initiatedBy/user/userPrincipalName eq 'OSKAR.LIND@contoso.example' and activityDisplayName eq 'Add member to role'",
    ),
  ).toBe('5 3 1');
  expect(await found("category eq 'UserManagement' or initiatedBy/user/id eq null")).toBe('4 2');
  expect(
    await found("targetResources/any(t: t/displayName eq 'Mira Holt') and (category eq 'UserManagement')"),
  ).toBe('2');
  const refused = async (filter: string): Promise<unknown> =>
    refusal(await graph.get(path, { $filter: filter }))[2];
  for (const filter of [
    `activityDateTime ge '${hoursAgo(2)}'`,
    `activityDateTime gt ${hoursAgo(2)}`,
    "category ne 'UserManagement'",
    "not(category eq 'UserManagement')",
    "category in ('UserManagement')",
    "startswith(category,'User')",
    'category eq',
    `${'('.repeat(200)}category eq 'x'${')'.repeat(200)}`,
    `${'not '.repeat(2_000)}category eq 'x'`,
  ]) {
    expect([filter.slice(0, 40), await refused(filter)]).toEqual([
      filter.slice(0, 40),
      'Invalid filter clause',
    ]);
  }
  expect(await refused(`createdDateTime ge ${hoursAgo(2)}`)).toBe(
    "Could not find a property named 'createdDateTime' on type 'microsoft.graph.directoryAudit'.",
  );
});

test('bounds are exact to 100 ns, finer than the milliseconds records are found by', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  // The fixture's times end with .0000211.
  const found = async (filter: string): Promise<string> =>
    ids(await graph.get(path, { $filter: `activityDateTime ${filter}` }));
  expect(await found('le 2026-10-05T11:00:00Z')).toBe('4 3 2 1');
  expect(await found('le 2026-10-05T11:00:00.0000211Z')).toBe('5 4 3 2 1');
  expect(await found('ge 2026-10-05T11:00:00.0000211Z')).toBe('5');
  expect(await found('ge 2026-10-05T11:00:00.0000212Z')).toBe('');
});

test('the floor is a midnight 30 days back, 7 without a licence, and is printed as a US date', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const at = (time: string): Promise<Answered> => graph.get(path, { $filter: `activityDateTime ge ${time}` });
  expect((await at('2026-09-05T00:00:00Z')).status).toBe(200);
  expect(refusal(await at('2026-09-04T23:59:59Z'))).toEqual([
    400,
    'BadRequest',
    "Specified argument was out of the range of valid values. (Parameter 'Minimum allowed time for activityDateTime is 9/5/2026 12:00:00 AM')",
  ]);
  simulator.control.setTenant(contosoId, { licence: 'free' });
  expect(refusal(await at('2026-09-27T23:59:59Z'))[2]).toContain('9/28/2026 12:00:00 AM');
  expect((await at('2026-09-28T00:00:00Z')).status).toBe(200);
  simulator.control.setTenant(contosoId, {
    licence: 'premium',
    remembersDays: { 'entra.directory-audits': 2 },
  });
  expect((await at('2026-10-02T00:00:00Z')).status).toBe(400);
  simulator.control.setTenant(contosoId, { remembersDays: {} });
  simulator.control.setClock({ advanceMs: 24 * hour });
  expect((await at('2026-09-05T00:00:00Z')).status).toBe(400);
});

test('pages: $top up to 1000, opaque links that hold the first view and survive a restart', async () => {
  const late = audit('late', smallWorldNow - 2 * hour, {}, smallWorldNow + hour);
  const audits = [...fewRecords.audits.slice(0, 4), late, ...fewRecords.audits.slice(4)];
  const world = smallWorld({ ...fewRecords, audits });
  const simulator = await runningSimulator({ ...quiet, world });
  const graph = await graphClient(simulator);
  const query = {
    $filter: `activityDateTime ge ${hoursAgo(100)}`,
    $orderby: 'activityDateTime asc',
    $top: '2',
  };
  const first = await graph.get(path, query);
  expect(ids(first)).toBe('1 2');
  const link = first.json().text('@odata.nextLink');
  expect(link).toMatch(
    new RegExp(`^${simulator.url}/graph/v1.0/auditLogs/directoryAudits\\?.*\\$skiptoken=`),
  );
  // Three records share one time: the walk goes on inside it, and what appeared meanwhile stays out of it.
  simulator.control.setClock({ advanceMs: 2 * hour });
  const second = await graph.get(link);
  expect(ids(second)).toBe('3 4');
  expect((await graph.get(link)).text).toBe(second.text);
  const again = await runningSimulator({ ...quiet, world });
  const moved = second.json().text('@odata.nextLink').replace(simulator.url, again.url);
  const last = await (await graphClient(again)).get(moved);
  expect([ids(last), last.json().at('@odata.nextLink')]).toEqual(['5', undefined]);
  expect(ids(await graph.get(path, query))).toBe('1 2');
  expect(ids(await graph.get(path))).toBe('5 late 4 3 2 1');
});

test('a link is refused when edited, used for another query, or too old', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const link = (await graph.get(path, { $top: '2' })).json().text('@odata.nextLink');
  const dead = [400, 'BadRequest', 'Invalid Skip Token, skip token is null'];
  expect(refusal(await graph.get(`${link.slice(0, -3)}abc`))).toEqual(dead);
  expect(refusal(await graph.get(link.replace('$top=2', '$top=3')))).toEqual(dead);
  expect(refusal(await graph.get(path, { $skiptoken: '' }))).toEqual(dead);
  const fabrikam = await graphClient(simulator, 'fab10000-0000-4000-8000-00000000fa01');
  expect(refusal(await fabrikam.get(link))).toEqual(dead);
  simulator.control.setLinkLifetime(60_000);
  expect((await graph.get(link)).status).toBe(200);
  simulator.control.setClock({ advanceMs: 61_000 });
  expect(refusal(await graph.get(link))).toEqual(dead);
});

test('a rare match ends pages early, even empty, with a link that leads on', async () => {
  const audits = Array.from({ length: 45_000 }, (_, n) =>
    audit(String(n), smallWorldNow - 3 * hour + n * 10),
  );
  audits.push(audit('rare', smallWorldNow - hour, { category: 'Rare' }));
  const simulator = await runningSimulator({ ...quiet, world: smallWorld({ audits }) });
  const graph = await graphClient(simulator);
  let answer = await graph.get(path, { $filter: "category eq 'Rare'", $orderby: 'activityDateTime asc' });
  const sizes = [ids(answer)];
  while (answer.json().at('@odata.nextLink') !== undefined) {
    answer = await graph.get(answer.json().text('@odata.nextLink'));
    sizes.push(ids(answer));
  }
  expect(sizes).toEqual(['', '', 'rare']);
});

test('a page of more than 1000 is 1000; other options are refused', async () => {
  const audits = Array.from({ length: 1_500 }, (_, n) => audit(String(n), smallWorldNow - hour + n));
  const simulator = await runningSimulator({ ...quiet, world: smallWorld({ audits }) });
  const graph = await graphClient(simulator);
  expect((await graph.get(path, { $top: '5000' })).json().list('value')).toHaveLength(1_000);
  expect((await graph.get(path, { $top: '0' })).status).toBe(400);
  expect((await graph.get(path, { $top: 'all' })).status).toBe(400);
  expect(refusal(await graph.get(path, { $skip: '5' }))).toEqual([
    400,
    'BadRequest',
    "Query option 'Skip' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.",
  ]);
});

test('one record by its id, and 404 for another', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const id = (await graph.get(path)).json().text('value', 0, 'id');
  const one = await graph.get(`${path}/${encodeURIComponent(id)}`);
  expect(one.text).toBe(fewRecords.audits.at(-1)?.json(0));
  expect((await graph.get(`${path}/Directory_none`)).status).toBe(404);
});

test('permission and licence refusals have their codes; a withdrawal works at once, a grant needs a new token', async () => {
  const simulator = await runningSimulator(quiet);
  const graph = await graphClient(simulator);
  const flags = simulator.control.tenants().find(({ id }) => id === contosoId)?.flags;
  const permissions = flags?.permissions.filter(name => name !== 'AuditLog.Read.All') ?? [];
  simulator.control.setTenant(contosoId, { permissions });
  expect(refusal(await graph.get(path))).toEqual([
    403,
    'Authentication_MSGraphPermissionMissing',
    'The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API.',
  ]);
  const early = await graphClient(simulator);
  simulator.control.setTenant(contosoId, { permissions: [...permissions, 'AuditLog.Read.All'] });
  expect((await early.get(path)).status).toBe(403);
  expect((await (await graphClient(simulator)).get(path)).status).toBe(200);
  simulator.control.setTenant(contosoId, { licence: 'refused' });
  expect(refusal(await graph.get(path))).toEqual([
    403,
    'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
    "Tenant is not a B2C tenant and doesn't have premium license",
  ]);
});

test('five requests in ten seconds per application and tenant; a refused one counts too', async () => {
  const simulator = await runningSimulator();
  const graph = await graphClient(simulator);
  for (let n = 0; n < 5; n += 1) expect((await graph.get(path)).status).toBe(200);
  const refused = await graph.get(path);
  expect(refused.status).toBe(429);
  expect(refused.json().at('error', 'code')).toBe('UnknownError');
  expect(refused.json().text('error', 'message')).toMatch(
    /^This request is throttled\. .*\r\nCorrelationId: [0-9a-f-]{36}$/,
  );
  // Another application has its own five.
  const other = await graphClient(simulator, contosoId, otherCollectorId);
  expect((await other.get(path)).status).toBe(200);
  simulator.control.setClock({ advanceMs: 9_999 });
  expect((await graph.get(path)).status).toBe(429);
  simulator.control.setClock({ advanceMs: 1 });
  expect((await graph.get(path)).status).toBe(200);
});

test('Retry-After comes sometimes, whole or with a fraction, and is then enough', async () => {
  const simulator = await runningSimulator();
  const graph = await graphClient(simulator);
  const seen = new Set<string>();
  for (let n = 0; n < 60 && seen.size < 3; n += 1) {
    const answer = await graph.get(path);
    if (answer.status === 200) continue;
    const after = answer.headers.get('retry-after');
    seen.add(after === null ? 'none' : /^\d+$/.test(after) ? 'whole' : 'fraction');
    if (after === null) continue;
    simulator.control.setClock({ advanceMs: Math.ceil(Number(after) * 1_000) });
    expect((await graph.get(path)).status).toBe(200);
  }
  expect([...seen].toSorted()).toEqual(['fraction', 'none', 'whole']);
});

test('122 requests in ten seconds per application over all tenants', async () => {
  const base = smallWorld();
  const template = base.tenants[0];
  if (template === undefined) throw new Error('the small world has tenants');
  const tenants = Array.from({ length: 31 }, (_, n) => ({
    ...template,
    id: `aaaa0000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    domains: [`t${n}.example`],
  }));
  const simulator = await runningSimulator({ world: { ...base, tenants } });
  const statuses: number[] = [];
  for (const { id } of tenants) {
    const graph = await graphClient(simulator, id);
    for (let n = 0; n < 4; n += 1) statuses.push((await graph.get(path, { $top: '1' })).status);
  }
  expect(statuses.indexOf(429)).toBe(122);
  const mark = simulator.control.requests().limits.find(({ name }) => name === 'reportsApp');
  expect(mark).toMatchObject({ limit: 122, highest: 124, refused: 2 });
});
