import { describe, expect, test } from 'vitest';
import type { Entity, NormalizedEvent } from '../../shared/model/event.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { readEvent } from '../support/read-event.ts';

const read = (id: string, record: object): NormalizedEvent => {
  const source: Source | undefined = sources.find(one => one.id === id);
  if (source === undefined) throw new Error(`no source ${id}`);
  return readEvent(source, record).event;
};
const at = '2026-10-05T09:41:02.3133333Z';
const alert = (over: object): NormalizedEvent =>
  read('defender.alerts', {
    id: 'a',
    createdDateTime: at,
    title: 'T',
    status: 'new',
    severity: 'low',
    ...over,
  });
const piece = (kind: string, has: object, ...roles: string[]) => ({
  '@odata.type': `#microsoft.graph.security.${kind}Evidence`,
  roles,
  ...has,
});
const targets = (kind: string, has: object): readonly Entity[] =>
  alert({ evidence: [piece(kind, has)] }).targets;

describe('evidence', () => {
  test('of a device tells Windows’ own accounts from people who are logged on', () => {
    const loggedOnUsers = [
      { accountName: 'mira', domainName: 'CONTOSO' },
      { accountName: 'SYSTEM', domainName: 'NT AUTHORITY' },
    ];
    expect(targets('device', { deviceDnsName: 'pc-1', loggedOnUsers })).toMatchObject([
      { kind: 'device' },
      { kind: 'user', name: 'mira' },
      { kind: 'system', name: 'SYSTEM' },
    ]);
  });
  test('of a file of which only the oldest hash is known has that', () => {
    const fileDetails = { fileName: 'a.dll', sha256: null, sha1: null, md5: 'ab'.repeat(16) };
    expect(targets('file', { fileDetails })).toMatchObject([{ id: 'ab'.repeat(16), name: 'a.dll' }]);
  });
  test('of malware names what ran as well', () => {
    const processes = [piece('process', { imageFile: { fileName: 'm.exe', sha256: 'cd'.repeat(32) } })];
    const files = [piece('file', { fileDetails: { fileName: 'm.doc' } })];
    const names = targets('malware', { name: 'Demo family', files, processes }).map(({ name }) => name);
    expect(names).toEqual(['Demo family', 'm.doc', 'm.exe']);
  });
  test('of a cluster in nobody’s cloud has the cluster’s own name', () => {
    expect(targets('kubernetesCluster', { name: 'plant-3', cloudResource: null })).toMatchObject([
      { kind: 'other', name: 'plant-3' },
    ]);
    const cloudResource = piece('azureResource', { resourceId: '/subscriptions/s/aks', resourceName: 'aks' });
    expect(targets('kubernetesCluster', { name: 'k', cloudResource })).toMatchObject([{ name: 'aks' }]);
  });
  test('of an account where code is kept is somebody’s, who may have done it', () => {
    const account = { userId: '7', login: 'mholt', name: 'Mira Holt', email: 'mira@contoso.example' };
    const event = alert({ evidence: [piece('gitHubUser', account, 'attacker')] });
    expect(event.actor).toEqual({
      kind: 'user',
      id: '7',
      name: 'Mira Holt',
      address: 'mira@contoso.example',
    });
  });
});

describe('a word newer than the answer may hold says nothing', () => {
  const unknown = {
    status: 'unknownFutureValue',
    severity: 'unknownFutureValue',
    classification: 'unknownFutureValue',
  };
  test('of an alert', () => {
    const event = alert({ ...unknown, productName: null, serviceSource: 'unknownFutureValue' });
    expect(event).toMatchObject({ reason: null, severity: 'medium', summary: 'Alert (unknown): T' });
  });
  test('of an incident', () => {
    const incident = { id: '7', createdDateTime: at, displayName: 'Many stages', ...unknown };
    const event = read('defender.incidents', incident);
    expect(event).toMatchObject({ reason: null, summary: 'Incident (unknown): Many stages' });
  });
});

test('an alert whose times are one instant, written with more or fewer digits, was only made', () => {
  const activity = (lastUpdateDateTime: string | null): number => alert({ lastUpdateDateTime }).ocsf.activity;
  expect(activity('2026-10-05T09:41:02.313Z')).toBe(1);
  expect(activity(null)).toBe(1);
  expect(activity('2026-10-05T09:55:00Z')).toBe(2);
});

test('a device somebody is taken off is not deleted', () => {
  const event = (activityType: string) =>
    read('intune.audit-events', {
      id: 'i', activityDateTime: at, activityOperationType: 'Action', activityResult: 'Success', activityType,
      resources: [{ displayName: 'IPAD-7', auditResourceType: 'ManagedDevice', resourceId: 'd' }],
    }); // prettier-ignore
  expect(event('deleteUserFromSharedAppleDevice ManagedDevice').ocsf).toEqual({ class: 3004, activity: 3 });
  expect(event('deleteDeviceManagementScript DeviceManagementScript').ocsf.activity).toBe(4);
});

describe('an audit event of the gateway', () => {
  const audit = (auditType: string, category: string) =>
    read('mimecast.audit-events', {
      id: 'x', auditType, category, user: 'oskar.lind@contoso.example', eventTime: '2026-10-05T09:00:00+0000',
      eventInfo: 'mira.holt@contoso.example, Date: 2026-10-05, Time: 09:00:00+0000, Application: Console',
    }).ocsf; // prettier-ignore
  test.each([
    ['New Role', 'user_account_and_role_logs', 6003, 1],
    ['Role Deleted', 'user_account_and_role_logs', 6003, 4],
    ['User Added to Role', 'user_account_and_role_logs', 3005, 1],
    ['Delegate Mailbox Added', 'user_account_and_role_logs', 3001, 99],
    ['User Alias Deleted', 'user_account_and_role_logs', 3001, 99],
    ['User Deleted', 'user_account_and_role_logs', 3001, 6],
    ['Password Reset Requested', 'user_account_and_role_logs', 3001, 99],
    ['Password Policy Changed', 'user_account_and_role_logs', 3001, 99],
    ['User Password Locked', 'user_account_and_role_logs', 3001, 9],
    ['User Password Changed', 'user_account_and_role_logs', 3001, 3],
    ['Existing User Unblocked', 'user_account_and_role_logs', 3001, 12],
    ['Password Reset', 'authentication_logs', 3001, 4],
    ['Authentication Profile Changed', 'authentication_logs', 3002, 99],
    ['Logon Authentication Failed', 'authentication_logs', 3002, 1],
    ['User Signed In', 'a_category_of_tomorrow', 3002, 1],
    ['Profile Group Import', 'profile_group_logs', 3006, 3],
    ['Profile Group Created', 'profile_group_logs', 3006, 6],
  ])('%s (%s) is what it is', (auditType, category, klass, activity) => {
    expect(audit(auditType, category)).toEqual({ class: klass, activity });
  });
});
