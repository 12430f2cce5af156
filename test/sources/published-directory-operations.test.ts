import { describe, expect, test } from 'vitest';
import { classifyDirectoryOperation } from '../../shared/sources/_kit/entra-operation.ts';
import { entraDirectoryAudits } from '../../shared/sources/entra.directory-audits/source.ts';
import { readEvent } from '../support/read-event.ts';

// What the documented operations of the directory amount to: the thing that was done, not a word of its name.

const of = (operation: string): string => {
  const { category, severity, ocsf } = classifyDirectoryOperation(operation);
  return `${category} ${severity} ${ocsf.class}/${ocsf.activity}`;
};
const activity = (operation: string): string => of(operation).split(' ').at(-1) ?? '';

describe('an account', () => {
  test.each([
    ['Add user', '3001/1'],
    ['Add user.', '3001/1'],
    ['Added user', '3001/1'],
    ['Guest user deleted', '3001/6'],
    ['Invite external user with reset invitation status', '3001/1'],
    ['Bulk create users - finished (bulk)', '3001/1'],
    ['Hard Delete user', '3001/6'],
    ['Delete external user', '3001/6'],
    ['Disable account', '3001/5'],
    ['Enable account', '3001/2'],
    ['Disable user account task', '3001/5'],
    ['Reset password (by admin)', '3001/4'],
    ['Change password (self-service)', '3001/3'],
    ['Unlock user account (self-service)', '3001/12'],
  ])('%s is done to it', (operation, told) => {
    expect(activity(operation)).toBe(told);
  });
  test.each([
    'Bulk restore deleted users - finished (bulk)',
    'Redeem external user invite',
    'User requests to remove access package assignment',
    'Remove user as external sponsor',
    'Invite internal user to B2B collaboration',
    'Admin started password reset',
    'Blocked from self-service password reset',
    'Self-service password reset flow activity progress',
    'Set force change user password',
  ])('%s neither makes, ends nor changes it', operation => {
    expect(activity(operation)).toBe('3001/99');
  });
});

describe('a group', () => {
  test.each([
    ['Add group', '3006/6'],
    ['Added a group', '3006/6'],
    ['Group deleted', '3006/5'],
    ['Hard Delete group.', '3006/5'],
    ['Bulk import group members - finished (bulk)', '3006/3'],
    ['Bulk remove group members - finished (bulk)', '3006/4'],
    ['Remove member from group', '3006/4'],
    ['Remove owner from group', '3006/99'],
    ['Remove label from group', '3006/99'],
    ['Create incompatible group', '3006/99'],
    ['Delete a pending request to join a group', '3006/99'],
  ])('%s is %s', (operation, told) => {
    expect(activity(operation)).toBe(told);
  });
});

describe('a second factor', () => {
  test.each([
    ['Register TOTP secret', 'authentication low 3001/10'],
    ['Delete Hardware Oath Token', 'authentication medium 3001/11'],
    ['Security info saved for self-service password reset', 'authentication low 3001/10'],
    ['User started security info registration', 'authentication low 3001/99'],
    ['Add bypass user', 'authentication medium 3001/99'],
    ['POST Tenant.CreateBypassedUser', 'authentication medium 3001/99'],
    ['Remove bypassed user', 'authentication low 3001/99'],
    ['Add blocked user', 'authentication low 3001/99'],
    ['Update User Risk and MFA Registration Policy', 'policy medium 3004/3'],
    ['DSR Delete: MFA.PostgreSQL.blocked_users', 'directory informational 3004/99'],
  ])('%s is %s', (operation, told) => {
    expect(of(operation)).toBe(told);
  });
});

describe('a role', () => {
  test.each([
    ['Add role assignment to role definition', 'role medium 3005/1'],
    ['Remove EligibleRoleAssignment from RoleDefinition', 'role medium 3005/2'],
    ['Add role definition', 'role medium 3004/1'],
    ['Enable PIM alert', 'role medium 3004/8'],
    ['PIM policy removed', 'role medium 3004/4'],
    ['Restore member from role', 'role medium 3005/1'],
    ['Add permission grant policy', 'policy medium 3004/1'],
    ['Delete permission grant policy', 'policy high 3004/4'],
  ])('%s is %s', (operation, told) => {
    expect(of(operation)).toBe(told);
  });
});

describe('what is read', () => {
  test.each([
    'Download users - finished (bulk)',
    'Get policy keys',
    'Get available strong authentication devices',
    'Retrieve V2 application permissions grants',
  ])('%s changes nothing', operation => {
    expect(of(operation)).toBe('directory informational 3004/2');
  });
  test('a policy that a sign-in was held against is not changed', () => {
    expect(of('Evaluate Conditional Access policies')).toBe('authentication informational 3004/99');
  });
  test.each([
    ['Read BitLocker key', 'device medium 3004/2'],
    ['Reveal local administrator password', 'device medium 3004/2'],
    ['Recover device local administrator password', 'device medium 3004/2'],
    ['Add BitLocker key', 'device informational 3004/3'],
    ['Update local administrator password', 'device informational 3004/3'],
    ['Delete BitLocker key', 'device low 3004/3'],
  ])('of secrets of a device: %s is %s', (operation, told) => {
    expect(of(operation)).toBe(told);
  });
});

describe('a thing that something is added to or removed from', () => {
  test.each([
    'Add registered users to device',
    'Remove registered owner from device',
    'Add member to administrative unit',
    'Remove policy from service principal',
    'Remove owner from application',
  ])('is changed, neither made nor deleted, by %s', operation => {
    expect(activity(operation)).toBe('3004/3');
  });
});

describe('how people prove who they are', () => {
  test.each([
    ['Enable passthrough authentication', 'directory medium 3004/8'],
    ['Disable Desktop Sso', 'directory medium 3004/9'],
    ['Set DirSyncEnabled flag', 'directory medium 3004/3'],
    ['Add CertificationBasedAuthConfiguration', 'directory medium 3004/1'],
    ['Create Identity Provider', 'directory medium 3004/1'],
    ['Register connector', 'application medium 3004/1'],
    ['Delete Connector Group', 'application low 3004/4'],
    ['Set device registration policies', 'policy medium 3004/3'],
    ['Update continuous access evaluation', 'policy medium 3004/3'],
    ['Delete AuthenticationContextClassReference', 'policy high 3004/4'],
  ])('%s is %s', (operation, told) => {
    expect(of(operation)).toBe(told);
  });
});

test('a role given by its definition is as grave as any other way to give it', () => {
  const { event } = readEvent(entraDirectoryAudits, {
    activityDateTime: '2026-10-05T09:12:44Z',
    activityDisplayName: 'Add role assignment to role definition',
    category: 'RoleManagement',
    result: 'success',
    initiatedBy: { user: { userPrincipalName: 'admin@contoso.example' } },
    targetResources: [
      { id: 'r', type: 'Role', displayName: 'Global Administrator' },
      { id: 'u', type: 'User', userPrincipalName: 'mira@contoso.example' },
    ],
  });
  expect([event.severity, event.summary]).toEqual([
    'high',
    'admin@contoso.example added mira@contoso.example to the role Global Administrator',
  ]);
});

const audited = (activityDisplayName: string, record: object) =>
  readEvent(entraDirectoryAudits, {
    activityDateTime: '2026-10-05T09:12:44Z',
    activityDisplayName,
    result: 'success',
    initiatedBy: { user: { id: 'a', userPrincipalName: 'admin@contoso.example' } },
    ...record,
  }).event;

test('the tenant a partner is stands among the changes alone', () => {
  const tenant = '66666666-0000-4000-8000-000000000009';
  const { targets, summary } = audited('Add a partner to cross-tenant access setting', {
    targetResources: [
      {
        id: 'p',
        type: 'Policy',
        displayName: 'Partners',
        modifiedProperties: [{ displayName: 'tenantId', oldValue: null, newValue: `"${tenant}"` }],
      },
    ],
  });
  expect(targets[1]).toEqual({ kind: 'other', id: tenant, name: null, address: null });
  expect(summary).toBe(
    `Add a partner to cross-tenant access setting by admin@contoso.example on Partners and ${tenant}`,
  );
});

describe('a named location', () => {
  const place = (activityDisplayName: string, isTrusted: boolean) =>
    audited(activityDisplayName, {
      category: 'Policy',
      targetResources: [
        {
          id: 'l',
          type: 'Policy',
          displayName: 'Office',
          modifiedProperties: [
            { displayName: 'Place', oldValue: null, newValue: JSON.stringify({ isTrusted }) },
          ],
        },
      ],
    }).severity;
  test.each(['Add named location', 'Update named location'])(
    'that is trusted lets others in: %s',
    operation => {
      expect([place(operation, true), place(operation, false)]).toEqual(['high', 'medium']);
    },
  );
});

describe('a factor', () => {
  const registered = (activityDisplayName: string, id: string, userPrincipalName: string) =>
    audited(activityDisplayName, { targetResources: [{ id, type: 'User', userPrincipalName }] }).severity;
  test('one registers for oneself is of low severity, for another of medium', () => {
    expect(registered('User registered security info', 'a', 'admin@contoso.example')).toBe('low');
    expect(registered('Admin registered security info', 'u', 'mira@contoso.example')).toBe('medium');
  });
  test('a service registers for an administrator is of medium severity', () => {
    const event = audited('User registered security info', {
      resultReason: 'Admin registered a pass for a while for the user',
      initiatedBy: { app: { servicePrincipalId: 's', displayName: 'Registration' } },
      targetResources: [{ id: 'u', type: 'User', userPrincipalName: 'mira@contoso.example' }],
    });
    expect(event.severity).toBe('medium');
  });
  test('a service registers for somebody is what they did themselves', () => {
    const event = audited('User registered security info', {
      initiatedBy: { app: { servicePrincipalId: 's', displayName: 'Registration' } },
      targetResources: [{ id: 'u', type: 'User', userPrincipalName: 'mira@contoso.example' }],
    });
    expect(event.severity).toBe('low');
  });
});
