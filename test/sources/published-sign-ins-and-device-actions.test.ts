import { describe, expect, test } from 'vitest';
import { entraSignIns } from '../../shared/sources/entra.sign-ins/source.ts';
import { intuneAuditEvents } from '../../shared/sources/intune.audit-events/source.ts';
import { readEvent } from '../support/read-event.ts';

// Sign-ins and actions on devices in forms that others published, told with records of our own.

const at = '2026-10-05T09:12:44Z';
const signedIn = (record: object) =>
  readEvent(entraSignIns, {
    createdDateTime: at,
    userId: 'u',
    userPrincipalName: 'mira@contoso.example',
    appDisplayName: 'Office',
    ...record,
  }).event;

describe('a sign-in that was only interrupted', () => {
  test.each([
    [50_140, 'to ask whether to stay signed in', 'Asked whether to stay signed in.'],
    [50_125, 'to have a password set', 'Sign-in was interrupted for a password.'],
  ])('as %i, %s, did not fail, and has not come to its end', (errorCode, _, failureReason) => {
    const event = signedIn({ status: { errorCode, failureReason } });
    expect(event).toMatchObject({
      outcome: 'unknown',
      severity: 'informational',
      reason: `${errorCode}: ${failureReason}`,
      summary: `mira@contoso.example tried to sign in to Office: ${errorCode}: ${failureReason}`,
    });
  });
  test('as a row tells it by the number alone is the same', () => {
    expect(signedIn({ resultType: '50140' })).toMatchObject({ outcome: 'unknown', reason: '50140' });
  });
  test('for a second factor that was not proved failed', () => {
    expect(signedIn({ status: { errorCode: 50_074 } }).outcome).toBe('failure');
  });
});

describe('a second factor', () => {
  const told = (additionalDetails: string) =>
    signedIn({
      authenticationRequirement: 'multiFactorAuthentication',
      status: { errorCode: 0, additionalDetails },
    }).summary;
  test.each([
    'MFA requirement satisfied by claim in the token',
    'MFA requirement satisfied by claim provided by external provider',
  ])('was not asked for where it says: %s', details => {
    expect(told(details)).toBe(
      'mira@contoso.example signed in to Office, second factor satisfied by a claim',
    );
  });
  test('was asked for where it was proved', () => {
    expect(told('MFA completed in Azure AD')).toBe(
      'mira@contoso.example signed in to Office, second factor asked',
    );
  });
});

describe('whoever signed in and is not told', () => {
  const nobody = { userId: '', userPrincipalName: '', userDisplayName: '', appId: 'a' };
  test('is nobody known, not the application they used', () => {
    const { actor, client, summary } = signedIn({
      ...nobody,
      isInteractive: true,
      resourceDisplayName: 'Mail',
      status: { errorCode: 500_213, failureReason: 'Not let across.' },
    });
    expect([actor, client?.app]).toEqual([null, 'Office']);
    expect(summary).toBe('Somebody failed to sign in to Mail: 500213: Not let across.');
  });
  test('is the application where nobody sat in front of it', () => {
    expect(signedIn({ ...nobody, isInteractive: false }).actor).toMatchObject({ kind: 'application' });
    expect(signedIn(nobody).actor).toMatchObject({ kind: 'application' });
  });
});

describe('a sign-in that was stopped behind the password', () => {
  const stopped = (authenticationMethod: string, succeeded: boolean, errorCode = 53_003) =>
    signedIn({ status: { errorCode }, authenticationDetails: [{ authenticationMethod, succeeded }] }).summary;
  test('says that the password is known', () => {
    expect(stopped('Password', true)).toBe(
      'mira@contoso.example failed to sign in to Office, password correct: 53003',
    );
  });
  test.each([
    ['a wrong password', stopped('Password', false)],
    ['another method', stopped('Passkey', true)],
    ['a success', stopped('Password', true, 0)],
  ])('and does not of %s', (_, summary) => {
    expect(summary).not.toContain('password correct');
  });
});

test.each([
  ['serviceProvider', 'mira@contoso.example signed in to Office, across tenants (serviceProvider)'],
  ['none', 'mira@contoso.example signed in to Office'],
])('a sign-in whose way between tenants is %s: %s', (crossTenantAccessType, summary) => {
  expect(signedIn({ crossTenantAccessType, status: { errorCode: 0 } }).summary).toBe(summary);
});

const managed = (activityType: string, auditResourceType = activityType.split(' ')[1], category = 'Device') =>
  readEvent(intuneAuditEvents, {
    activityDateTime: at,
    activityType,
    activityOperationType: 'Action',
    activityResult: 'Success',
    category,
    resources: [{ auditResourceType, resourceId: 'r', displayName: 'Thing' }],
  }).event;

describe('an action on a device', () => {
  test.each([
    ['createDeviceLogCollectionRequest ManagedDevice', 'informational', 99],
    ['createRemoteHelpSession ManagedDevice', 'informational', 99],
    ['removeDeviceFirmwareConfigurationInterfaceManagement ManagedDevice', 'medium', 99],
    ['deleteUserFromSharedAppleDevice ManagedDevice', 'medium', 3],
    ['createToken AndroidDeviceOwnerEnrollmentProfile', 'medium', 99],
    ['createDeviceManagementScript DeviceManagementScript', 'medium', 1],
    ['Delete ManagedDevice', 'medium', 4],
  ])(
    '%s is of severity %s and activity %i: what it makes or deletes is another thing',
    (type, severity, activity) => {
      const event = managed(type);
      expect([event.severity, event.ocsf?.activity]).toEqual([severity, activity]);
    },
  );
  test.each([
    ['deprovision ManagedDevice', 'high'],
    ['reprovision CloudPC', 'high'],
    ['bulkReprovisionCloudPc ManagedDevice', 'high'],
    ['initiateMobileDeviceManagementKeyRecovery ManagedDevice', 'medium'],
    ['initiateOnDemandProactiveRemediation ManagedDevice', 'medium'],
    ['approve ElevationRequest', 'medium'],
    ['syncDevice ManagedDevice', 'informational'],
  ])('%s is of severity %s', (type, severity) => {
    expect(managed(type).severity).toBe(severity);
  });
});

test.each([
  ['ApplePushNotificationCertificate', 'other'],
  ['AppleVppToken', 'other'],
  ['MobileApp', 'application'],
  ['AppleUserInitiatedEnrollmentProfile', 'policy'],
  ['RoleScopeTag', 'other'],
  ['DeviceAndAppManagementRoleAssignment', 'role'],
  ['CloudPC', 'device'],
])('%s in Intune is of the kind %s', (type, kind) => {
  expect(managed(`Patch ${type}`).targets[0]?.kind).toBe(kind);
});

test('what is done to a computer in the cloud is done to a device', () => {
  expect(managed('reprovision CloudPC', 'CloudPC', 'CloudPC').category).toBe('device');
});

test('a change within a list is told by the list’s name, once', () => {
  const property = (displayName: string) => ({ displayName, oldValue: null, newValue: 'a' });
  const { summary } = readEvent(intuneAuditEvents, {
    activityDateTime: at,
    activityType: 'Patch MobileApp',
    resources: [
      {
        resourceId: 'r',
        displayName: 'Thing',
        modifiedProperties: [
          property('$Collection.DetectionRules.Value[0]'),
          property('$Collection.DetectionRules.Value[1]'),
          property('Name'),
        ],
      },
    ],
  }).event;
  expect(summary).toBe('Patch MobileApp on Thing; changed DetectionRules.Value, Name');
});

test('an assignment is told by what is assigned and to whom, and kept by its id', () => {
  const { summary, targets } = readEvent(intuneAuditEvents, {
    activityDateTime: at,
    activityType: 'Create MobileAppAssignment',
    resources: [
      { auditResourceType: 'MobileApp', resourceId: 'm', displayName: 'Thing', modifiedProperties: [] },
      {
        auditResourceType: 'MobileAppAssignment',
        resourceId: 'm_g',
        displayName: '<null>',
        modifiedProperties: [{ displayName: 'Target.Type', newValue: 'AllDevicesAssignmentTarget' }],
      },
    ],
  }).event;
  expect(summary).toBe('Create MobileAppAssignment on Thing and All devices; changed Target.Type');
  expect(targets.map(({ id, name }) => id ?? name)).toEqual(['m', 'm_g', 'All devices']);
});
