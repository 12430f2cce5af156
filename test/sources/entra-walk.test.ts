import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { entraDirectoryAudits } from '../../shared/sources/entra.directory-audits/source.ts';
import { entraSignIns } from '../../shared/sources/entra.sign-ins/source.ts';
import { readEvent } from '../support/read-event.ts';

const entra = '66666666-0000-4000-8000-000000000001';
const signIn = (record: object): NormalizedEvent =>
  readEvent(entraSignIns, {
    id: '1', createdDateTime: '2026-10-05T09:00:00Z', userId: entra, userDisplayName: 'Eva',
    userPrincipalName: 'eva@contoso.example', status: { errorCode: 0 }, ...record,
  }).event; // prettier-ignore

describe('a sign-in', () => {
  test('whose principal name repeats the id has no address', () => {
    const service = { userPrincipalName: entra, userDisplayName: 'Sync service' };
    const nobody = { kind: 'user', id: entra, name: 'Sync service', address: null };
    expect(signIn(service).actor).toEqual(nobody);
    expect(signIn({ ...service, userId: '' }).actor).toEqual(nobody);
  });
  test('with a reason for its failure and no number failed', () => {
    const { outcome, reason } = signIn({ status: { errorCode: null, failureReason: 'Did not pass.' } });
    expect([outcome, reason]).toEqual(['failure', 'Did not pass.']);
    expect(signIn({ status: { errorCode: null, failureReason: 'Other.' } }).outcome).toBe('unknown');
  });
  test('by device code says so', () => {
    expect(signIn({ authenticationProtocol: 'deviceCode' }).summary).toContain(' by device code');
    expect(signIn({ authenticationProtocol: 'oAuth2' }).summary).not.toContain(' by ');
  });
});

test('a guest is one, also where the name is written small', () => {
  const small = { userPrincipalName: 'x_fabrikam.example#ext#@contoso.example' };
  expect(signIn(small).actor?.kind).toBe('guest');
  const event = audit({ initiatedBy: { user: small }, targetResources: [{ type: 'User', ...small }] });
  expect([event.actor?.kind, event.targets[0]?.kind]).toEqual(['guest', 'guest']);
});

const audit = (record: object): NormalizedEvent =>
  readEvent(entraDirectoryAudits, {
    id: '1', activityDateTime: '2026-10-05T09:00:00Z', result: 'success', ...record,
  }).event; // prettier-ignore

describe('a directory audit', () => {
  test.each([
    ['Add registered owner to device', 'Device', 'device'],
    ['Add owner to application', 'Application', 'application'],
    ['Add member to administrative unit', 'AdministrativeUnit', 'other'],
  ])('%s names among the changes what somebody was added to', (activityDisplayName, thing, kind) => {
    const modifiedProperties = [
      { displayName: `${thing}.ObjectID`, oldValue: null, newValue: '"t1"' },
      { displayName: `${thing}.DisplayName`, oldValue: null, newValue: '"Thing"' },
    ];
    const user = { type: 'User', id: entra, userPrincipalName: 'eva@contoso.example', modifiedProperties };
    expect(audit({ activityDisplayName, targetResources: [user] }).targets).toEqual([
      { kind: 'user', id: entra, name: null, address: 'eva@contoso.example' },
      { kind, id: 't1', name: 'Thing', address: null },
    ]);
  });
  test('an invitation that was accepted names the guest in a sentence', () => {
    const displayName = 'UPN: x_b.example#EXT#@contoso.example, Email: x@b.example, InvitationId: 1';
    const targetResources = [{ type: 'User', id: entra, displayName, userPrincipalName: '' }];
    expect(audit({ activityDisplayName: 'Redeem external user invite', targetResources }).targets).toEqual([
      { kind: 'guest', id: entra, name: 'x@b.example', address: 'x_b.example#EXT#@contoso.example' },
    ]);
  });
  test.each(['Add Windows Hello for Business credential', 'Add FIDO2 security key'])(
    '%s is a factor of a person’s, not an application’s credential',
    activityDisplayName => {
      const event = audit({ activityDisplayName, category: 'UserManagement' });
      expect(event).toMatchObject({ severity: 'low', ocsf: { class: 3001, activity: 10 } });
    },
  );
  test('a password mistyped by a customer’s customer is a failed logon like any other', () => {
    const b2c = { loggedByService: 'B2C', category: 'Authentication' };
    const wrong = audit({
      ...b2c, activityDisplayName: 'Validate local account credentials', result: 'failure',
    }); // prettier-ignore
    expect(wrong).toMatchObject({ severity: 'low', ocsf: { class: 3002, activity: 1 } });
    const token = audit({ ...b2c, activityDisplayName: 'Issue an id_token to the application' });
    expect(token).toMatchObject({ severity: 'informational', ocsf: { class: 3002, activity: 1 } });
  });
  test('an account confirmed to be compromised, and fraud a person reported, are worth a look', () => {
    for (const activityDisplayName of ['ConfirmAccountCompromised', 'Fraud reported - no action taken'])
      expect(audit({ activityDisplayName }).severity).toBe('high');
  });
  test('an agent that was made is an application', () => {
    const targetResources = [{ type: 'AgentIdentity', id: 'a', displayName: 'Agent 7' }];
    const event = audit({ activityDisplayName: 'Create agent identity', targetResources });
    expect(event.targets[0]?.kind).toBe('application');
  });
  test('what the client did wrong failed', () => {
    expect(audit({ activityDisplayName: 'Update user', result: 'clientError' }).outcome).toBe('failure');
  });
});
