import { describe, expect, test } from 'vitest';
import { instant } from '../../shared/kernel/time.ts';
import { entraConditionalAccess } from '../../shared/sources/entra.conditional-access/source.ts';
import { entraDirectoryAudits } from '../../shared/sources/entra.directory-audits/source.ts';
import { entraSignIns } from '../../shared/sources/entra.sign-ins/source.ts';
import { intuneAuditEvents } from '../../shared/sources/intune.audit-events/source.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import { readEvent } from '../support/read-event.ts';

// Forms that records of tenants and of other people's tests have, told with records of our own.

const at = '2026-10-05T09:12:44Z';
const audited = (record: object) =>
  readEvent(entraDirectoryAudits, { activityDateTime: at, result: 'success', ...record }).event;
const signedIn = (record: object) => readEvent(entraSignIns, { createdDateTime: at, ...record }).event;
const managed = (record: object) => readEvent(intuneAuditEvents, { activityDateTime: at, ...record }).event;
const change = (displayName: string, oldValue: string | null, newValue: string | null) => ({
  displayName,
  oldValue: oldValue === null ? null : JSON.stringify(oldValue),
  newValue: newValue === null ? null : JSON.stringify(newValue),
});

describe('a service named where the name of whoever it acted for would stand', () => {
  const user = { id: 'u', userPrincipalName: 'mira@contoso.example', ipAddress: '203.0.113.24' };
  test.each([
    'Azure ESTS Service',
    'Microsoft_AAD_RegisteredApps',
    'Graph Explorer',
    'Device Registration Service',
    'Microsoft Intune portal extension',
  ])('%s is what the person used', displayName => {
    const { actor, client } = audited({ initiatedBy: { user: { ...user, displayName } } });
    expect([actor, client?.app]).toEqual([
      { kind: 'user', id: 'u', name: null, address: 'mira@contoso.example' },
      displayName,
    ]);
  });
  test.each([
    'Mira Holt',
    'Azura Holt',
    'Grace Explorer-Holt',
    'Admin - John Servicer',
    'Azure Admin',
    'Microsoft 365 Administrator',
    'Azure Break Glass Account',
  ])('%s is a person, or an account of theirs', displayName => {
    const { actor, client } = audited({ initiatedBy: { user: { ...user, displayName } } });
    expect([actor?.name, client?.app]).toEqual([displayName, null]);
  });
  test('who is told by nothing else is an application', () => {
    const { actor, summary } = audited({
      activityDisplayName: 'Remove member from role (PIM activation expired)',
      initiatedBy: { user: { id: 's', displayName: 'Azure AD PIM', userPrincipalName: null } },
    });
    expect(actor).toEqual({ kind: 'application', id: 's', name: 'Azure AD PIM', address: null });
    expect(summary).toBe('Remove member from role (PIM activation expired) by Azure AD PIM');
  });
  test('the application the record itself names goes before it', () => {
    const initiatedBy = {
      user: { ...user, displayName: 'Azure ESTS Service' },
      app: { displayName: 'Payroll' },
    };
    expect(audited({ initiatedBy }).client?.app).toBe('Payroll');
  });
});

describe('what a directory audit was done to', () => {
  test('the name of a deleted user is the one it had', () => {
    const id = '0d8a6c2e-3f2b-4b60-8f0c-6a5d3c1e9b42';
    const userPrincipalName = `${id.replaceAll('-', '')}mira@contoso.example`;
    const { targets, summary } = audited({
      activityDisplayName: 'Delete user',
      targetResources: [{ id, type: 'User', userPrincipalName }],
    });
    expect(targets[0]?.address).toBe('mira@contoso.example');
    expect(summary).toBe('Delete user on mira@contoso.example');
  });
  test('whom an application was assigned to stands among the changes alone', () => {
    const { targets } = audited({
      activityDisplayName: 'Add app role assignment grant to user',
      targetResources: [
        {
          id: 'p',
          type: 'ServicePrincipal',
          displayName: 'Payroll',
          modifiedProperties: [
            change('AppRole.Value', null, ''),
            change('User.ObjectID', null, 'u'),
            change('User.UPN', null, 'mira@contoso.example'),
          ],
        },
      ],
    });
    expect(targets[1]).toEqual({ kind: 'user', id: 'u', name: null, address: 'mira@contoso.example' });
  });
  test('an id alone, of whoever did it, has the name it has there', () => {
    const { summary } = audited({
      activityDisplayName: 'Update user',
      initiatedBy: { user: { id: 'u', userPrincipalName: 'mira@contoso.example' } },
      targetResources: [
        { id: 'u', type: 'User' },
        { id: 'v', type: 'User' },
      ],
    });
    expect(summary).toBe('Update user by mira@contoso.example on mira@contoso.example and v');
  });
  const granted = (was: string | null, is: string | null) =>
    audited({
      activityDisplayName: 'Add delegated permission grant',
      targetResources: [
        {
          id: 'g',
          type: 'ServicePrincipal',
          displayName: 'Microsoft Graph',
          modifiedProperties: [
            change('DelegatedPermissionGrant.Scope', was, is),
            change('DelegatedPermissionGrant.ConsentType', 'Principal', 'Principal'),
          ],
        },
      ],
    }).targets.flatMap(({ kind, name }) => (kind === 'role' ? [name] : []));
  test.each([
    [
      'what was added to those there were',
      ' User.Read Mail.Read',
      ' User.Read Mail.Read Mail.Send',
      'Mail.Send',
    ],
    ['what was taken from them', ' User.Read Mail.Read', ' User.Read', 'Mail.Read'],
    ['all that was given', null, ' User.Read Mail.Read', 'User.Read Mail.Read'],
    ['all that was taken', ' User.Read Mail.Read', '', 'User.Read Mail.Read'],
    ['all, where nothing differs', ' User.Read', ' User.Read', 'User.Read'],
  ])('of scopes, %s', (_, was, is, told) => {
    expect(granted(was, is)).toEqual([told]);
  });
  const permission = (name: string, initiatedBy: object = {}) =>
    audited({
      activityDisplayName: 'Add app role assignment to service principal',
      initiatedBy,
      targetResources: [
        {
          id: 'g',
          type: 'ServicePrincipal',
          displayName: 'Microsoft Graph',
          modifiedProperties: [
            change('AppRole.Value', null, name),
            change('ServicePrincipal.ObjectID', null, 'p'),
            change('ServicePrincipal.DisplayName', null, 'Payroll'),
          ],
        },
      ],
    });
  test('the permission an application got is in the sentence', () => {
    expect(permission('Group.ReadWrite.All').summary).toBe(
      'Add app role assignment to service principal on Microsoft Graph and 2 more; permission Group.ReadWrite.All',
    );
  });
  test('a permission that leads to every role is as grave as a role that does', () => {
    expect(permission('RoleManagement.ReadWrite.Directory').severity).toBe('high');
    expect(permission('Group.ReadWrite.All').severity).toBe('medium');
  });
});

describe('a policy changed in the directory', () => {
  const policy = (was: string, is: string) =>
    audited({
      activityDisplayName: 'Update conditional access policy',
      category: 'Policy',
      targetResources: [
        {
          id: 'c',
          type: 'Policy',
          displayName: 'Second factor for all',
          modifiedProperties: [
            {
              displayName: 'ConditionalAccessPolicy',
              oldValue: JSON.stringify({ id: 'c', state: was }),
              newValue: JSON.stringify({ id: 'c', state: is }),
            },
          ],
        },
      ],
    });
  test('that no longer counts is told, and grave', () => {
    const { severity, summary } = policy('enabled', 'disabled');
    expect([severity, summary]).toEqual([
      'high',
      'Update conditional access policy on Second factor for all; state: enabled → disabled',
    ]);
  });
  test.each([
    ['enabled', 'enabled', 'Update conditional access policy on Second factor for all'],
    [
      'disabled',
      'enabled',
      'Update conditional access policy on Second factor for all; state: disabled → enabled',
    ],
  ])('from %s to %s is of medium severity', (was, is, summary) => {
    expect([policy(was, is).severity, policy(was, is).summary]).toEqual(['medium', summary]);
  });
  test('why it came out so may stand under the name tables have for it', () => {
    const resultDescription = 'The policy is in use.';
    expect(audited({ result: 'failure', resultReason: '', resultDescription }).reason).toBe(
      resultDescription,
    );
    expect(audited({ result: 'failure', resultReason: 'Refused.', resultDescription }).reason).toBe(
      'Refused.',
    );
  });
});

describe('a sign-in of an application', () => {
  const own = {
    userId: '',
    servicePrincipalId: 'p',
    servicePrincipalName: 'Payroll',
    signInEventTypes: ['servicePrincipal'],
    status: { errorCode: 0 },
  };
  test('is its own, whatever was typed', () => {
    const { actor } = signedIn({ ...own, signInIdentifier: 'mira@contoso.example' });
    expect(actor).toEqual({ kind: 'application', id: 'p', name: 'Payroll', address: null });
  });
  test('at a risk that is always low and never there is at none', () => {
    const risk = { riskLevelDuringSignIn: 'low', riskLevelAggregated: 'low', riskState: 'none' };
    const { severity, summary } = signedIn({ ...own, ...risk });
    expect([severity, summary]).toEqual(['informational', 'Payroll signed in']);
  });
  test.each([
    ['a state', { riskLevelDuringSignIn: 'low', riskState: 'atRisk' }, 'medium'],
    ['a level above it', { riskLevelDuringSignIn: 'high', riskState: 'none' }, 'high'],
    [
      'a detection',
      { riskLevelDuringSignIn: 'low', riskState: 'none', riskEventTypes_v2: ['leakedCredentials'] },
      'low',
    ],
  ])('with %s is at risk', (_, risk, severity) => {
    const event = signedIn({ ...own, ...risk });
    expect([event.severity, event.summary]).toEqual([severity, expect.stringContaining('risk')]);
  });
  test('of a person, a low risk is a risk', () => {
    const risk = { riskLevelDuringSignIn: 'low', riskState: 'none' };
    expect(signedIn({ userId: 'u', ...risk, status: { errorCode: 0 } }).severity).toBe('low');
  });
  const row = { servicePrincipalId: 'p', servicePrincipalName: 'Payroll', resultType: '0' };
  test.each([
    ['ManagedIdentitySignInLogs', 'Managed identity sign-in'],
    ['ServicePrincipalSignInLogs', 'Service principal sign-in'],
    ['NonInteractiveUserSignInLogs', 'Non-interactive sign-in'],
    ['SignInLogs', 'Sign-in'],
  ])('in %s is of that kind, in an envelope and in a row', (category, operation) => {
    const inEnvelope = { time: at, category, properties: { createdDateTime: at, ...row } };
    expect(readEvent(entraSignIns, inEnvelope).event.operation).toBe(operation);
    expect(readEvent(entraSignIns, { CreatedDateTime: at, Category: category }).event.operation).toBe(
      operation,
    );
  });
});

describe('an Intune event', () => {
  test('whose actor stands in a list has that actor', () => {
    const actor = [{ auditActorType: 'ItPro', userPrincipalName: 'admin@contoso.example' }];
    expect(managed({ activityType: 'Patch', actor }).actor?.address).toBe('admin@contoso.example');
  });
  test.each([
    ['Patch', 'Role', 'medium'],
    ['Update', 'Certificate', 'medium'],
    ['Get', 'Role', 'informational'],
    ['Patch', 'Application', 'informational'],
  ])('of one word, %s, is as grave as its category %s makes it', (activityType, category, severity) => {
    expect(managed({ activityType, category, activityResult: 'Success' }).severity).toBe(severity);
  });
});

describe('a conditional access policy that stops fewer', () => {
  const severity = (before: object, after: object) => {
    const base = { id: 'c', displayName: 'Second factor for all', state: 'enabled' };
    const reading = readRecord(
      entraConditionalAccess,
      { ...base, ...after },
      {
        domains: [],
        stream: 'default',
        change: {
          kind: 'changed',
          asOf: instant(Date.parse(at)),
          since: instant(Date.parse(at) - 3_600_000),
          before: { ...base, ...before },
          names: new Map(),
        },
      },
    );
    return reading.kind === 'event' ? reading.event.severity : reading;
  };
  const guests = (guestOrExternalUserTypes: string) => ({
    conditions: { users: { excludeGuestsOrExternalUsers: { guestOrExternalUserTypes } } },
  });
  const risks = (...signInRiskLevels: string[]) => ({ conditions: { signInRiskLevels } });
  test.each([
    ['guests are excluded', { conditions: {} }, guests('serviceProvider')],
    ['more guests are', guests('serviceProvider'), guests('internalGuest,serviceProvider')],
    ['it asks only at a risk', risks(), risks('high')],
    ['it asks at fewer risks', risks('medium', 'high'), risks('high')],
    [
      'it asks of some applications',
      { conditions: {} },
      { conditions: { applications: { applicationFilter: { rule: 'a' } } } },
    ],
    ['it asks of some insiders', { conditions: {} }, { conditions: { insiderRiskLevels: 'elevated' } }],
    [
      'a session is no longer limited',
      { sessionControls: { signInFrequency: { isEnabled: true } } },
      { sessionControls: { signInFrequency: { isEnabled: false } } },
    ],
    [
      'its session controls are gone',
      { sessionControls: { signInFrequency: { isEnabled: true, value: 4 } } },
      { sessionControls: null },
    ],
  ])('is grave: %s', (_, before, after) => {
    expect(severity(before, after)).toBe('high');
  });
  test.each([
    ['fewer guests are excluded', guests('internalGuest,serviceProvider'), guests('serviceProvider')],
    ['no guests are', guests('serviceProvider'), { conditions: {} }],
    ['it asks at more risks', risks('high'), risks('medium', 'high')],
    ['it asks at any risk', risks('high'), risks()],
    [
      'guests are included',
      { conditions: {} },
      {
        conditions: {
          users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'internalGuest' } },
        },
      },
    ],
    [
      'a session is limited',
      { sessionControls: null },
      { sessionControls: { signInFrequency: { isEnabled: true } } },
    ],
  ])('and one that stops more is not: %s', (_, before, after) => {
    expect(severity(before, after)).toBe('medium');
  });
});
