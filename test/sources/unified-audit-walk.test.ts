import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { readEvent } from '../support/read-event.ts';

// Services of the published schema one after the other: what each holds in fields of its own.
const base = { Id: '1', CreationTime: '2026-10-05T09:00:00', UserId: 'mira@contoso.example', UserType: 0 };
const audit = (record: object): NormalizedEvent => readEvent(m365UnifiedAudit, { ...base, ...record }).event;
const said = (event: NormalizedEvent): string[] =>
  event.targets.map(({ kind, name, address, id }) => `${kind} ${name ?? address ?? id}`);

describe('what was acted on', () => {
  test('an inbox rule’s mailbox stands before the rule’s number', () => {
    const rule = { RecordType: 1, Operation: 'New-InboxRule', Parameters: [{ Name: 'Name', Value: '.' }] };
    expect(audit({ ...rule, ObjectId: 'jan@contoso.example\\5678' }).targets).toEqual([
      { kind: 'policy', id: 'jan@contoso.example\\5678', name: '.', address: null },
      { kind: 'mailbox', id: null, name: null, address: 'jan@contoso.example' },
    ]);
    const path = 'P01.prod.example/Hosted Organizations/contoso.example/Jan Berg\\5678';
    expect(said(audit({ ...rule, ObjectId: path }))).toEqual(['policy .', 'mailbox Jan Berg']);
  });
  test('a folder somebody was let into is a mailbox and the folder in it', () => {
    const Parameters = [
      { Name: 'Identity', Value: 'jan@contoso.example:\\Calendar' },
      { Name: 'User', Value: 'eva@contoso.example' },
    ];
    const event = audit({ RecordType: 1, Operation: 'Add-MailboxFolderPermission', Parameters });
    expect(said(event)).toEqual([
      'mailbox jan@contoso.example',
      'other \\Calendar',
      'user eva@contoso.example',
    ]);
  });
  test('a parameter’s name is not what a command was run on', () => {
    const Parameters = [
      { Name: 'ListType', Value: 'Sender' },
      { Name: 'Entries', Value: 'bad.example,worse.example' },
    ];
    const event = audit({ RecordType: 134, Operation: 'New-TenantAllowBlockListItems', Parameters });
    expect(said(event)).toEqual(['other bad.example', 'other worse.example']);
    const Url = [{ Name: 'Url', Value: 'https://addin.example/manifest.xml' }];
    expect(said(audit({ RecordType: 1, Operation: 'New-App', Parameters: Url }))).toEqual([]);
  });
  test('details in names and values name the thing', () => {
    const ItemDetails = [
      { Name: 'Title', Value: 'Grow' },
      { Name: 'Id', Value: '7' },
    ];
    expect(said(audit({ RecordType: 216, Operation: 'ObjectiveCreated', ItemDetails }))).toEqual([
      'other Grow',
    ]);
  });
  test('a message in quarantine that was looked at is known by its network id alone', () => {
    const event = audit({ RecordType: 65, Operation: 'QuarantinePreview', NetworkMessageId: 'n1' });
    expect(said(event)).toEqual(['message n1']);
  });
  test.each([
    ['a mailbox', { RecordType: 101, Operation: 'SearchQueryInitiatedExchange', QueryText: 'salary' }],
    ['SharePoint', { RecordType: 102, Operation: 'SearchQueryInitiatedSharePoint', QueryText: 'salary' }],
    [
      'both',
      { RecordType: 77, Workload: 'Exchange', Operation: 'SearchQueryPerformed', QueryText: 'salary' },
    ],
  ])('what somebody searched %s for', (_where, record) => {
    expect(said(audit(record))).toContain('other salary');
  });
  test('of Fabric the artifact, then the workspace it lies in', () => {
    const event = audit({
      RecordType: 357, Operation: 'ReadArtifact', ArtifactId: 'a', ArtifactName: 'lake', WorkspaceId: 'w',
      WorkspaceName: 'Finance',
    }); // prettier-ignore
    expect(said(event)).toEqual(['other lake', 'other Finance']);
  });
  test('of Teams the links of a message, the call, the app and an approval', () => {
    const teams = (record: object) => said(audit({ RecordType: 25, ...record }));
    const links = {
      Operation: 'MessageCreatedHasLink',
      MessageId: '1',
      MessageURLs: ['https://bad.example/x'],
    };
    expect(teams(links)).toEqual(['message 1', 'other https://bad.example/x']);
    expect(teams({ Operation: 'CallParticipantDetail', CallId: 'c1' })).toEqual(['other c1']);
    const { targets } = audit({
      RecordType: 25, Operation: 'AppInstalled', AddOnName: 'Poll', AzureADAppId: 'a1',
    }); // prettier-ignore
    expect(targets).toEqual([{ kind: 'application', id: 'a1', name: 'Poll', address: null }]);
    expect(teams({ RecordType: 92, Operation: 'CreateApproval', ApprovalTitle: 'Buy' })).toEqual([
      'other Buy',
    ]);
  });
  test('a setting of a tenant by its name, where nothing else is named', () => {
    const event = audit({ RecordType: 57, Operation: 'TeamsTenantSettingChanged', Name: 'AllowGuests' });
    expect(said(event)).toEqual(['other AllowGuests']);
  });
  test('whom a thing nobody has mapped was shared with', () => {
    const event = audit({
      RecordType: 998, Workload: 'Whiteboard', Operation: 'WhiteboardShared', WhiteboardTitle: 'Board',
      SharedWith: ['eva@contoso.example'],
    }); // prettier-ignore
    expect(said(event)).toEqual(['other Board', 'user eva@contoso.example']);
  });
  test('a site by its address is no file; who submitted something is not what was submitted', () => {
    const site = { RecordType: 336, Operation: 'RestrictedAccessControlChanged' };
    expect(said(audit({ ...site, ObjectId: 'https://contoso.example/sites/fin' }))).toEqual(['site fin']);
    expect(said(audit({ RecordType: 29, Operation: 'AdminSubmission', SubmitterId: 'x' }))).toEqual([]);
  });
});

describe('how an act ended', () => {
  test.each([
    [{ RecordType: 278, Operation: 'DeleteEnvironment', Success: false }, 'failure'],
    [{ RecordType: 256, Operation: 'DeleteEnvironment', IsSuccessful: 'true' }, 'success'],
    [{ RecordType: 299, Operation: 'RestoreTaskCompleted', Result: 'Failed' }, 'failure'],
    [{ RecordType: 235, Operation: 'SensorDeleted', ResultDescription: 'Failed to delete' }, 'failure'],
    [{ RecordType: 25, Operation: 'FailedValidation' }, 'failure'],
    [{ RecordType: 68, Operation: 'SupervisionRuleMatch', ResultStatus: '{}' }, 'success'],
  ])('%j: %s', (record, outcome) => {
    const event = audit(record);
    expect(event.outcome).toBe(outcome);
    expect(event.reason).not.toBe('{}');
  });
});

describe('the word for how it ended', () => {
  test.each([
    ['CompletedWithErrors', 'partial'],
    ['Unknown', 'unknown'],
    ['Skipped', 'unknown'],
    ['Done', 'success'],
    ['200', 'success'],
    ['403', 'failure'],
    ['NotFound', 'failure'],
    ['Declined', 'failure'],
    ['No', 'failure'],
  ])('%s is %s', (ResultStatus, outcome) => {
    expect(audit({ RecordType: 1, Operation: 'Set-Mailbox', ResultStatus }).outcome).toBe(outcome);
  });
  test('a thing that stands as approved or expired is no outcome', () => {
    const share = { RecordType: 998, Operation: 'ShareUpdated', Status: 'Expired' };
    expect(audit(share).outcome).toBe('unknown');
  });
});

describe('who acted', () => {
  test.each([
    ['x_fabrikam.example#ext#@contoso.example', 'guest', 'x_fabrikam.example#ext#@contoso.example'],
    [['live', 'com#x@fabrikam.example'].join('.'), 'guest', 'x@fabrikam.example'],
    ['Anonymous', 'other', 'Anonymous'],
    ['28:66666666-0000-4000-8000-000000000001', 'application', '66666666-0000-4000-8000-000000000001'],
  ])('%s is a %s', (UserId, kind, called) => {
    const { actor } = audit({ RecordType: 6, Operation: 'FileAccessed', UserId });
    expect([actor?.kind, actor?.address ?? actor?.name ?? actor?.id]).toEqual([kind, called]);
  });
});

describe('what kind of act it was', () => {
  test.each([
    ['Set-ConditionalAccessPolicy', 3],
    ['New-ComplianceSearch', 1],
    ['NewAuditRetentionPolicy', 1],
    ['CreateUpdateRequest', 1],
    ['Retrieve', 2],
    ['AddedToTeam', 1],
    ['SearchCreated', 1],
  ])('%s is told by the verb it begins or ends with', (Operation, activity) => {
    expect(audit({ RecordType: 24, Operation }).ocsf).toEqual({ class: 6003, activity });
  });
  test('somebody added to a site’s group is sharing, taken out of it its end', () => {
    const of = (Operation: string) => audit({ RecordType: 14, Operation });
    expect(of('AddedToGroup')).toMatchObject({ category: 'sharing', ocsf: { class: 3006, activity: 3 } });
    expect(of('RemovedFromGroup')).toMatchObject({ category: 'sharing', ocsf: { class: 3006, activity: 4 } });
  });
  test.each([
    [110, 'MSDEResponseActions', 'administration'],
    [113, 'MS365DCustomDetection', 'administration'],
    [115, 'MAPGAlerts', 'security'],
    [126, 'Microsoft365Group', 'collaboration'],
    [144, 'PowerBIDlp', 'data-protection'],
    [180, 'AipScannerDiscoverEvent', 'data-protection'],
  ])('type %i is %s', (RecordType, name, category) => {
    const event = audit({ RecordType, Operation: 'Changed' });
    expect(event.summary).toContain(`(${name})`);
    expect(event.category).toBe(category);
  });
  test('a rule of one’s own that was made is an act, no detection', () => {
    const rule = { RecordType: 113, Operation: 'CreateCustomDetection', RuleId: 'r', RuleName: 'Odd logons' };
    expect(audit(rule)).toMatchObject({ outcome: 'success', ocsf: { class: 6003, activity: 1 } });
    expect(said(audit(rule))).toEqual(['policy Odd logons']);
  });
});
