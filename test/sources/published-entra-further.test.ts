import { describe, expect, test } from 'vitest';
import { instant } from '../../shared/kernel/time.ts';
import { entraConditionalAccess } from '../../shared/sources/entra.conditional-access/source.ts';
import { entraDirectoryAudits } from '../../shared/sources/entra.directory-audits/source.ts';
import { entraMfaCoverage } from '../../shared/sources/entra.mfa-coverage/source.ts';
import { entraRoleAssignments } from '../../shared/sources/entra.role-assignments/source.ts';
import { entraSignIns } from '../../shared/sources/entra.sign-ins/source.ts';
import { intuneAuditEvents } from '../../shared/sources/intune.audit-events/source.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import { readEvent } from '../support/read-event.ts';

// Further forms that records of tenants and of other people's tests have, told with records of our own.

const at = '2026-10-05T09:12:44Z';
const signedIn = (record: object) =>
  readEvent(entraSignIns, {
    createdDateTime: at,
    userId: 'u',
    userPrincipalName: 'mira@contoso.example',
    ...record,
  }).event;
const managed = (record: object) => readEvent(intuneAuditEvents, { activityDateTime: at, ...record }).event;
const audited = (record: object) =>
  readEvent(entraDirectoryAudits, { activityDateTime: at, result: 'success', ...record }).event;
const given = (record: object) =>
  readEvent(entraRoleAssignments, {
    id: 'r',
    createdDateTime: at,
    principalId: 'u',
    roleDefinitionId: '62e90394-69f5-4237-9190-012177145e10',
    directoryScopeId: '/',
    ...record,
  }).event;

describe('a sign-in', () => {
  test('of an identity named by its resource alone is that identity’s', () => {
    const { operation, actor, client } = signedIn({
      userId: '',
      userPrincipalName: '',
      appId: 'a',
      appDisplayName: 'Pipeline',
      servicePrincipalId: '',
      managedServiceIdentity: { msiType: 'systemAssigned', associatedResourceId: '/subscriptions/s/vm' },
      status: { errorCode: 0 },
    });
    expect([operation, actor?.name, client]).toEqual(['Managed identity sign-in', 'Pipeline', null]);
  });
  test.each([
    ['success', { errorCode: 0, failureReason: '', additionalDetails: '' }, null],
    [
      'failure',
      { errorCode: 50_076, failureReason: 'A second factor is needed.', additionalDetails: 'MFA required' },
      '50076: A second factor is needed. MFA required',
    ],
  ])('whose status lies beside the rest is a %s', (outcome, status, reason) => {
    expect(signedIn(status)).toMatchObject({ outcome, reason });
  });
  test('that failed for two reasons tells them apart', () => {
    const status = {
      errorCode: 70_011,
      failureReason: 'The resource is not there',
      additionalDetails: 'No such identity',
    };
    expect(signedIn({ status }).reason).toBe('70011: The resource is not there; No such identity');
  });
  const asked = (additionalDetails: string | null) =>
    signedIn({
      authenticationRequirement: 'multiFactorAuthentication',
      status: { errorCode: 0, additionalDetails },
    }).summary;
  test('that was let off the second factor was not asked for it', () => {
    expect(asked('MFA requirement skipped due to IP address')).toBe(
      'mira@contoso.example signed in, second factor skipped',
    );
    expect(asked('MFA completed in Azure AD')).toBe('mira@contoso.example signed in, second factor asked');
  });
  test('the person calls a fraud is worth a look', () => {
    const failed = (additionalDetails: string) =>
      signedIn({ status: { errorCode: 500_121, failureReason: 'Not confirmed.', additionalDetails } })
        .severity;
    expect(failed('MFA denied; Fraud Code Entered')).toBe('medium');
    expect(failed('MFA denied; user declined the authentication')).toBe('low');
  });
});

describe('a failed sign-in', () => {
  const steps = [
    { authenticationMethod: 'Password', succeeded: true, authenticationStepResultDetail: 'Correct password' },
    {
      authenticationMethod: 'Push',
      succeeded: false,
      authenticationStepResultDetail: 'MFA denied; declined',
    },
  ];
  test.each([
    [
      'whose status does not say how',
      { status: { errorCode: 50_074, failureReason: 'Strong Authentication is required.' } },
    ],
    [
      'of a table’s row',
      { resultType: '50074', resultDescription: 'Strong Authentication is required.', status: {} },
    ],
  ])('%s is told by the step that did not succeed', (_, record) => {
    expect(signedIn({ ...record, authenticationDetails: JSON.stringify(steps) })).toMatchObject({
      outcome: 'failure',
      reason: '50074: Strong Authentication is required. MFA denied; declined',
    });
  });
  test('that succeeded at last tells no step that did not', () => {
    expect(signedIn({ status: { errorCode: 0 }, authenticationDetails: steps }).reason).toBeNull();
  });
  test('of which the steps say the same says it once', () => {
    const [, step] = steps;
    const status = {
      errorCode: 500_121,
      failureReason: 'Denied.',
      additionalDetails: 'MFA denied; declined',
    };
    expect(signedIn({ status, authenticationDetails: [step] }).reason).toBe(
      '500121: Denied. MFA denied; declined',
    );
  });
});

test.each(['{PII Removed}', 'PII Removed', '{PII Removed}@contoso.example'])(
  'what was cut out of another tenant’s row, as %s, is nothing',
  cut => {
    const deviceDetail = { deviceId: cut, displayName: cut, operatingSystem: 'Windows10' };
    const { actor, client } = signedIn({ userPrincipalName: cut, userDisplayName: cut, deviceDetail });
    expect([actor, client]).toMatchObject([
      { id: 'u', name: null, address: null },
      { device: null, os: 'Windows10' },
    ]);
  },
);

describe('the risk of a sign-in', () => {
  const told = (risk: object) => {
    const { severity, summary } = signedIn({ status: { errorCode: 0 }, ...risk });
    return [severity, summary.replace('mira@contoso.example signed in', '')];
  };
  const types = { riskEventTypes_v2: ['unlikelyTravel'] };
  test.each([
    [
      { riskLevelDuringSignIn: 'medium', riskLevelAggregated: 'high', ...types },
      'high',
      ', medium risk (unlikelyTravel)',
    ],
    [
      { riskLevelDuringSignIn: 'none', riskLevelAggregated: 'high', riskState: 'atRisk', ...types },
      'high',
      ', high risk found later (unlikelyTravel)',
    ],
    [
      { riskLevelDuringSignIn: 'hidden', riskLevelAggregated: 'hidden', riskState: 'atRisk' },
      'medium',
      ', at risk',
    ],
    [{ riskState: 'confirmedCompromised' }, 'high', ', confirmed compromised'],
    [{ riskLevelAggregated: 'high', riskState: 'dismissed' }, 'informational', ''],
    [{ riskLevelAggregated: 'high', riskState: 'confirmedSafe' }, 'informational', ''],
  ])('%j is %s, and told', (risk, severity, summary) => {
    expect(told(risk)).toEqual([severity, summary]);
  });
});

test('a row’s own spelling of the kinds of risk, and its policies beside an empty column, are read', () => {
  const { summary, targets } = readEvent(entraSignIns, {
    CreatedDateTime: at,
    UserPrincipalName: 'mira@contoso.example',
    ResultType: '53003',
    RiskLevelDuringSignIn: 'medium',
    RiskEventTypes_V2: '["unlikelyTravel"]',
    AppliedConditionalAccessPolicies: '',
    ConditionalAccessPolicies: '[{"id":"c","displayName":"Known places","result":"failure"}]',
  }).event;
  expect(summary).toBe('mira@contoso.example failed to sign in, medium risk (unlikelyTravel): 53003');
  expect(targets).toEqual([{ kind: 'policy', id: 'c', name: 'Known places', address: null }]);
});
test('a row that has its time under the name of the table alone is a sign-in', () => {
  const row = { TimeGenerated: at, UserPrincipalName: 'mira@contoso.example', ResultType: '0' };
  expect(readEvent(entraSignIns, row).event).toMatchObject({
    time: '2026-10-05T09:12:44.000Z',
    summary: 'mira@contoso.example signed in',
  });
});

describe('an Intune event', () => {
  const device = '5d0b6b0e-6a0a-4a53-9a52-0a3f7c1e9b42';
  const onDevice = (activityType: string) =>
    managed({
      activityType,
      activityOperationType: 'Action',
      activityResult: 'Success',
      category: 'Device',
      resources: [
        {
          auditResourceType: 'ManagedDevice',
          resourceId: 'm',
          displayName: '<null>',
          modifiedProperties: [
            { displayName: 'AzureADDeviceId', oldValue: null, newValue: device },
            { displayName: 'DeviceManagementAPIVersion', oldValue: null, newValue: '5026-10-23' },
          ],
        },
      ],
    });
  test('on a device names it as the directory does too, and no change', () => {
    const { targets, summary } = onDevice('wipe ManagedDevice');
    expect(targets).toEqual([
      { kind: 'device', id: 'm', name: null, address: null },
      { kind: 'device', id: device, name: null, address: null },
    ]);
    expect(summary).toBe('wipe ManagedDevice on m');
  });
  test.each([
    ['automaticRedeployment ManagedDevice', 'high', 99],
    ['disableLostMode ManagedDevice', 'informational', 99],
    ['disable ManagedDevice', 'high', 99],
    ['setDeviceName ManagedDevice', 'informational', 3],
    ['deleteUserFromSharedAppleDevice ManagedDevice', 'medium', 3],
    ['createDeviceManagementScript DeviceManagementScript', 'medium', 1],
    ['approve OperationApprovalRequest', 'medium', 99],
  ])('%s is of severity %s and activity %i', (activityType, severity, activity) => {
    const event = onDevice(activityType);
    expect([event.severity, event.ocsf?.activity]).toEqual([severity, activity]);
  });
  const assigned = (displayName: string, newValue: string) =>
    managed({
      activityType: 'assignDeviceManagementScript DeviceManagementScript',
      resources: [
        {
          auditResourceType: 'DeviceManagementScript',
          resourceId: 's',
          displayName: 'Tidy up',
          modifiedProperties: [{ displayName, oldValue: null, newValue }],
        },
      ],
    });
  test.each([
    ['TargetGroupIds', 'adadadad-808e-44e2-905a-0b7873a8a531', 'All devices'],
    ['TargetGroupIds', 'acacacac-9df4-4c7d-9d50-4ef0226f57a9', 'All users'],
    ['Target.Type', 'AllDevicesAssignmentTarget', 'All devices'],
    ['Target.Type', 'AllLicensedUsersAssignmentTarget', 'All users'],
  ])('that assigns by %s %s names %s', (property, value, name) => {
    const { targets, summary } = assigned(property, value);
    expect(targets[1]).toMatchObject({ kind: 'group', name });
    expect(summary).toContain(`on Tidy up and ${name}`);
  });
  test('that assigns to a group says nothing of its target’s kind', () => {
    expect(assigned('Target.Type', 'GroupAssignmentTarget').targets).toHaveLength(1);
  });
  test('on what only manages devices is on no device', () => {
    const resources = [
      { auditResourceType: 'DeviceManagementPartner', resourceId: 'p', displayName: 'Kiosks' },
    ];
    expect(managed({ activityType: 'Create DeviceManagementPartner', resources }).targets[0]?.kind).toBe(
      'other',
    );
  });
});

describe('a role', () => {
  test.each(['adminRemove', 'selfDeactivate'])('%s that ends as Revoked took it away', action => {
    expect(given({ action, status: 'Revoked' })).toMatchObject({ outcome: 'success', reason: null });
  });
  test('requested, and revoked before it came, was not given', () => {
    expect(given({ action: 'adminAssign', status: 'Revoked' }).outcome).toBe('failure');
  });
  test.each([
    [{ type: 'afterDateTime', endDateTime: '2027-04-10T00:00:00Z' }, ' until 2027-04-10T00:00:00Z'],
    [{ type: 'afterDuration', endDateTime: null, duration: 'PT5H' }, ' for PT5H'],
    [{ type: 'noExpiration', endDateTime: null, duration: null }, ''],
  ])('of a schedule %j says how long', (expiration, told) => {
    expect(given({ action: 'adminAssign', scheduleInfo: { startDateTime: at, expiration } }).summary).toBe(
      `u was given the role Global Administrator${told}`,
    );
  });
  test('in a group is the membership of it', () => {
    const { summary, targets } = given({
      roleDefinitionId: null,
      directoryScopeId: null,
      accessId: 'member',
      groupId: 'g',
      group: { displayName: 'Night shift' },
      assignmentType: 'assigned',
      memberType: 'direct',
    });
    expect(summary).toBe('u was given on schedule the role member over Night shift');
    expect(targets).toContainEqual({ kind: 'group', id: 'g', name: 'Night shift', address: null });
  });
  test.each([
    ['fdd7a751-b60b-444a-984c-02652fe8fa1c', 'Groups Administrator', 'medium'],
    ['e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8', 'Partner Tier2 Support', 'high'],
  ])('%s is %s', (roleDefinitionId, name, severity) => {
    const event = given({ roleDefinitionId });
    expect([event.targets[1]?.name, event.severity]).toEqual([name, severity]);
  });
});

describe('a directory audit', () => {
  test('of suspicious activity a person reported is as grave as a fraud', () => {
    expect(audited({ activityDisplayName: 'Suspicious activity reported' }).severity).toBe('high');
  });
  test('of a role over a part of the directory tells the part', () => {
    const parts = { 'Role.DisplayName': 'Helpers', 'AdministrativeUnit.DisplayName': 'Site West' };
    const modifiedProperties = Object.entries(parts).map(([displayName, value]) => ({ displayName, newValue: JSON.stringify(value) })); // prettier-ignore
    const { summary } = audited({
      activityDisplayName: 'Add scoped member to role',
      initiatedBy: { user: { userPrincipalName: 'admin@contoso.example' } },
      targetResources: [{ type: 'User', userPrincipalName: 'mira@contoso.example', modifiedProperties }],
    });
    expect(summary).toBe(
      'admin@contoso.example added mira@contoso.example to the role Helpers over Site West',
    );
  });
  test('names what has a name before what has an id alone', () => {
    const { summary } = audited({
      activityDisplayName: 'User requests access package assignment',
      targetResources: [
        { id: 'q', type: 'Request' },
        { id: 'p', type: 'AccessPackage', displayName: 'Project files' },
      ],
    });
    expect(summary).toBe('User requests access package assignment on Project files and q');
  });
  test.each(['Set federation settings on domain', 'Add unverified domain', 'Verify domain'])(
    '%s is done to a domain, also where the type does not say so',
    activityDisplayName => {
      const { targets } = audited({
        activityDisplayName,
        targetResources: [{ displayName: 'contoso.example' }],
      });
      expect(targets).toEqual([{ kind: 'domain', id: null, name: 'contoso.example', address: null }]);
    },
  );
});

test('methods written as one text are methods', () => {
  const { event } = readEvent(entraMfaCoverage, {
    id: 'u',
    userPrincipalName: 'mira@contoso.example',
    isMfaRegistered: true,
    lastUpdatedDateTime: at,
    methodsRegistered: 'microsoftAuthenticatorPush,softwareOneTimePasscode',
  });
  expect(event.summary).toBe(
    'mira@contoso.example is registered for MFA (microsoftAuthenticatorPush, softwareOneTimePasscode)',
  );
});

describe('a conditional access policy whose conditions are texts', () => {
  const severity = (before: object, after: object) => {
    const base = { id: 'c', displayName: 'Second factor for all', state: 'enabled' };
    const reading = readRecord(
      entraConditionalAccess,
      { ...base, conditions: after },
      {
        domains: [],
        stream: 'default',
        change: {
          kind: 'changed',
          asOf: instant(Date.parse(at)),
          since: instant(Date.parse(at) - 3_600_000),
          before: { ...base, conditions: before },
          names: new Map(),
        },
      },
    );
    return reading.kind === 'event' ? reading.event.severity : reading;
  };
  const risks = (agentIdRiskLevels: string | null) => ({ agentIdRiskLevels });
  const flows = (transferMethods: string | null) => ({ authenticationFlows: { transferMethods } });
  const guests = (guestOrExternalUserTypes: string) => ({
    users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes } },
  });
  test.each([
    ['counts at fewer risks', risks('high,medium'), risks('high')],
    ['counts for fewer flows', flows('deviceCodeFlow,authenticationTransfer'), flows('deviceCodeFlow')],
    ['counts for fewer guests', guests('internalGuest,serviceProvider'), guests('internalGuest')],
    ['counts for no guests', guests('internalGuest'), { users: {} }],
  ])('is weaker where it %s', (_, before, after) => {
    expect(severity(before, after)).toBe('high');
  });
  test.each([
    ['counts at more risks', risks('high'), risks('high,medium')],
    ['counts at the same in another order', risks('high,medium,low'), risks('low,high,medium,minor')],
    ['counts at any risk', risks('high'), risks(null)],
    ['counts for every flow', flows('deviceCodeFlow'), { authenticationFlows: null }],
    ['counts for more guests', guests('internalGuest'), guests('internalGuest,serviceProvider')],
  ])('is not where it %s', (_, before, after) => {
    expect(severity(before, after)).toBe('medium');
  });
});
