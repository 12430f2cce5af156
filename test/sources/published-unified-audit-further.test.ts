import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { audit, base, id, said } from '../support/unified-audit-record.ts';

// Further forms of records published elsewhere: eDiscovery, Copilot, Power Platform, Dynamics, and values that are none.

describe('who did it', () => {
  const nobody = { UserId: 'NOT-FOUND', UserKey: '0000000000000000', UserType: 5 };
  test('a service that found nobody and gives an id of noughts names nobody: it was the app', () => {
    const search = { RecordType: 52, Operation: 'Search', DataType: 'Alert', AadAppId: id(1), ...nobody };
    expect(audit(search).actor).toEqual({ kind: 'application', id: id(1), name: null, address: null });
    expect(audit({ ...search, AadAppId: undefined }).actor).toBeNull();
    expect(audit({ ...search, ...nobody, UserId: base.UserId }).actor?.id).toBeNull();
  });
  test('the name of the service is no id of the user', () => {
    const release = { RecordType: 65, Operation: 'QuarantineReleaseMessage', UserType: 4, UserId: 'System release' }; // prettier-ignore
    const { actor } = audit({ ...release, Workload: 'Quarantine', UserKey: 'Quarantine' });
    expect(actor).toEqual({ kind: 'system', id: null, name: 'System release', address: null });
    expect(audit({ ...release, Workload: 'Quarantine', UserKey: 'key' }).actor?.id).toBe('key');
  });
  test.each(['AUTORITE NT\\Système (MSExchangeHMHost)', 'NT-AUTORITÄT\\SYSTEM', 'NT AUTHORITY\\SYSTEM'])(
    'a server’s own account in its language is the system: %s',
    UserId => {
      const { actor } = audit({ RecordType: 1, Operation: 'Set-Mailbox', UserId, UserKey: UserId });
      expect(actor).toEqual({ kind: 'system', id: null, name: UserId, address: null });
    },
  );
});

describe('what kind of thing it is, without a type', () => {
  test.each([
    ['UserLoginFailed', 'AzureActiveDirectory', 'authentication', 3002],
    ['UserLoggedIn', 'AzureActiveDirectory', 'authentication', 3002],
    ['Add user.', 'AzureActiveDirectory', 'directory', 3001],
    ['DlpRuleMatch', 'SharePoint', 'data-protection', 2006],
    ['DLPRuleUndo', undefined, 'data-protection', 2006],
    ['FileDownloaded', 'SharePoint', 'file', 6006],
  ])('%s of %s', (Operation, Workload, category, ocsfClass) => {
    const event = audit({ Operation, Workload });
    expect([event.category, event.ocsf.class]).toEqual([category, ocsfClass]);
  });
});

describe('what it was done to', () => {
  const url = 'https://contoso.example/sites/lab/plan.docx';
  const discovery = { RecordType: 24, CaseName: 'HR 7', CaseId: id(1), ObjectId: id(2), ObjectName: 'Mail of Jan' }; // prettier-ignore
  const asked = (data: object): object => ({ RecordType: 261, Operation: 'CopilotInteraction', CopilotEventData: { AppHost: 'Word', ThreadId: '19:x', ...data } }); // prettier-ignore
  const collection = (values: Readonly<Record<string, string>>): object => ({
    RecordType: 256,
    Operation: 'X',
    PropertyCollection: Object.entries(values).map(([name, Value]) => ({ Name: `powerplatform.analytics.resource.${name}`, Value })),
  }); // prettier-ignore
  const member = (MemberUpn: string): object => ({ RecordType: 2, Operation: 'ModifyFolderPermissions', MailboxOwnerUPN: base.UserId, Item: { Id: 'Lg', ParentFolder: { Path: '\\Calendar', MemberUpn } } }); // prettier-ignore
  const calendar = [`mailbox (${base.UserId})`, "other Lg '\\Calendar'"];
  const shared = { FileName: 'a.docx', FilePathUrl: url, UniqueID: id(3) };

  test.each<[string, object, string[]]>([
    ['a search for evidence by its name, with what it asked for and what it made, before its case', { ...discovery, Operation: 'PurviewSearchExportJobSubmitted', QueryText: 'subject:pay', ExportName: 'Export 4', DataSources: 'jan@contoso.example' }, [`other ${id(2)} 'Mail of Jan'`, "other 'subject:pay'", "other 'Export 4'", `other ${id(1)} 'HR 7'`, 'user (jan@contoso.example)']],
    ['a document opened in a review set', { ...discovery, Operation: 'ReviewSetDocumentViewed', Item: 'pay.xlsx' }, ["file 'pay.xlsx'", `other ${id(2)} 'Mail of Jan'`, `other ${id(1)} 'HR 7'`]],
    ['what an older search asked for', { RecordType: 24, Operation: 'SearchStarted', ObjectId: 'Search 1', Query: 'wire' }, ["other 'wire'", "other 'Search 1'"]],
    ['the document an assistant was asked in, by the name at the end of its address', asked({ Contexts: [{ Id: url, Type: 'docx' }] }), [`file ${url} 'plan.docx'`]],
    ['or by the name within it', asked({ Contexts: [{ Id: 'https://contoso.example/_layouts/15/Doc.aspx?sourcedoc=%7B9%7D&file=Pay%20list.docx&action=edit', Type: 'docx' }] }), ["file https://contoso.example/_layouts/15/Doc.aspx?sourcedoc=%7B9%7D&file=Pay%20list.docx&action=edit 'Pay list.docx'"]],
    ['a message an assistant was asked in, which is no file', asked({ Contexts: [{ Id: 'https://contoso.example/l/message', Type: 'TeamsMessage' }] }), ['other https://contoso.example/l/message']],
    ['a document whose URL stands in brackets', asked({ Contexts: [{ Id: '<https://contoso.example/plan.docx>', Type: 'docx' }] }), ["file https://contoso.example/plan.docx 'plan.docx'"]],
    ['a document by its URL rather than its id', asked({ Contexts: [{ SiteUrl: 'https://contoso.example/plan.docx', Id: '01AB', Type: 'docx' }] }), ["file https://contoso.example/plan.docx 'plan.docx'"]],
    ['or by neither', asked({ Contexts: [{ Id: 'https://contoso.example/_layouts/15/Doc.aspx?file=%E0%A4', Type: 'docx' }] }), ["file https://contoso.example/_layouts/15/Doc.aspx?file=%E0%A4 'Doc.aspx'"]],
    ['documents of one site by their own ids, not the site’s', asked({ AccessedResources: ['a', 'b'].map(name => ({ Name: `${name}.docx`, Id: `${name}1`, SiteUrl: 'https://contoso.example/sites/hr' })) }), ["file a1 'a.docx'", "file b1 'b.docx'"]],
    ['a whole site', asked({ AccessedResources: [{ SiteUrl: 'https://contoso.example/sites/hr/' }] }), ["site https://contoso.example/sites/hr/ 'hr'"]],
    ['an agent without a name', { ...asked({ AppHost: 'Teams' }), AgentId: id(4) }, ["other 19:x 'Teams'", `application ${id(4)}`]],
    ['a policy of Power Platform, named by kind alone', collection({ id: 'ConnectorBlocking', display_name: 'Connector blocking', type: 'ApiPolicy', 'tenant.id': id(4) }), ["policy ConnectorBlocking 'Connector blocking'"]],
    ['an app of Power Platform, whose kind is told beside it', collection({ 'power_app.id': id(1), 'power_app.display_name': 'Rota', type: 'PowerApp' }), [`application ${id(1)} 'Rota'`]],
    ['an agent by its name', { RecordType: 256, Operation: 'BotCreate', BotId: id(5), BotSchemaName: 'helper', EnvironmentId: id(6) }, [`application ${id(5)} 'helper'`, `other ${id(6)}`]],
    ['a row of Dynamics by its name, and of what kind it is', { RecordType: 21, Operation: 'Update', EntityId: id(7), EntityName: 'account', PrimaryFieldValue: 'Fabrikam' }, [`other ${id(7)} 'Fabrikam'`, "other 'account'"]],
    ['files in a message of Teams, once', { RecordType: 25, Operation: 'MessageCreatedHasLink', MessageId: 'm', MessageFiles: [{ FileUrl: url }], MessageURLs: [url, 'https://b.example'] }, ['message m', `file ${url} 'plan.docx'`, 'other https://b.example']],
    ['whoever organised a meeting, unless it is who tells of it', { RecordType: 25, Operation: 'MeetingDetail', UserKey: id(8), ChatThreadId: '19:m', Organizer: { UserObjectId: id(8) } }, ['other 19:m']],
    ['whoever else organised it', { RecordType: 25, Operation: 'MeetingDetail', UserKey: id(8), ChatThreadId: '19:m', Organizer: { UserObjectId: id(9) } }, ['other 19:m', `user ${id(9)}`]],
    ['everybody who was let into a folder', member('Everyone'), [...calendar, "group 'Everyone'"]],
    ['the members of a group', member('Member@local'), [...calendar, "group 'Member@local'"]],
    ['one person', member('jan@contoso.example'), [...calendar, 'user (jan@contoso.example)']],
    ['a shared file, and not once more by its other id', { RecordType: 11, Operation: 'DLPRuleMatch', ObjectId: id(3), SharePointMetaData: shared }, [`file ${url} 'a.docx'`]],
    ['a shared file, and not whoever did it for having shared it', { RecordType: 11, Operation: 'DLPRuleMatch', SharePointMetaData: { ...shared, From: 'MIRA@contoso.example', DocumentSharer: 'jan@contoso.example' } }, [`file ${url} 'a.docx'`, 'user (jan@contoso.example)']],
    ['settings of a tenant by their own name', { RecordType: 1, Operation: 'Set-TransportConfig', ObjectId: 'contoso.example\\Transport Settings', Parameters: [{ Name: 'Identity', Value: 'contoso.example' }] }, ["other contoso.example\\Transport Settings 'Transport Settings'"]],
  ])('is found: %s', (_, record, targets) => {
    expect(said(record)).toEqual(targets);
  }); // prettier-ignore
});

describe('what came of it', () => {
  test.each([
    ['Enable', 'failure', 'BlockAccess'],
    [undefined, 'failure', 'BlockAccess'],
    ['TestWithNotifyUser', 'unknown', null],
    ['AuditAndNotify', 'unknown', null],
  ])('a data-loss rule that is %s blocks only where it is in force', (RuleMode, outcome, reason) => {
    const Rules = [{ Actions: ['NotifyUser', 'BlockAccess'], RuleMode }];
    const event = audit({
      RecordType: 13,
      Operation: 'DlpRuleMatch',
      PolicyDetails: [{ PolicyName: 'Cards', Rules }],
    });
    expect([event.outcome, event.reason]).toEqual([outcome, reason]);
  });

  const resource = { Name: 'pay.xlsx', Type: 'xlsx', Action: 'Read' };
  const blocking = {
    PolicyId: id(1),
    PolicyName: 'No pay',
    Rules: [{ Actions: ['NotifyUser', 'BlockAccess'] }],
  };
  const asked = (...AccessedResources: object[]): NormalizedEvent =>
    audit({ RecordType: 261, Operation: 'CopilotInteraction', CopilotEventData: { AccessedResources } });

  test('an answer without what a policy kept from the assistant is half of one, and the policy is named', () => {
    const event = asked(resource, { ...resource, Status: 'failure', PolicyDetails: [blocking] });
    expect([event.outcome, event.reason]).toEqual(['partial', 'BlockAccess']);
    expect(event.targets).toContainEqual({ kind: 'policy', id: id(1), name: 'No pay', address: null });
    const inText = asked({ ...resource, Status: 'failure', PolicyDetails: JSON.stringify([blocking]) });
    expect(inText).toEqual({ ...event, targets: inText.targets });
    expect(inText.targets).toEqual(event.targets);
  });
  test('a file that could not be read for another reason', () => {
    expect(asked({ ...resource, Status: 'failure' })).toMatchObject({
      outcome: 'partial',
      reason: 'failure',
    });
  });
  test.each([
    [{}],
    [{ Status: 'success', PolicyDetails: [{ PolicyType: 'Purview', PolicyOutcomes: ['None'] }] }],
  ])('nothing was kept back: %j', more => {
    const event = asked({ ...resource, ...more });
    expect([event.outcome, event.reason, event.targets.length]).toEqual(['success', null, 1]);
  });
  test.each([
    ['True', 'success'],
    ['False', 'failure'],
  ])('a policy of Power Platform says so among its properties: %s', (Value, outcome) => {
    const Name = 'powerplatform.analytics.resource.tenant.governance.api_policy.operation_result';
    const record = { RecordType: 256, Operation: 'GovernanceApiPolicyOperation', PropertyCollection: [{ Name, Value }] }; // prettier-ignore
    expect(audit(record).outcome).toBe(outcome);
  });
  test.each([
    ['PurviewSearchExportJobSubmitted', 'medium'],
    ['ReviewSetExportJobSubmitted', 'medium'],
    ['SearchResultsPurged', 'high'],
    ['PurviewSearchUpdated', 'informational'],
  ])('%s is %s, as the command of old is', (Operation, severity) => {
    expect(audit({ RecordType: 24, Operation }).severity).toBe(severity);
  });
});

describe('a label on a file of a computer', () => {
  const aip = (ObjectId: string, RecordType = 94): string[] =>
    said({ RecordType, Workload: 'Aip', Operation: 'SensitivityLabelApplied', ObjectId });
  test.each([
    ['Document2', "file 'Document2'"],
    ['test.msg', "file 'test.msg'"],
    ['/Volumes/plans/plan.docx', "file /Volumes/plans/plan.docx 'plan.docx'"],
    ['c:\\Data\\plan.docx', "file c:\\Data\\plan.docx 'plan.docx'"],
    ['https://contoso.example/sites/a/plan.docx', "file https://contoso.example/sites/a/plan.docx 'plan.docx'"],
    [id(1), `other ${id(1)}`],
  ])('%s is a file by its name or its path', (object, target) => {
    expect(aip(object)).toEqual([target]);
  }); // prettier-ignore
  test('a sign of life is of no file', () => {
    expect(aip('LAPTOP-7', 97)).toEqual(["other 'LAPTOP-7'"]);
  });
});

describe('a label on mail', () => {
  const labelled = {
    RecordType: 43,
    Operation: 'MipLabel',
    Workload: 'Exchange',
    ObjectId: '<1@contoso.example>',
  };
  test('the label is named after the mail', () => {
    const label = { LabelId: id(2), LabelName: 'All employees', ItemName: 'Hello' };
    expect(said({ ...labelled, ...label })).toEqual([
      "message <1@contoso.example> 'Hello'",
      `other ${id(2)} 'All employees'`,
    ]);
    expect(said({ ...labelled, ItemName: 'Hello' })).toEqual(["message <1@contoso.example> 'Hello'"]);
  });
});
