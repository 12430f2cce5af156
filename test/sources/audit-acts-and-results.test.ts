import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { readEvent } from '../support/read-event.ts';

// What was done, what came of it and how grave it is, by operations and fields of the published lists.
const base = { Id: '1', CreationTime: '2026-11-03T10:11:12', UserId: 'mira@contoso.example', UserType: 0 };
const audit = (record: object): NormalizedEvent => readEvent(m365UnifiedAudit, { ...base, ...record }).event;

describe('what was done', () => {
  test.each<[string, number, number]>([
    // The last word tells it, whatever the thing is called.
    ['SearchPermissionUpdated', 24, 3],
    ['SearchCreated', 24, 1],
    ['UpdatedDataAccessSetting', 44, 3],
    ['DeletedResult', 44, 4],
    ['RemovedSearchExported', 24, 4],
    ['ThreadCreated', 22, 1],
    ['List Column Deleted', 5000, 4],
    // A decision is none of these, and what was asked for was not done by it.
    ['CloudPCAccessRequestApproved', 257, 99],
    // A part of a word is no verb.
    ['SentinelDisconnectWorkspace', 345, 99],
    ['SupervisoryReviewTag', 31, 99],
    ['ConsentRecorded', 5000, 99],
    ['PostureAssessed', 5000, 99],
    // As before.
    ['SearchQueryPerformed', 5000, 2],
    ['PurviewSearchExportJobSubmitted', 24, 2],
    ['MoveToDeletedItems', 3, 4],
    ['CopilotInteraction', 261, 1],
    ['BotAddedToTeam', 25, 1],
    ['QuarantinePreview', 65, 2],
    ['MessageSent', 25, 1],
  ])('%s', (Operation, RecordType, activity) => {
    expect(audit({ RecordType, Operation }).ocsf).toEqual({ class: 6003, activity });
  });

  // By the list of Power BI and Fabric.
  test.each<[string, number]>([
    ['BindToGateway', 3],
    ['RebindReport', 3],
    ['UndeleteBlob', 3],
    ['RestoreWorkspace', 3],
    ['DropLakehouseTable', 4],
    ['PatchGatewayCluster', 3],
    ['UpsertGoalValues', 3],
    ['AppendDataToFile', 3],
    ['PutBlob', 3],
    ['AssignWorkspaceToAlmPipeline', 3],
    ['UnassignWorkspaceFromPipeline', 3],
    ['AttachSourceGraphQL', 3],
    ['ConvertPersonalWorkspaceToWorkspace', 3],
    ['MigrateWorkspaceIntoCapacity', 3],
    ['RotateTenantKey', 3],
    ['RefreshDataset', 3],
    ['TakeOverDataset', 3],
    ['TookOverDataflow', 3],
    ['ShareReport', 3],
    ['PublishToWebReport', 3],
    ['UnpublishApp', 3],
    ['ImportArtifactEnd', 1],
    ['GenerateCustomVisualAADAccessToken', 1],
    ['CloneTile', 1],
    ['AnalyzeInExcel', 2],
    ['AnalyzedByExternalApplication', 2],
    ['ExploreDataExternally', 2],
    ['QueryBlobContents', 2],
    ['PrintReport', 2],
    ['AcquireStorageAccountKey', 2],
    ['ReceiveDataflowSecretFromKeyVault', 2],
    ['GoalsGetRole', 2],
    // As before.
    ['ListDataAccessRoles', 2],
    ['GetRefreshHistory', 2],
    ['CheckAccessFileOrBlob', 2],
    ['SetAccessControlForFile', 3],
    ['GoalsDeleteRole', 4],
    ['ExtensibilityDeletePackage', 4],
    ['RequestDataflowRefresh', 99],
    ['RunArtifact', 99],
  ])('in Fabric: %s', (Operation, activity) => {
    expect(audit({ RecordType: 20, Operation }).ocsf).toEqual({ class: 6003, activity });
  });

  test.each([
    ['PublishToWebReport', 'medium'],
    ['CreateExternalDataShare', 'medium'],
    ['AddAdminPersonalWorkspaceAccess', 'medium'],
    ['UpdatedAdminFeatureSwitch', 'medium'],
    ['RevokeExternalDataShare', 'informational'],
    ['ViewReport', 'informational'],
  ])('in Fabric %s is as grave as in SharePoint: %s', (Operation, severity) => {
    expect(audit({ RecordType: 20, Operation }).severity).toBe(severity);
  });

  test.each([
    ['UnlockRecord', 11],
    ['LockRecord', 10],
    ['SiteLocksChanged', 3],
    ['ListViewUpdated', 3],
    ['FileAccessed', 14],
    // The file is still there.
    ['FileSensitivityLabelRemoved', 3],
    ['FileSensitivityLabelApplied', 3],
    ['TagApplied', 3],
    ['ComplianceSettingChanged', 3],
    ['ComplianceRecordDelete', 4],
    ['DocumentSensitivityMismatchDetected', 99],
  ])('in SharePoint: %s', (Operation, activity) => {
    expect(audit({ RecordType: 6, Operation }).ocsf).toEqual({ class: 6006, activity });
  });

  test.each([
    ['SharingPolicyChanged', 'medium'],
    ['DeviceAccessPolicyChanged', 'medium'],
    ['AuditPolicyRemoved', 'medium'],
  ])('a policy of all sites is changed, and nothing shared or opened: %s', (Operation, severity) => {
    const event = audit({ RecordType: 4, Operation });
    expect([event.category, event.ocsf.class, event.severity]).toEqual(['policy', 6003, severity]);
  });

  test.each([
    // Who asks for access has none yet, nor has who is refused it; who uses a link opens what it leads to.
    ['AccessRequestCreated', 99],
    ['AccessRequestDenied', 99],
    ['SharingInheritanceBroken', 99],
    ['SecureLinkUsed', 14],
    ['AnonymousLinkUsed', 14],
    ['AccessRequestAccepted', 12],
    ['SharingSet', 12],
    ['SharingRevoked', 13],
  ])('of sharing: %s', (Operation, activity) => {
    const event = audit({ RecordType: 14, Operation });
    expect([event.category, event.ocsf]).toEqual(['sharing', { class: 6006, activity }]);
  });

  test.each(['AssignUserToIncident', 'ChangeIncidentStatus', 'SuppressAlert'])(
    'of a Defender product whose type is in no table, %s is an act and no detection',
    Operation => {
      const event = audit({ RecordType: 4_001, Workload: 'Microsoft365Defender', Operation });
      expect([event.category, event.outcome, event.ocsf.class]).toEqual(['administration', 'success', 6003]);
    },
  );
});

describe('what came of it', () => {
  test.each<[string, object, string, string | null]>([
    ['who denied a request did it', { RecordType: 14, Operation: 'AccessRequestDenied' }, 'success', null],
    ['who rejected one did it', { RecordType: 35, Operation: 'EngagementRejected' }, 'success', null],
    ['a device that was denied was not let in', { RecordType: 4, Operation: 'SyncClientDenied' }, 'failure', null],
    ['a link that was blocked', { RecordType: 14, Operation: 'SharingInvitationBlocked' }, 'failure', null],
    ['an act that names its failure, in an exchange that went well', { RecordType: 22, Operation: 'CommunityAccessFailure', ResultStatus: 'TRUE' }, 'failure', null],
    ['the same with a reason', { RecordType: 366, Operation: 'JobRunFailed', ResultStatus: 'Succeeded', ResultMessage: 'quota' }, 'failure', 'quota'],
    ['a form nobody let in', { RecordType: 66, Operation: 'ViewForm', ActivityParameters: '{"AccessDenied":true,"FromSummaryLink":false}' }, 'failure', 'AccessDenied'],
    ['a form that opened', { RecordType: 66, Operation: 'ViewForm', ActivityParameters: '{"AccessDenied":false}' }, 'success', null],
    ['what a policy matched, beside it in JSON', { RecordType: 68, Operation: 'SupervisionRuleMatch', ResultStatus: '{"ItemClass":"IPM.Note","Results":""}' }, 'success', null],
    ['a list in its place', { RecordType: 68, Operation: 'SupervisionRuleMatch', ResultStatus: '["a"]' }, 'success', null],
  ])('%s', (_, record, outcome, reason) => {
    const event = audit(record);
    expect([event.outcome, event.reason]).toEqual([outcome, reason]);
  }); // prettier-ignore
});

describe('how grave it is', () => {
  const off = [{ Name: 'UnifiedAuditLogIngestionEnabled', NewValue: 'False', OldValue: 'True' }];
  test.each<[string, object, string]>([
    ['a retention policy is gone', { RecordType: 38, Operation: 'RemoveRetentionCompliancePolicy' }, 'medium'],
    ['the same by command', { RecordType: 18, Operation: 'Remove-RetentionCompliancePolicy' }, 'medium'],
    ['a retention label is read', { RecordType: 38, Operation: 'GetComplianceTag' }, 'informational'],
    ['what keeps the audit log is gone', { RecordType: 296, Operation: 'RemoveAuditLogRetentionPolicy' }, 'high'],
    ['the audit log is switched off by a setting', { RecordType: 297, Operation: 'AuditConfigChanged', ModifiedProperties: off }, 'high'],
    ['and on again', { RecordType: 297, Operation: 'AuditConfigChanged', ModifiedProperties: [{ ...off[0], NewValue: 'True' }] }, 'informational'],
    ['somebody may search every mailbox', { RecordType: 24, Operation: 'CaseAdminAdded' }, 'medium'],
    ['mailboxes are searched and copied', { RecordType: 1, Operation: 'New-MailboxSearch' }, 'medium'],
    ['a mailbox is exported', { RecordType: 1, Operation: 'New-MailboxExportRequest' }, 'high'],
  ])('%s', (_, record, severity) => {
    expect(audit(record).severity).toBe(severity);
  }); // prettier-ignore
});
