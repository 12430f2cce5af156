import { describe, expect, test } from 'vitest';
import { audit, base, id, said } from '../support/unified-audit-record.ts';

// Who did it and what it was done to: labels, encrypted mail, forms, devices, agents, and sharing by claims.

describe('who did it', () => {
  const opened = {
    RecordType: 154,
    Workload: 'Exchange',
    Operation: 'MessageAccess',
    MessageId: '<1@contoso.example>',
    Sender: base.UserId,
    UserKey: base.UserId,
    Recipient: 'sam@fabrikam.example',
  };
  test('an encrypted mail is opened by whom it went to, though the record is filed under its sender', () => {
    const event = audit(opened);
    expect(event.actor).toEqual({ kind: 'user', id: null, name: null, address: 'sam@fabrikam.example' });
    expect(event.mail).toMatchObject({ sender: base.UserId, recipients: ['sam@fabrikam.example'] });
    expect(event.summary).toBe('MessageAccess by sam@fabrikam.example on <1@contoso.example> (OMEPortal)');
  });
  test('without a recipient nobody is known to have opened it', () => {
    expect(audit({ ...opened, Recipient: '' }).actor).toBeNull();
  });

  test.each(['anonymous', 'external', 'coauthor'])('whoever answers a form as %s has no address', who => {
    const UserId = `urn:forms:${who}#a0b1c2d3@forms.contoso.example`;
    const { actor } = audit({ RecordType: 66, Operation: 'SubmitResponse', UserId, UserKey: UserId });
    expect(actor).toEqual({ kind: 'other', id: null, name: UserId, address: null });
  });

  test.each([
    ['SupervisionStoreDeliveryAgent', null],
    ['10032000AAAABBBB', '10032000AAAABBBB'],
    [id(1), id(1)],
  ])('beside an address %s is the id %s: the name of a service is none', (UserKey, actorId) => {
    const match = { RecordType: 68, Workload: 'Exchange', Operation: 'SupervisionRuleMatch', UserKey };
    expect(audit(match).actor).toEqual({ kind: 'user', id: actorId, name: null, address: base.UserId });
  });
});

describe('which label it was', () => {
  const path = 'C:\\Plans\\plan.docx';
  const event = { SensitivityLabelId: id(1), OldSensitivityLabelId: id(2), LabelEventType: 2 };
  const file = `file ${path} 'plan.docx'`;
  test.each<[string, object, string[]]>([
    ['on a computer', { RecordType: 94, Workload: 'Aip', ObjectId: path, SensitivityLabelEventData: event }, [file, `other ${id(1)}`]],
    ['in a program', { RecordType: 83, ObjectId: path, SensitivityLabelEventData: event }, [file, `other ${id(1)}`]],
    ['taken off', { RecordType: 83, ObjectId: path, SensitivityLabelEventData: { ...event, SensitivityLabelId: '' } }, [file, `other ${id(2)}`]],
    ['by a table that made text of it', { RecordType: 83, ObjectId: path, SensitivityLabelEventData: JSON.stringify(event) }, [file, `other ${id(1)}`]],
    ['found by a scanner', { RecordType: 93, Workload: 'Aip', ObjectId: path, SensitivityLabelId: id(1) }, [file, `other ${id(1)}`]],
    ['on a report', { RecordType: 20, ReportName: 'Sales', ReportId: id(3), SensitivityLabelEventData: event }, [`other ${id(3)} 'Sales'`, `other ${id(1)}`]],
    ['on a file in a browser', { RecordType: 6, ObjectId: 'https://contoso.example/a.docx', SourceFileName: 'a.docx', SensitivityLabelId: id(1) }, ["file https://contoso.example/a.docx 'a.docx'", `other ${id(1)}`]],
  ])('%s', (_, record, targets) => {
    expect(said({ Operation: 'SensitivityLabelUpdated', ...record })).toEqual(targets);
  }); // prettier-ignore
  test.each<[string, object, string[]]>([
    ['what was opened has a label, and is not about it', { RecordType: 20, Operation: 'ViewReport', ReportName: 'Sales' }, ["other 'Sales'"]],
    ['nor is a file', { RecordType: 6, Operation: 'FileDownloaded', ObjectId: 'https://contoso.example/a.docx', SourceFileName: 'a.docx' }, ["file https://contoso.example/a.docx 'a.docx'"]],
    ['but its label is what is changed', { RecordType: 20, Operation: 'SensitivityLabelChanged', ReportName: 'Sales' }, ["other 'Sales'", `other ${id(1)}`]],
  ])('%s', (_, record, targets) => {
    expect(said({ SensitivityLabelId: id(1), ...record })).toEqual(targets);
  }); // prettier-ignore
  test.each([
    [id(1), `other ${id(1)}`],
    ['Secret', "other 'Secret'"],
  ])('the one taken off a file: %s', (SourceLabel, label) => {
    const file = { RecordType: 6, ObjectId: 'https://contoso.example/a.docx', SourceFileName: 'a.docx' };
    expect(said({ ...file, Operation: 'ComplianceSettingChanged', SourceLabel, DestinationLabel: '' })).toEqual([
      "file https://contoso.example/a.docx 'a.docx'",
      label,
    ]);
  }); // prettier-ignore
  test.each([
    [id(1), `other ${id(1)}`],
    ['Secret', "other 'Secret'"],
  ])('the one put on a file: %s', (DestinationLabel, label) => {
    const file = { RecordType: 6, ObjectId: 'https://contoso.example/a.docx', SourceFileName: 'a.docx' };
    expect(said({ ...file, Operation: 'FileSensitivityLabelApplied', DestinationLabel })).toEqual([
      "file https://contoso.example/a.docx 'a.docx'",
      label,
    ]);
  });
  test('on a mail: its recipients', () => {
    const EmailInfo = { Subject: 'Pay', Sender: base.UserId, Receivers: ['jan@fabrikam.example'] };
    const { mail } = audit({ RecordType: 83, Operation: 'SensitivityLabelApplied', EmailInfo });
    expect(mail).toMatchObject({
      subject: 'Pay',
      recipients: ['jan@fabrikam.example'],
      direction: 'outbound',
    });
  });
});

describe('what it was done to', () => {
  const site = { RecordType: 14, Operation: 'SiteCollectionAdminAdded', ItemType: 'Web', ObjectId: 'https://contoso.example/sites/hr' }; // prettier-ignore
  const hr = "site https://contoso.example/sites/hr 'hr'";
  const claim = 'c:0o.c|federateddirectoryclaimprovider|';
  const endpoint = { RecordType: 63, Workload: 'Endpoint', ObjectId: 'C:\\pay.xlsx', DeviceName: 'pc-7' };
  const pay = "file C:\\pay.xlsx 'pay.xlsx'";
  const stick = { BusType: 'USB', Manufacturer: 'Acme', Model: 'Stick', SerialNumber: 'SN-1' };
  const response = { RecordType: 81, Operation: 'LiveResponseGetFile', FileName: 'C:\\x.bin', DeviceName: 'pc-7' }; // prettier-ignore
  const parameters = (values: Readonly<Record<string, string>>): object => ({
    RecordType: 1,
    Workload: 'Exchange',
    Parameters: Object.entries(values).map(([Name, Value]) => ({ Name, Value })),
  });

  test.each<[string, object, string[]]>([
    ['a group known by a claim has the id in it', { ...site, TargetUserOrGroupName: `${claim}${id(1)}`, TargetUserOrGroupType: 'SecurityGroup' }, [`group ${id(1)}`, hr]],
    ['the owners of one', { ...site, TargetUserOrGroupName: `${claim}${id(1)}_o` }, [`group ${id(1)}_o`, hr]],
    ['everybody, whose claim says no more than that', { ...site, TargetUserOrGroupName: 'c:0(.s|true' }, ["group 'c:0(.s|true'", hr]],
    ['a file leaves a computer: the file, then where to', { ...endpoint, Operation: 'FileUploadedToCloud', TargetDomain: 'drive.example' }, [pay, "domain 'drive.example'"]],
    ['the policy that saw it is after the file', { ...endpoint, Operation: 'FilePrinted', PolicyMatchInfo: { PolicyId: id(1), PolicyName: 'Print' } }, [pay, `policy ${id(1)} 'Print'`]],
    ['the stick a file was copied to', { ...endpoint, Operation: 'FileCopiedToRemovableMedia', TargetFilePath: 'E:\\pay.xlsx', RemovableMediaDeviceAttributes: stick }, [pay, 'file E:\\pay.xlsx', "device SN-1 'Acme Stick'"]],
    ['a file fetched from a device, and the device', response, ["file 'C:\\x.bin'", "device 'pc-7'"]],
    ['the device by its id too', { ...response, DeviceId: 'ab12' }, ["file 'C:\\x.bin'", "device ab12 'pc-7'"]],
    ['an agent asked by another', { RecordType: 4_002, Workload: 'Agent365', Operation: 'InvokeAgent', AgentId: id(1), TargetAgentId: id(2), TargetAgentName: 'Payroll' }, [`application ${id(2)} 'Payroll'`, `application ${id(1)}`]],
    ['a tool an agent used', { RecordType: 4_002, Workload: 'Agent365', Operation: 'ExecuteTool', AgentId: id(1), ToolName: 'SendMail' }, [`application ${id(1)}`, "other 'SendMail'"]],
    ['what stands among the details of an operation', { RecordType: 44, Operation: 'DownloadedReport', OperationDetails: [{ Name: 'QueryName', Value: 'Meetings' }] }, ["other 'Meetings'"]],
    ['one person with two ids', { RecordType: 22, Operation: 'NetworkUserSuspended', TargetUserId: 'jan@contoso.example', TargetYammerUserId: 9 }, ['user 9 (jan@contoso.example)']],
    ['who gets a report by mail', { RecordType: 20, Operation: 'CreateEmailSubscription', ReportName: 'Sales', SubscribeeInformation: [{ RecipientEmail: 'jan@fabrikam.example', RecipientName: 'Jan', ObjectId: id(1) }] }, ["other 'Sales'", `user ${id(1)} 'Jan' (jan@fabrikam.example)`]],
    ['a row without an id', { RecordType: 21, Operation: 'RetrieveMultiple', EntityName: 'contact', EntityId: '{00000000-0000-0000-0000-000000000000}' }, ["other 'contact'"]],
    ['an add-in handed out, which is no client', { RecordType: 375, Operation: 'AppDeployed', AppName: 'Stamps', AppId: id(1) }, [`application ${id(1)} 'Stamps'`]],
    ['whoever mail is sent on to, behind a name', { ...parameters({ Identity: 'Rule', RedirectTo: '"Eva" [SMTP:eva@fabrikam.example]' }), Operation: 'Set-InboxRule' }, ["policy 'Rule'", 'mailbox (eva@fabrikam.example)']],
    ['a search over mailboxes is none', { ...parameters({ Name: 'S1', SourceMailboxes: 'jan@contoso.example;eva@contoso.example' }), Operation: 'New-MailboxSearch' }, ["other 'S1'", 'mailbox (jan@contoso.example)', 'mailbox (eva@contoso.example)']],
    ['an app that may read mail', { ...parameters({ App: id(1), Role: 'Application Mail.Read' }), Operation: 'New-ManagementRoleAssignment' }, ["role 'Application Mail.Read'", `application ${id(1)}`]],
  ])('%s', (_, record, targets) => {
    expect(said({ Operation: 'X', ...record })).toEqual(targets);
  }); // prettier-ignore
  test('an add-in handed out is not what it was done with', () => {
    expect(audit({ RecordType: 376, Operation: 'AppBlocked', AppName: 'Stamps' }).client).toBeNull();
  });
  test('a search over mailboxes is administration, no mailbox', () => {
    expect(audit({ RecordType: 1, Operation: 'New-MailboxSearch' }).category).toBe('administration');
  });
});

describe('agents and apps', () => {
  const agent = { AgentId: id(1), AgentName: 'Payroll', AppIdentity: 'Copilot.Studio.payroll' };
  const asked = { RecordType: 261, Workload: 'Copilot', Operation: 'CopilotInteraction' };
  const talk = { ThreadId: '19:t', AppHost: 'Teams' };
  test.each([
    ['beside what was said', { ...asked, ...agent, CopilotEventData: talk }],
    ['within it', { ...asked, CopilotEventData: { ...talk, ...agent } }],
  ])('an agent named %s', (_, record) => {
    const { targets, client } = audit(record);
    expect(targets.map(({ kind, id, name }) => [kind, id, name])).toEqual([
      ['other', '19:t', 'Teams'],
      ['application', id(1), 'Payroll'],
    ]);
    expect(client?.app).toBe(agent.AppIdentity);
  });

  const of = (values: Readonly<Record<string, string>>): object => ({
    RecordType: 256,
    Workload: 'PowerPlatform',
    Operation: 'X',
    PropertyCollection: Object.entries(values).map(([Name, Value]) => ({ Name, Value })),
  });
  const resource = 'powerplatform.analytics.resource';
  const app = { [`${resource}.power_app.id`]: id(3), [`${resource}.power_app.display_name`]: 'Desk' };
  test('what ties records together is nothing that was acted on', () => {
    const { targets, correlationId } = audit(of({ ...app, [`${resource}.telemetry_correlation.id`]: id(4) }));
    expect(targets.map(target => target.id)).toEqual([id(3)]);
    expect(correlationId).toBe(id(4));
  });
  test.each([
    [{ 'targetuser.id': id(5) }, `user ${id(5)}`],
    [{ 'targetuser.principal_name': 'jan@contoso.example' }, 'user (jan@contoso.example)'],
    [{ 'targetuser.id': id(5), 'targetuser.principal_name': 'jan@contoso.example' }, `user ${id(5)} (jan@contoso.example)`],
  ])('whoever was let into an app: %j', (values, whom) => {
    expect(said(of({ ...app, ...values } as Record<string, string>))).toEqual([`application ${id(3)} 'Desk'`, whom]);
  }); // prettier-ignore
  test('whoever did it, named as the object too, was not acted on', () => {
    const made = {
      RecordType: 79,
      Operation: 'CreateApi',
      UserKey: id(6),
      ObjectId: id(6),
      ResourceId: id(7),
    };
    expect(said(made)).toEqual([`other ${id(7)}`]);
  });
});
