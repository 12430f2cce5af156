import { describe, expect, test } from 'vitest';
import { attackerIp } from '../../simulator/world/attack.ts';
import { contosoId, inventWorld } from '../../simulator/world/invent-world.ts';
import { asAsked, stateLists } from '../../simulator/world/state.ts';
import { otherCollectorId, graphClient, runningSimulator } from '../support/simulator-client.ts';
import { stateWorld } from '../support/state-world.ts';

const assignments = '/roleManagement/directory/roleAssignments';
const schedules = '/roleManagement/directory/roleAssignmentScheduleInstances';
const policies = '/identity/conditionalAccess/policies';
const registrations = '/reports/authenticationMethods/userRegistrationDetails';

describe('Graph’s lists of how things are', () => {
  test('come in pages that see one state, and say what they cost', async () => {
    const simulator = await runningSimulator({ world: stateWorld() });
    const graph = await graphClient(simulator);
    const first = await graph.get(assignments, { $top: '2', $expand: 'principal' });
    expect(first.headers.get('x-ms-resource-unit')).toBe('2');
    const second = await graph.get(first.json().text('@odata.nextLink'));
    const third = await graph.get(second.json().text('@odata.nextLink'));
    expect(third.json().at('@odata.nextLink')).toBeUndefined();
    const all = [first, second, third].flatMap(answer => answer.json().list('value'));
    expect(all).toHaveLength(5);
  });

  test('expand one thing of an assignment, two of a schedule, and take no filter on time', async () => {
    const world = inventWorld({ seed: 1, now: Date.parse('2026-10-05T11:00:00Z') });
    const simulator = await runningSimulator({ world });
    const graph = await graphClient(simulator);
    const both = { $expand: 'principal,roleDefinition' };
    expect((await graph.get(assignments, both)).status).toBe(400);
    expect((await graph.get(assignments)).json().at('value', 0, 'principal')).toBeUndefined();
    const one = (await graph.get(assignments, { $expand: 'principal' })).json();
    expect(one.text('value', 0, 'principal', 'userPrincipalName')).toContain('@contoso.example');
    const schedule = (await graph.get(schedules, both)).json();
    expect(schedule.text('value', 0, 'roleDefinition', 'displayName')).toBe('Global Administrator');
    const refused = await graph.get(policies, { $filter: 'modifiedDateTime ge 2026-01-01T00:00:00Z' });
    expect([refused.status, refused.json().at('error', 'code')]).toEqual([400, 'Request_UnsupportedQuery']);
  });

  test('refuse as each service does', async () => {
    const simulator = await runningSimulator({ world: stateWorld() });
    const code = async (path: string, version = 'v1.0'): Promise<unknown[]> => {
      const graph = await graphClient(simulator);
      const answer = await graph.get(`${simulator.url}/graph/${version}${path}`);
      return [answer.status, answer.json().at('error', 'code')];
    };
    simulator.control.setTenant(contosoId, { pim: false, licence: 'free' });
    expect(await code(schedules)).toEqual([400, 'AadPremiumLicenseRequired']);
    expect(await code(assignments)).toEqual([200, undefined]);
    expect(await code(registrations)).toEqual([403, 'Authentication_RequestFromNonPremiumTenantOrB2CTenant']);
    simulator.control.setTenant(contosoId, { permissions: ['Organization.Read.All'] });
    expect(await code(schedules)).toEqual([403, 'UnknownError']);
    expect(await code(assignments)).toEqual([403, 'Authorization_RequestDenied']);
    expect(await code(policies)).toEqual([403, 'AccessDenied']);
  });

  test('of conditional access answer once a second to all apps together, and never say how long to wait', async () => {
    const simulator = await runningSimulator({ world: stateWorld() });
    const [one, other] = [
      await graphClient(simulator),
      await graphClient(simulator, contosoId, otherCollectorId),
    ];
    expect((await one.get(policies)).status).toBe(200);
    const refused = await other.get(policies);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
    simulator.time.time += 1_001;
    expect((await other.get(policies)).status).toBe(200);
  });
});

describe('how things are in the invented world', () => {
  const birth = Date.parse('2026-10-05T07:00:00Z');
  const [contoso, fabrikam] = inventWorld({ seed: 3, now: birth }).tenants;
  const state = (list: (typeof stateLists)[number], at: number, tenant = contoso): string[] =>
    [...(tenant?.state?.(list, at, asAsked) ?? [])].toSorted();
  const hour = 3_600_000;
  const lena = 'lena.okafor@contoso.example';
  const administrators = (at: number): number =>
    state('roleAssignmentScheduleInstances', at).filter(
      text => text.includes('"displayName":"Global Administrator"') && text.includes(lena),
    ).length;

  test('is the same whenever it is asked, and never names the attacker’s address', () => {
    for (const list of stateLists) {
      expect(state(list, birth).length).toBeGreaterThan(0);
      expect(state(list, birth)).toEqual(state(list, birth));
      expect(state(list, birth).join('')).not.toContain(attackerIp);
    }
  });

  test('has the attack: the role given, taken and given again; a policy off, and one with a hole', () => {
    const midnight = Date.parse('2026-10-03T00:00:00Z');
    const at = (hours: number): number => midnight + hours * hour;
    expect([at(24), at(24 + 8), at(24 + 20), birth, birth + hour].map(administrators)).toEqual([
      0, 1, 0, 0, 1,
    ]);
    const admins = (time: number): string =>
      state('conditionalAccessPolicies', time).find(text => text.includes('MFA for admins')) ?? '';
    expect([admins(at(24)), admins(birth)].map(text => text.includes('"state":"enabled"'))).toEqual([
      true,
      false,
    ]);
    const victim = contoso?.users.find(user => user.address === lena)?.id ?? 'nobody';
    const everyone = (time: number): boolean =>
      state('conditionalAccessPolicies', time).some(
        text => text.includes('MFA for all users') && text.includes(victim),
      );
    expect([everyone(birth), everyone(birth + hour)]).toEqual([false, true]);
    expect(state('conditionalAccessPolicies', birth, fabrikam).join('')).not.toContain('"state":"disabled"');
  });

  test('changes with joiners and leavers, with activations, and with the report some hours behind', () => {
    const monday = Date.parse('2026-10-05T00:00:00Z');
    const activated = (time: number): number =>
      state('roleAssignmentScheduleInstances', time).filter(text => text.includes('"Activated"')).length;
    expect([monday + 8 * hour, monday + 9 * hour, monday + 13 * hour].map(activated)).toEqual([0, 1, 0]);
    const ids = (list: (typeof stateLists)[number], time: number): Set<string> =>
      new Set(state(list, time).map(text => String((JSON.parse(text) as { id: string }).id)));
    const year = 365 * 24 * hour;
    expect(ids('roleAssignments', birth - year)).not.toEqual(ids('roleAssignments', birth));
    expect(ids('userRegistrationDetails', birth - year)).not.toEqual(ids('userRegistrationDetails', birth));
    const rows = state('userRegistrationDetails', birth);
    expect(rows.some(text => text.includes('"isMfaRegistered":false'))).toBe(true);
  });

  test('is another order each time, and hides from v1.0 what is in preview', () => {
    const names = (version: 'beta' | 'v1.0', time: number): string[] =>
      (contoso?.state?.('conditionalAccessPolicies', time, { ...asAsked, version }) ?? []).map(text =>
        String((JSON.parse(text) as { displayName: string }).displayName),
      );
    expect(names('beta', birth)).toHaveLength(names('v1.0', birth).length + 1);
    const orders = new Set([1, 2, 3, 4].map(n => names('beta', birth + n * 10_000).join()));
    expect(orders.size).toBeGreaterThan(1);
  });
});
