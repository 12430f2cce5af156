import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { readEvent } from '../support/read-event.ts';

// What SharePoint, eDiscovery and Defender call a deed, and the number OCSF has for it.
const base = { Id: '1', CreationTime: '2026-10-05T09:00:00', UserId: 'mira@contoso.example', UserType: 0 };
const audit = (RecordType: number, Operation: string): NormalizedEvent =>
  readEvent(m365UnifiedAudit, { ...base, RecordType, Operation }).event;
const ids = ({ ocsf }: NormalizedEvent): number[] => [ocsf.class, ocsf.activity];

describe('of a file', () => {
  test.each([
    ['AnonymousLinkUsed', 14],
    ['SecureLinkUsed', 14],
    ['AnonymousLinkUpdated', 3],
    ['AccessRequestCreated', 99],
    ['AccessRequestDenied', 99],
    ['AccessRequestExpired', 99],
    ['AccessRequestApproved', 12],
    ['SharingInvitationAccepted', 99],
    ['SharingInvitationCreated', 12],
    ['SharingInvitationRevoked', 13],
    ['SharingInheritanceBroken', 99],
  ])('%s is sharing, asking for it or its end', (Operation, activity) => {
    const event = audit(14, Operation);
    expect([event.category, ...ids(event)]).toEqual(['sharing', 6006, activity]);
  });
  test('an invitation that was blocked was an attempt to share', () => {
    const event = audit(14, 'SharingInvitationBlocked');
    expect([...ids(event), event.outcome]).toEqual([6006, 12, 'failure']);
  });
  test.each([
    ['FileSensitivityLabelRemoved', 3],
    ['FileSensitivityLabelApplied', 3],
    ['FileVersionRecycled', 3],
    ['FileVersionRestored', 8],
    ['CommentDeleted', 3],
    ['UnlockRecord', 11],
    ['LockRecord', 10],
    ['WebRequestAccessModified', 3],
    ['PreviewModeEnabledSet', 3],
    ['FolderCreated', 99],
    ['FileRecycled', 4],
    ['FileAccessedExtended', 14],
    ['FileDownloadBlocked', 2],
  ])('%s is what its last word says', (Operation, activity) => {
    expect(ids(audit(6, Operation))).toEqual([6006, activity]);
  });
});

test('what was searched for, and what is allowed to all, is no file', () => {
  expect(ids(audit(6, 'SearchQueryPerformed'))).toEqual([6003, 2]);
  expect(ids(audit(4, 'SearchCenterUrlSet'))).toEqual([6003, 3]);
  const policy = audit(4, 'SharingPolicyChanged');
  expect([policy.category, ...ids(policy)]).toEqual(['policy', 6003, 3]);
});

describe('of a site’s groups', () => {
  test.each([
    ['PermissionLevelAdded', 99],
    ['SitePermissionsModified', 99],
    ['GroupAdded', 6],
    ['GroupRemoved', 5],
    ['GroupUpdated', 99],
    ['RemovedFromSiteCollection', 4],
    ['SiteCollectionAdminAdded', 3],
    ['SiteCollectionAdminRemoved', 4],
  ])('%s changes who is in one only where it says so', (Operation, activity) => {
    const event = audit(14, Operation);
    expect([event.category, ...ids(event)]).toEqual(['sharing', 3006, activity]);
  });
});

test.each([
  ['SearchUpdated', 3],
  ['SearchRemoved', 4],
  ['SearchViewed', 2],
  ['AccessRemoved', 4],
  ['HoldCreated', 1],
  ['SensitivityLabelRemoved', 3],
  ['CloudPCAccessRequestApproved', 99],
  ['DataAccessRequestDenied', 99],
  ['MessageSent', 1],
])('%s is told by the verb it ends with', (Operation, activity) => {
  expect(ids(audit(24, Operation))).toEqual([6003, activity]);
});

test.each([
  ['ApproveConsent', 99],
  ['SentinelDisconnectWorkspace', 99],
])('%s is not told by a part of one of its words', (Operation, activity) => {
  expect(ids(audit(24, Operation))).toEqual([6003, activity]);
});

test('a portal that was signed in to was signed in to', () => {
  const event = audit(154, 'OMEPortalLogin');
  expect([event.category, ...ids(event)]).toEqual(['authentication', 3002, 1]);
});

test('what is done with incidents, and what people are taught, is no detection', () => {
  const defender = (Operation: string) =>
    readEvent(m365UnifiedAudit, { ...base, RecordType: 900, Workload: 'MicrosoftDefenderXDR', Operation })
      .event;
  for (const operation of [
    'AssignUserToIncident',
    'ChangeIncidentStatus',
    'SuppressAlert',
    'TrainingCompleted',
  ])
    expect(ids(defender(operation))[0]).toBe(6003);
  expect(ids(audit(41, 'TIUrlClickData'))).toEqual([2004, 1]);
});
