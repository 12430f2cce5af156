import { describe, expect, test } from 'vitest';
import { instant } from '../../shared/kernel/time.ts';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { entraConditionalAccess } from '../../shared/sources/entra.conditional-access/source.ts';
import { entraRoleAssignments } from '../../shared/sources/entra.role-assignments/source.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { readEvent } from '../support/read-event.ts';

// Two states of one policy, as published baselines have them one after another: what is stricter is not told as weaker.

const at = Date.parse('2026-10-05T09:12:44Z');
function changed(before: object, after: object): NormalizedEvent {
  const base = { id: 'c', displayName: 'Second factor for all', state: 'enabled' };
  const reading = readRecord(
    entraConditionalAccess as Source,
    { ...base, ...after },
    {
      domains: [],
      stream: 'default',
      change: {
        kind: 'changed',
        asOf: instant(at),
        since: instant(at - 3_600_000),
        before: { ...base, ...before },
        names: new Map(),
      },
    },
  );
  if (reading.kind !== 'event') throw new Error(JSON.stringify(reading));
  return reading.event;
}

const users = (includeUsers: readonly string[]) => ({ conditions: { users: { includeUsers } } });
const apps = (includeApplications: readonly string[]) => ({
  conditions: { applications: { includeApplications } },
});
const clients = (...clientAppTypes: string[]) => ({ conditions: { clientAppTypes } });
const strength = (id: string, ...allowedCombinations: string[]) => ({ id, allowedCombinations });
const asks = (
  builtInControls: readonly string[],
  operator = 'OR',
  authenticationStrength: object | null = null,
) => ({
  grantControls: { operator, builtInControls, termsOfUse: [], authenticationStrength },
});
const session = (sessionControls: object) => ({ sessionControls });
const any = strength('any', 'fido2', 'password,sms');
const best = strength('best', 'fido2');
const guests = (...members: string[]) => ({
  conditions: { users: { excludeGuestsOrExternalUsers: { externalTenants: { members } } } },
});

describe('a policy', () => {
  test.each([
    ['for one, then for all', users(['u']), users(['All'])],
    ['for nobody, then for one', users(['None']), users(['u'])],
    ['for one application, then for all', apps(['a']), apps(['All'])],
    ['for browsers, then for all clients', clients('browser'), clients('all')],
    ['that asked, then blocks', asks(['mfa']), asks(['block'])],
    ['that asked for a strength, then blocks', asks([], 'AND', best), asks(['block'])],
    ['with one of two controls, then with one', asks(['mfa', 'compliantDevice']), asks(['mfa'])],
    ['with a factor, then with a strength of it', asks(['mfa']), asks([], 'OR', best)],
    [
      'with a factor and a device, then with a strength and a device',
      asks(['mfa', 'compliantDevice'], 'AND'),
      asks(['compliantDevice'], 'AND', best),
    ],
    ['whose strength lets fewer ways pass', asks([], 'OR', any), asks([], 'OR', best)],
    ['that asked for nothing, then for a factor', session({}), asks(['mfa'])],
    [
      'whose browsers are forgotten',
      session({ persistentBrowser: { mode: 'always' } }),
      session({ persistentBrowser: { mode: 'never' } }),
    ],
  ])('%s, is stricter', (_, before, after) => {
    expect(changed(before, after).severity).toBe('medium');
  });
  test.each([
    ['for all, then for one', users(['All']), users(['u'])],
    ['for two applications, then for one', apps(['a', 'b']), apps(['a'])],
    ['that blocked, then asks', asks(['block']), asks(['mfa'])],
    ['with two controls, then with one', asks(['mfa', 'compliantDevice'], 'AND'), asks(['mfa'], 'AND')],
    ['with a factor, then with none', asks(['mfa']), asks([])],
    ['with a control, then with another way', asks(['mfa']), asks(['mfa', 'compliantDevice'])],
    ['whose strength lets more ways pass', asks([], 'OR', best), asks([], 'OR', any)],
    ['that leaves out guests of one more tenant', guests('a'), guests('a', 'b')],
    [
      'whose browsers stay signed in',
      session({ persistentBrowser: { mode: 'never' } }),
      session({ persistentBrowser: { mode: 'always' } }),
    ],
    [
      'that is no longer evaluated on and on',
      session({ continuousAccessEvaluation: { mode: 'strictLocation' } }),
      session({ continuousAccessEvaluation: { mode: 'disabled' } }),
    ],
    [
      'that asked every time',
      session({ signInFrequency: { isEnabled: true, frequencyInterval: 'everyTime' } }),
      session({
        signInFrequency: { isEnabled: true, frequencyInterval: 'timeBased', value: 90, type: 'days' },
      }),
    ],
  ])('%s, is weaker', (_, before, after) => {
    expect(changed(before, after).severity).toBe('high');
  });
  test('that leaves out an agent names it', () => {
    const agent = '1c7f0e2d-0000-4000-8000-5b2a7c9e0f64';
    const of = (...excludeAgentIdServicePrincipals: string[]) => ({
      conditions: { clientApplications: { excludeAgentIdServicePrincipals } },
    });
    expect(changed(of(), of(agent)).targets[1]).toMatchObject({ kind: 'application', id: agent });
  });
});

test('another range in place of the only one of a trusted location lets others in', () => {
  const place = (cidrAddress: string) => ({
    '@odata.type': '#microsoft.graph.ipNamedLocation',
    isTrusted: true,
    ipRanges: [{ cidrAddress }],
  });
  expect(changed(place('203.0.113.0/24'), place('198.51.100.0/24')).severity).toBe('high');
});

describe('a role over a part', () => {
  const given = (record: object) =>
    readEvent(entraRoleAssignments as Source, {
      id: 'r',
      createdDateTime: '2026-10-05T09:00:00Z',
      principalId: 'u',
      roleDefinitionId: '62e90394-69f5-4237-9190-012177145e10',
      ...record,
    }).event.summary;
  test.each([
    [
      { directoryScopeId: '/administrativeUnits/a', directoryScope: { displayName: 'Site West' } },
      'Site West',
    ],
    [{ directoryScopeId: '/administrativeUnits/a' }, '/administrativeUnits/a'],
    [{ directoryScopeId: null, appScopeId: '/Catalog/c' }, '/Catalog/c'],
    [{ directoryScopeId: null, appScopeId: '/Catalog/c', appScope: { displayName: 'Files' } }, 'Files'],
  ])('%j is told as over %s', (record, part) => {
    expect(given(record)).toBe(`u was given the role Global Administrator over ${part}`);
  });
});
