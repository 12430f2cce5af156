import { describe, expect, test } from 'vitest';
import { classifyDirectoryOperation } from '../../shared/sources/_kit/entra-operation.ts';

// OCSF tells a deed by number: one that was not done, or done to something else, must not have the number.
const classOf = (operation: string): number[] => {
  const { ocsf } = classifyDirectoryOperation(operation);
  return [ocsf.class, ocsf.activity];
};

describe('what is put to another thing, or taken from it, changes that thing and no more', () => {
  test.each([
    ['Remove owner from application', 3004, 3],
    ['Remove owner from service principal', 3004, 3],
    ['Remove registered owner from device', 3004, 3],
    ['Remove member from administrative unit', 3004, 3],
    ['Remove policy from application', 3004, 3],
    ['Add member to administrative unit', 3004, 3],
    ['Add task to workflow', 3004, 3],
    ['Remove user from feature rollout', 3001, 99],
    ['Remove user as external sponsor', 3001, 99],
    ['Add user to feature rollout', 3001, 99],
    ['Remove a group from feature rollout', 3006, 99],
    ['Remove label from group', 3006, 99],
    ['Add a pending request to join a group', 3006, 99],
    ['Delete a pending request to join a group', 3006, 99],
    ['Add device from DeviceTemplate', 3004, 1],
  ])('%s', (operation, ...ids) => {
    expect(classOf(operation)).toEqual(ids);
  });
});

describe('an account is', () => {
  test.each([
    ['User started password change', 99],
    ['Admin started password reset', 99],
    ['Blocked from self-service password reset', 99],
    ['User registered for self-service password reset', 99],
    ['Self-service password reset flow activity progress', 99],
    ['Set force change user password', 99],
    ['Enable password writeback for directory', 99],
    ['Delete application password for user', 99],
    ['Set user oath token metadata enabled', 99],
    ['Redeem external user invite', 99],
    ['Invite internal user to B2B collaboration', 99],
    ['Bulk restore deleted users - finished (bulk)', 99],
    ['User requests to remove access package assignment', 99],
    ['Remove bypassed user', 99],
    ['Add blocked user', 99],
    ['Reset password (self-service)', 4],
    ['Change user password', 3],
    ['Hard Delete user', 6],
    ['Bulk delete users - finished (bulk)', 6],
    ['Viral user creation', 1],
    ['Disable user account task', 5],
    ['Account disabled', 5],
    ['Enable account', 2],
    ['User enabled', 2],
  ])('changed as its operation says: %s', (operation, activity) => {
    expect(classOf(operation)).toEqual([3001, activity]);
  });
});

describe('what is no account, group or role, though it is named after one:', () => {
  test.each([
    ['Create user flow', 3004, 1],
    ['Delete user attribute', 3004, 4],
    ['Delete Connector Group', 3004, 4],
    ['Add role from template', 3004, 1],
    ['PIM policy removed', 3004, 4],
    ['Disable PIM alert', 3004, 9],
    ['Deactivate PIM alert', 3004, 11],
    ['Delete permission grant policy', 3004, 4],
    ['Update User Risk and MFA Registration Policy', 3004, 3],
    ['DSR Delete: MFA.Activations', 3004, 99],
    ['Unregister device', 3004, 7],
  ])('%s', (operation, ...ids) => {
    expect(classOf(operation)).toEqual(ids);
  });
});

describe('a role', () => {
  test.each([
    ['Add EligibleRoleAssignment to RoleDefinition', 1],
    ['Add role assignment to role definition', 1],
    ['Remove role assignment from role definition', 2],
    ['Download role assignments - finished (bulk)', 99],
  ])('is given, or not: %s', (operation, activity) => {
    expect(classOf(operation)).toEqual([3005, activity]);
    expect(classifyDirectoryOperation(operation).category).toBe('role');
  });
});

test('members of a group come and go many at a time', () => {
  expect(classOf('Bulk import group members - finished (bulk)')).toEqual([3006, 3]);
  expect(classOf('Bulk remove group members - finished (bulk)')).toEqual([3006, 4]);
});

test('a secret of a device that is read is told apart from one that is written', () => {
  for (const read of ['Read BitLocker key', 'Reveal local administrator password', 'Recover device local administrator password']) expect(classOf(read)).toEqual([3004, 2]); // prettier-ignore
  for (const written of ['Add BitLocker key', 'Update local administrator password']) expect(classOf(written)).toEqual([3004, 3]); // prettier-ignore
});
