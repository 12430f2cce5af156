import { describe, expect, test } from 'vitest';
import type { Difference } from '../../shared/sources/_kit/difference.ts';
import { weakens } from '../../shared/sources/_kit/policy-weakens.ts';

type Case = readonly [path: string, from: unknown, to: unknown];
type Lists = readonly [path: string, came: readonly string[], went: readonly string[], record: object];
const byValue = ([path, from, to]: Case) => weakens({ path, from, to } as Difference, { id: 'c' });
const byList = ([path, came, went, record]: Lists) =>
  weakens({ path, came, went } as Difference, { id: 'c', ...record });

const strength = 'grantControls.authenticationStrength.id';
const included = 'conditions.users.includeGuestsOrExternalUsers.guestOrExternalUserTypes';
const excluded = 'conditions.users.excludeGuestsOrExternalUsers.guestOrExternalUserTypes';
const any = { grantControls: { operator: 'OR' } };
const all = { grantControls: { operator: 'AND' } };
const conditions = (has: object) => ({ conditions: has });

describe('a value that changed lets somebody through', () => {
  test.each<Case>([
    ['state', 'enabled', 'disabled'],
    ['grantControls.operator', 'AND', 'OR'],
    [strength, 's', null],
    ['sessionControls.signInFrequency.isEnabled', true, false],
    [excluded, null, 'internalGuest'],
    [included, 'internalGuest,serviceProvider', 'internalGuest'],
    ['conditions.devices.deviceFilter.rule', null, 'a'],
    ['conditions.insiderRiskLevels', 'minor,elevated', 'elevated'],
    ['conditions.authenticationFlows.transferMethods', 'a,b', 'a'],
  ])('%s: %j, then %j', (...one) => {
    expect(byValue(one)).toBe(true);
  });
  test.each<Case>([
    ['state', 'disabled', 'enabled'],
    ['grantControls.operator', 'OR', 'AND'],
    [strength, 's', 't'],
    ['sessionControls.signInFrequency.isEnabled', false, true],
    ['sessionControls.disableResilienceDefaults', true, false],
    ['displayName', null, 'B'],
    [excluded, 'internalGuest', null],
    [excluded, 'internalGuest,serviceProvider', 'internalGuest'],
    [included, null, 'internalGuest'],
    ['conditions.users.includeGuestsOrExternalUsers.externalTenants.membershipKind', 'all', 'enumerated'],
    ['conditions.devices.deviceFilter.rule', 'a', 'b'],
    ['conditions.insiderRiskLevels', 'elevated', null],
    ['conditions.insiderRiskLevels', 'elevated', 'minor,elevated'],
  ])('but not %s: %j, then %j', (...one) => {
    expect(byValue(one)).toBe(false);
  });
});

describe('a list that changed lets somebody through', () => {
  test.each<Lists>([
    ['conditions.users.excludeUsers', ['u'], [], {}],
    ['conditions.users.includeUsers', [], ['u'], {}],
    ['grantControls.builtInControls', ['mfa'], [], any],
    ['grantControls.builtInControls', [], ['mfa'], all],
    ['conditions.clientAppTypes', [], ['other'], {}],
    ['conditions.signInRiskLevels', ['high'], [], conditions({ signInRiskLevels: ['high'] })],
    ['conditions.userRiskLevels', [], ['medium'], conditions({ userRiskLevels: ['high'] })],
    [
      'conditions.platforms.includePlatforms',
      ['iOS'],
      [],
      conditions({ platforms: { includePlatforms: ['iOS'] } }),
    ],
    [
      'conditions.locations.includeLocations',
      ['l'],
      ['All'],
      conditions({ locations: { includeLocations: ['l'] } }),
    ],
  ])('%s: came %j, went %j, of %j', (...one) => {
    expect(byList(one)).toBe(true);
  });
  test.each<Lists>([
    ['conditions.users.excludeUsers', [], ['u'], {}],
    ['conditions.users.includeUsers', ['u'], [], {}],
    [
      'grantControls.builtInControls',
      ['block'],
      [],
      { grantControls: { operator: 'OR', builtInControls: ['block'] } },
    ],
    ['grantControls.builtInControls', ['mfa'], [], all],
    ['conditions.signInRiskLevels', [], ['high'], conditions({ signInRiskLevels: [] })],
    ['conditions.signInRiskLevels', ['medium'], [], conditions({ signInRiskLevels: ['high', 'medium'] })],
    [
      'conditions.locations.includeLocations',
      ['All'],
      ['l'],
      conditions({ locations: { includeLocations: ['All'] } }),
    ],
    ['conditions.anything', [], ['a'], {}],
  ])('but not %s: came %j, went %j, of %j', (...one) => {
    expect(byList(one)).toBe(false);
  });
});
