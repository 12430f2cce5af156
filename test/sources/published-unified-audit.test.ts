import { describe, expect, test } from 'vitest';
import { audit, base, id, said } from '../support/unified-audit-record.ts';

// Forms that records published elsewhere have and the fixtures had not: who acted, on what, from where, what came of it.

describe('who did it', () => {
  const user = [{ ID: base.UserId, Type: 5 }, { ID: 'Token Service', Type: 1 }, { ID: `User_${id(1)}`, Type: 2 }, { ID: 'User', Type: 2 }]; // prettier-ignore
  const consent = { RecordType: 8, Operation: 'Consent to application.', Actor: user };
  test('a person has not the name of the app that acted for them: the app is what they used', () => {
    const { actor, client } = audit(consent);
    expect(actor).toEqual({ kind: 'user', id: id(1), name: null, address: base.UserId });
    expect(client?.app).toBe('Token Service');
  });
  test('an app alone keeps its name', () => {
    const Actor = [{ ID: 'Sync', Type: 1 }, { ID: `ServicePrincipal_${id(2)}`, Type: 2 }, { ID: 'ServicePrincipal', Type: 2 }]; // prettier-ignore
    const event = audit({ ...consent, UserId: `ServicePrincipal_${id(2)}`, UserType: 4, Actor });
    expect(event.actor).toEqual({ kind: 'application', id: id(2), name: 'Sync', address: null });
    expect(event.client).toBeNull();
  });

  const opened = { RecordType: 50, Workload: 'Exchange', Operation: 'AttachmentAccess', MailboxOwnerUPN: 'Mira@contoso.example', ResultStatus: 'Succeeded' }; // prettier-ignore
  test('an app that opened a mailbox is not the owner of it', () => {
    const event = audit({ ...opened, UserType: 5, UserKey: id(3), ClientAppId: id(3) });
    expect(event.actor).toEqual({ kind: 'application', id: id(3), name: null, address: null });
    expect(event.targets).toEqual([
      { kind: 'mailbox', id: null, name: null, address: 'Mira@contoso.example' },
    ]);
    expect(event.summary).toContain(`by ${id(3)} on Mira@contoso.example`);
    const withOther = audit({ ...opened, UserType: 5, UserKey: id(3), AppId: id(3), ClientAppId: id(4) });
    expect(withOther.actor).toEqual(event.actor);
  });
  test.each<[string, object]>([
    ['a person in their own mailbox', { UserType: 0, UserKey: '10032000AAAABBBB', ClientAppId: id(3) }],
    ['an app known by its address', { UserType: 5, UserKey: id(3), UserId: 'bot@contoso.example' }],
    ['an app without an id', { UserType: 5, UserKey: base.UserId }],
  ])('an address is kept: %s', (_, record) => {
    expect(audit({ ...opened, ...record }).actor?.address).toBe({ ...base, ...record }.UserId);
  });
});

describe('from where and with what', () => {
  test('of two addresses of a mailbox’s record the client’s own counts, not the server’s that asked for it', () => {
    const both = { ClientIP: '2001:db8:ffff::28', ClientIPAddress: '[2001:db8::17]:4711' };
    const { client } = audit({ RecordType: 2, Operation: 'Update', MailboxOwnerUPN: base.UserId, ...both });
    expect(client).toMatchObject({ ip: '2001:db8::17', port: 4711 });
    expect(audit({ RecordType: 22, Operation: 'X', ...both }).client?.ip).toBe('2001:db8:ffff::28');
    const none = {
      RecordType: 2,
      Operation: 'Update',
      ClientIP: '192.0.2.7',
      ClientIPAddress: 'server (192.0.2)',
    };
    expect(audit(none).client?.ip).toBe('192.0.2.7');
  });
  test.each([
    ['Service', null],
    ['NotSpecified', null],
    ['Web', null],
    ['WinDesktop', 'WinDesktop'],
  ])('%s is what it says of an operating system', (Platform, os) => {
    const record = { RecordType: 6, Operation: 'FileDownloaded', ClientIP: '192.0.2.7', Platform };
    expect(audit(record).client?.os).toBe(os);
  });
  test('a directory’s record without one of its own has its correlation id among its properties', () => {
    const ExtendedProperties = [{ Name: 'correlationId', Value: id(4) }];
    const record = { RecordType: 8, Operation: 'Update application.', ExtendedProperties };
    expect(audit(record).correlationId).toBe(id(4));
    expect(audit({ ...record, InterSystemsId: id(5) }).correlationId).toBe(id(5));
  });
});

describe('what it was done to', () => {
  const key = id(6);
  test.each<[string, object, string[]]>([
    ['an app whose other id the record calls its object, once', { RecordType: 8, Operation: 'X', ObjectId: key, Target: [{ ID: `ServicePrincipal_${id(1)}`, Type: 2 }, { ID: 'Org study', Type: 1 }, { ID: key, Type: 4 }] }, [`application ${id(1)} 'Org study'`]],
    ['an app, and another object beside it', { RecordType: 8, Operation: 'X', ObjectId: id(2), Target: [{ ID: `ServicePrincipal_${id(1)}`, Type: 2 }, { ID: key, Type: 4 }] }, [`application ${id(1)}`, `other ${id(2)}`]],
    ['an app, and not the list of all its other names', { RecordType: 8, Operation: 'X', ObjectId: `${key};https://api.contoso.example`, Target: [{ ID: `ServicePrincipal_${id(1)}`, Type: 2 }, { ID: `${key};https://api.contoso.example`, Type: 4 }, { ID: 'Org study', Type: 1 }] }, [`application ${id(1)} 'Org study'`]],
    ['an artifact of a report service, with its id', { RecordType: 20, Operation: 'CreateArtifact', ObjectDisplayName: 'lake', ObjectId: key, WorkspaceName: 'Lab', WorkspaceId: id(2) }, [`other ${key} 'lake'`, `other ${id(2)} 'Lab'`]],
    ['an artifact whose object is its name', { RecordType: 20, Operation: 'X', ObjectDisplayName: 'lake', ObjectId: 'lake' }, ["other 'lake'"]],
    ['a message in quarantine by its path', { RecordType: 18, Operation: 'Get-QuarantineMessage', ObjectId: key, Parameters: `-Identity "${key}\\${id(2)}"` }, [`message ${key}\\${id(2)}`]],
    ['a mailbox and a message in it that an administrator opened', { RecordType: 38, Operation: 'AdminMailAccess', ExtendedProperties: [{ Name: 'MailboxId', Value: 'jan@contoso.example' }, { Name: 'InternetMessageId', Value: '%3Ca%40b.example%3E' }] }, ['mailbox (jan@contoso.example)', 'message <a@b.example>']],
    ['a device that may synchronise, not its address for a name', { RecordType: 4, Operation: 'ManagedSyncClientAllowed', Site: key, DeviceDisplayName: '2001:db8::9', MachineId: id(2) }, [`site ${key}`, `device ${id(2)}`]],
    ['what was searched for, before the place', { RecordType: 4, Operation: 'SearchQueryPerformed', ItemType: 'Web', ObjectId: key, SearchQueryText: 'salaries' }, ["other 'salaries'", `site ${key}`]],
    ['a message, and not once more under an id made of its own', { RecordType: 28, Operation: 'TIMailData', Subject: 'Hello', NetworkMessageId: key, ObjectId: `${key}12345678901234567890` }, [`message ${key} 'Hello'`]],
    ['an id made of one, as an id', { RecordType: 5000, Operation: 'X', ObjectId: `${key}-111111-2` }, [`other ${key}-111111-2`]],
    ['an alert’s policy, and not the alert', { RecordType: 98, Operation: 'X', AlertDisplayName: 'Odd travel', ObjectId: '643fdd70e8ff3e15bba6dfd8' }, ["policy 'Odd travel'"]],
    ['what an alert found, under an id', { RecordType: 40, Operation: 'AlertEntityGenerated', AlertId: 'a', AlertEntityId: `${key}-1`, ObjectId: `${key}-1`, Name: 'Removed' }, [`other ${key}-1`, "policy 'Removed'"]],
    ['a file, and not who did it for having changed it', { RecordType: 47, Operation: 'AtpDetection', FileData: { FileName: 'a.exe' }, LastModifiedBy: 'Mira@contoso.example' }, ["file 'a.exe'"]],
    ['who else changed the file', { RecordType: 47, Operation: 'AtpDetection', FileData: { FileName: 'a.exe' }, LastModifiedBy: 'jan@contoso.example' }, ["file 'a.exe'", 'user (jan@contoso.example)']],
    ['what was consented to', { RecordType: 8, Operation: 'Consent to application.', ModifiedProperties: [{ Name: 'ConsentAction.Permissions', NewValue: '[] => [[Id: x, ConsentType: Principal, Scope:  Mail.Read offline_access, CreatedDateTime: ]]; ', OldValue: '' }] }, ["role 'Mail.Read offline_access'"]],
    ['the mailbox of a rule whose path has its mark twice', { RecordType: 1, Operation: 'New-InboxRule', ObjectId: `eu.example/Hosted/${key}\\\\Rule`, Parameters: [{ Name: 'Name', Value: 'Rule' }] }, [`policy eu.example/Hosted/${key}\\\\Rule 'Rule'`, `mailbox ${key}`]],
    ['an insight by its name', { RecordType: 42, Operation: 'InsightGenerated', Name: 'New domains', ObjectId: key, InsightId: key, Severity: 'High' }, ["policy 'New domains'"]],
  ])('is found: %s', (_, record, targets) => {
    expect(said(record)).toEqual(targets);
  }); // prettier-ignore

  test.each<[unknown, string, string]>([
    [1, 'jan@contoso.example', 'user'],
    [2, 'jan@contoso.example', 'user'],
    [3, 'jan@contoso.example', 'guest'],
    [2, 'jan_fabrikam.example#EXT#@contoso.example', 'guest'],
  ])('a member of a team in role %s, %s, is a %s: 2 is an owner or a member', (Role, UPN, kind) => {
    const { targets } = audit({ RecordType: 25, Operation: 'MemberAdded', Members: [{ UPN, Role }] });
    expect(targets).toEqual([{ kind, id: null, name: null, address: UPN }]);
  });
});

describe('what is said of findings', () => {
  const mail = { Type: 'mailMessage', Subject: 'Hello', P2Sender: 'x@fabrikam.example', Recipient: 'jan@contoso.example', AntispamDirection: 'Inbound', DeliveryAction: 'Blocked' }; // prettier-ignore
  const investigation = { RecordType: 64, Operation: 'AirInvestigationData', UserId: 'AirInvestigation' };
  test('of an investigation: how bad the alert was, where the mail came from, and what became of it', () => {
    const event = audit({ ...investigation, Data: JSON.stringify({ Severity: 'Low', Entities: [mail] }) });
    expect(event.severity).toBe('low');
    expect(event.mail).toMatchObject({ direction: 'inbound', status: 'blocked' });
  });
  test('of an investigation of a mail nobody names: who had it, and the link it is about', () => {
    const found = { SourceEntityType: 'MaliciousUrl', SourceEntityId: 'https://bad.example/?a' };
    const Entities = [
      { Type: 'mailMessage', Recipient: 'jan@contoso.example', SenderIP: '192.0.2.9', ...found },
    ];
    const event = audit({ ...investigation, Data: JSON.stringify({ Entities: [...Entities, ...Entities] }) });
    expect(event.mail?.recipients).toEqual(['jan@contoso.example']);
    expect(event.targets).toEqual([
      { kind: 'mailbox', id: null, name: null, address: 'jan@contoso.example' },
      { kind: 'other', id: 'https://bad.example/?a', name: null, address: null },
    ]);
  });
  test.each([
    ['UserLoggedIn', 'authentication', 3002],
    ['FileDownloaded', 'file', 6006],
    ['WidgetTurned', 'other', 6003],
  ])('of %s without type and service: what kind of thing it is', (Operation, category, ocsfClass) => {
    const event = audit({ Operation });
    expect([event.category, event.ocsf.class]).toEqual([category, ocsfClass]);
    expect(audit({ Operation, Workload: 'FutureService' }).category).toBe('other');
  });
  test('of an alert under short names', () => {
    expect(audit({ RecordType: 40, AlertId: 'a', Operation: 'X', Data: '{"sev":"High"}' }).severity).toBe(
      'high',
    );
    expect(audit({ RecordType: 40, AlertId: 'a', Operation: 'X', Data: '[]' }).severity).toBe('medium');
  });
  test('of an insight', () => {
    const event = audit({
      RecordType: 42,
      Operation: 'InsightGenerated',
      Name: 'New domains',
      Severity: 'High',
    });
    expect(event).toMatchObject({ category: 'security', severity: 'high', outcome: 'unknown' });
    expect(event.ocsf).toEqual({ class: 2004, activity: 1 });
  });
  test.each([
    ['Disable-ATPProtectionPolicyRule', [], 'medium'],
    ['Disable-EOPProtectionPolicyRule', [], 'medium'],
    ['Enable-EOPProtectionPolicyRule', [], 'informational'],
    ['New-InboxRule', [{ Name: 'MoveToFolder', Value: 'RSS Subscriptions' }], 'medium'],
    ['New-InboxRule', [{ Name: 'MoveToFolder', Value: 'mira:\\Conversation History' }], 'medium'],
    ['New-InboxRule', [{ Name: 'MoveToFolder', Value: 'Invoices' }], 'low'],
  ])('of %s with %j: %s', (Operation, Parameters, severity) => {
    expect(audit({ RecordType: 1, Operation, Parameters, ResultStatus: 'True' }).severity).toBe(severity);
  });
  test('of mail let out of quarantine by command: no policy, but worth a look', () => {
    const release = { RecordType: 1, Operation: 'Release-QuarantineMessage', ResultStatus: 'True' };
    expect(audit(release)).toMatchObject({ category: 'administration', severity: 'medium' });
    expect(audit({ ...release, Operation: 'Set-QuarantinePolicy' }).category).toBe('policy');
  });
});
