import { expect, test } from 'vitest';
import { fewGraphRecords, signIn } from '../support/graph-records.ts';
import { contosoId, fewRecords, smallWorld, smallWorldNow } from '../support/small-world.ts';
import {
  ask,
  graphClient,
  runningSimulator,
  type Answered,
  type RunningSimulator,
} from '../support/simulator-client.ts';

const path = '/auditLogs/signIns';
const hour = 3_600_000;
const at = (hours: number): string => new Date(smallWorldNow - hours * hour).toISOString();
const world = smallWorld({ ...fewRecords, graph: fewGraphRecords });

interface Client {
  v1(query?: Record<string, string>): Promise<Answered>;
  beta(query?: Record<string, string>): Promise<Answered>;
  next(answer: Answered): Promise<Answered>;
}
async function clientOf(simulator: RunningSimulator): Promise<Client> {
  const graph = await graphClient(simulator);
  const search = (query: Record<string, string>): string => new URLSearchParams(query).toString();
  return {
    v1: (query = {}) => graph.get(path, query),
    beta: (query = {}) => ask(`${simulator.url}/graph/beta${path}?${search(query)}`, { headers: { authorization: `Bearer ${graph.token}` } }),
    next: answer => graph.get(answer.json().text('@odata.nextLink')),
  };
} // prettier-ignore
const open = async (throttling = false): Promise<{ simulator: RunningSimulator; client: Client }> => {
  const simulator = await runningSimulator({ world, throttling });
  return { simulator, client: await clientOf(simulator) };
};
const count = (answer: Answered): number => answer.json().list('value').length;
const refusal = (answer: Answered): readonly unknown[] =>
  [answer.status, answer.json().at('error', 'code'), answer.json().at('error', 'message')]; // prettier-ignore
const kind = (name: string): string => `signInEventTypes/any(t: t eq '${name}')`;

test('v1.0 has interactive sign-ins only, newest first; beta has the other kinds, one at a time', async () => {
  const { client } = await open();
  const first = await client.v1();
  expect(count(first)).toBe(5);
  expect(first.json().text('value', 0, 'createdDateTime')).toBe('2026-10-05T11:00:00Z');
  for (const record of fewGraphRecords['signIns.interactive']) expect(first.text).toContain(record.json(0));
  expect(refusal(await client.v1({ $filter: kind('nonInteractiveUser') }))).toEqual([
    400,
    'BadRequest',
    "Could not find a property named 'signInEventTypes' on type 'microsoft.graph.signIn'.",
  ]);
  expect(count(await client.beta())).toBe(5);
  for (const name of ['nonInteractiveUser', 'servicePrincipal', 'managedIdentity']) {
    const answer = await client.beta({ $filter: kind(name) });
    expect([name, count(answer)]).toEqual([name, 3]);
    expect(answer.text).toContain(`https://graph.microsoft.com/beta/$metadata#auditLogs/signIns`);
  }
  expect(count(await client.beta({ $filter: `${kind('interactiveUser')} or ${kind('nonInteractiveUser')}` }))).toBe(8);
  expect(count(await client.beta({ $filter: "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'nonInteractiveUser')" }))).toBe(8);
  expect(count(await client.beta({ $filter: "signInEventTypes/any(t: t ne 'interactiveUser')" }))).toBe(3);
  for (const mixed of [`${kind('interactiveUser')} or ${kind('servicePrincipal')}`, kind('robots'), "signInEventTypes eq 'interactiveUser'"]) {
    expect([mixed, (await client.beta({ $filter: mixed })).status]).toEqual([mixed, 400]);
  }
}); // prettier-ignore

test('the documented filters and options are taken, and no others', async () => {
  const { client } = await open();
  const found = async (filter: string): Promise<number> => count(await client.v1({ $filter: filter }));
  expect(await found(`createdDateTime ge ${at(2)} and createdDateTime le ${at(2)}`)).toBe(3);
  expect(await found('status/errorCode eq 0')).toBe(5);
  expect(await found('status/errorCode eq 50126')).toBe(0);
  expect(await found("startswith(userPrincipalName,'MIRA')")).toBe(5);
  expect(await found("location/countryOrRegion eq 'NL' and riskState eq 'none'")).toBe(5);
  const beta = await client.beta({ $filter: `${kind('servicePrincipal')} and servicePrincipalName eq 'Backup robot'` });
  expect(count(beta)).toBe(3);
  for (const bad of [
    `createdDateTime ge '${at(2)}'`,
    `createdDateTime gt ${at(2)}`,
    'isInteractive eq true',
    "contains(appDisplayName,'Pay')",
    "not(riskState eq 'none')",
  ]) {
    expect([bad, ...refusal(await client.v1({ $filter: bad }))]).toEqual([bad, 400, 'BadRequest', 'Invalid filter clause']);
  }
  expect(refusal(await client.v1({ $filter: "servicePrincipalName eq 'x'" }))[2]).toContain('Could not find a property named');
  for (const option of ['$skip', '$select', '$count', '$search', '$expand']) {
    expect([option, refusal(await client.v1({ [option]: '1' }))[2]]).toEqual([option, expect.stringMatching(/^Query option '\w+' is not allowed/)]);
  }
  expect((await client.v1({ $orderby: 'userId' })).status).toBe(400);
  const ascending = await client.v1({ $orderby: 'createdDateTime asc', $top: '2' });
  expect(ascending.json().text('value', 0, 'createdDateTime')).toBe('2026-10-02T12:00:00Z');
  expect([count(await client.next(ascending)), count(await client.v1({ $top: '5000' }))]).toEqual([2, 5]);
}); // prettier-ignore

test('a licence opens them, a policy permission shows the policies, and a cloud may lack beta', async () => {
  const { simulator, client } = await open();
  const old = { $filter: `createdDateTime ge ${at(24 * 31)}` };
  expect(refusal(await client.v1(old))).toEqual([400, 'BadRequest', 'Invalid filter clause']);
  simulator.control.setTenant(contosoId, { licence: 'free' });
  expect(refusal(await client.v1()).slice(0, 2)).toEqual([403, 'Authentication_RequestFromNonPremiumTenantOrB2CTenant']);
  simulator.control.setTenant(contosoId, { licence: 'premium', beta: false });
  expect(refusal(await client.beta())[2]).toBe("Resource not found for the segment 'signIns'.");
  expect((await client.v1()).text).toContain('"appliedConditionalAccessPolicies":[{');
  simulator.control.setTenant(contosoId, { permissions: ['AuditLog.Read.All'] });
  const without = await (await clientOf(simulator)).v1();
  expect([count(without), without.text.includes('appliedConditionalAccessPolicies')]).toEqual([5, false]);
  simulator.control.setTenant(contosoId, { permissions: ['Policy.Read.All'] });
  expect(refusal(await (await clientOf(simulator)).v1())[1]).toBe('Authentication_MSGraphPermissionMissing');
}); // prettier-ignore

test('five requests in ten seconds for a tenant, shared with directory audits; the next is refused', async () => {
  const { simulator, client } = await open(true);
  const graph = await graphClient(simulator);
  const statuses: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    statuses.push((n % 2 === 0 ? await client.v1() : await graph.get('/auditLogs/directoryAudits')).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  expect(refusal(await client.beta())[1]).toBe('UnknownError');
  simulator.control.setClock({ advanceMs: 10_000 });
  expect((await client.v1()).status).toBe(200);
});

test('a late, a repeated and a changed row are all told, each when it is there', async () => {
  const time = smallWorldNow - hour;
  const late = { ...signIn('late', time), visibleAt: smallWorldNow + 60_000 };
  const risk = { ...signIn('2', smallWorldNow - 2 * hour, { riskState: 'atRisk' }), visibleAt: smallWorldNow + 60_000 };
  const interactive = [...fewGraphRecords['signIns.interactive'], late, risk].sort((a, b) => a.time - b.time);
  const simulator = await runningSimulator({
    world: smallWorld({ ...fewRecords, graph: { 'signIns.interactive': interactive } }),
    throttling: false,
  });
  const client = await clientOf(simulator);
  const first = await client.v1({ $top: '2' });
  simulator.control.setClock({ advanceMs: 120_000 });
  // A walk goes on with what it began with.
  expect(count(await client.next(first))).toBe(2);
  const then = await client.v1();
  expect(count(then)).toBe(7);
  const ids = then.json().list('value').map((_, n) => then.json().text('value', n, 'id'));
  expect(new Set(ids).size).toBe(6);
}); // prettier-ignore
