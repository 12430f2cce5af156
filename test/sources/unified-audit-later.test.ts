import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { readEvent } from '../support/read-event.ts';

// Fields and forms that services have come to write since, each read where it says who, what, whence or how it ended.
const base = { Id: '1', CreationTime: '2026-10-05T09:00:00', UserId: 'mira@contoso.example', UserType: 0 };
const audit = (record: object): NormalizedEvent => readEvent(m365UnifiedAudit, { ...base, ...record }).event;
const said = (event: NormalizedEvent): (string | null)[] =>
  event.targets.map(({ kind, name, address, id }) => `${kind} ${name ?? address ?? id}`);

describe('how an act ended', () => {
  test('a search of the audit log that failed is no success', () => {
    const search = { RecordType: 295, Operation: 'AuditSearchCompleted', SearchJobId: 'j' };
    expect(audit({ ...search, CompletionStatus: 'Failed' })).toMatchObject({
      outcome: 'failure',
      reason: 'Failed',
    });
    expect(audit({ ...search, CompletionStatus: 'Succeeded' }).outcome).toBe('success');
    expect(audit({ ...search, CompletionStatus: 'InProgress' }).outcome).toBe('unknown');
  });
  test('an action on a device that failed is no success, and the device is what it was done to', () => {
    for (const [RecordType, Workload] of [
      [81, 'MicrosoftDefenderForEndpoint'],
      [998, 'MicrosoftDefenderForEndpoint'],
    ] as const) {
      const event = audit({
        RecordType, Workload, Operation: 'IsolateDevice', DeviceName: 'pc-7', ActionStatus: 'Failed',
      }); // prettier-ignore
      expect([event.outcome, event.reason]).toEqual(['failure', 'Failed']);
      expect(said(event)).toEqual(['device pc-7']);
      expect(event.client).toBeNull();
    }
  });
  test('what an administrator of a protection product did is an act, not a detection', () => {
    for (const [RecordType, Workload] of [
      [235, 'MicrosoftDefenderForIdentity'],
      [237, 'DefenderExpertsForXDR'],
      [218, 'AttackSim'],
    ] as const) {
      const event = audit({ RecordType, Workload, Operation: 'SensorSettingsChanged' });
      expect([event.outcome, event.category, event.ocsf.class]).toEqual(['success', 'administration', 6003]);
    }
  });
});

describe('a type that was published later', () => {
  test.each([
    [357, 'FabricAudit'],
    [284, 'AIAppInteraction'],
    [302, 'URBACAssignment'],
    [187, 'PowerPlatformAdminDlp'],
  ])('%i has its name in the sentence', (RecordType, name) => {
    expect(audit({ RecordType, Operation: 'Changed' }).summary).toContain(`(${name})`);
  });
  test('an export with the name in place of the number is the same record', () => {
    const { event } = readEvent(m365UnifiedAudit, {
      ...base,
      RecordType: 'FabricAudit',
      Operation: 'Changed',
    });
    expect(event).toEqual(audit({ RecordType: 357, Operation: 'Changed' }));
  });
  test('a mailbox’s record without a type is one of a mailbox, a command’s one of administration', () => {
    expect(audit({ Workload: 'Exchange', Operation: 'MailItemsAccessed' }).category).toBe('mailbox');
    expect(audit({ Workload: 'Exchange', Operation: 'Set-OrganizationConfig' }).category).toBe(
      'administration',
    );
  });
});

describe('what was acted on', () => {
  test('an investigation whose actions are each JSON in a string', () => {
    const Entities = [
      {
        Type: 'mailMessage',
        SenderIP: '203.0.113.55',
        InternetMessageId: '<a@b.example>',
        Subject: 'Invoice',
      },
    ];
    const event = audit({
      RecordType: 89,
      Actions: [JSON.stringify({ ActionType: 'SoftDelete', Entities })],
    });
    expect(said(event)).toContain('message Invoice');
    expect(event.client?.ip).toBe('203.0.113.55');
    expect(event.mail?.messageId).toBe('<a@b.example>');
  });
  test('a data-loss alert about a mail: its policy, sender, recipients and subject', () => {
    const Data = JSON.stringify({
      wl: 'Exchange', dpid: 'p', dpn: 'Cards', von: 'Figures', mfrm: 'mira@contoso.example',
      to: 'jan@fabrikam.example', cc: 'eva@fabrikam.example,ole@fabrikam.example',
    }); // prettier-ignore
    const event = audit({ RecordType: 40, Operation: 'AlertEntityGenerated', AlertId: 'a', Data });
    expect(said(event)).toContain('policy Cards');
    expect(event.mail).toMatchObject({
      sender: 'mira@contoso.example',
      recipients: ['jan@fabrikam.example', 'eva@fabrikam.example', 'ole@fabrikam.example'],
      subject: 'Figures',
    });
    expect(event.targets.filter(({ kind }) => kind === 'file')).toEqual([]);
  });
  test('the file of an alert, also where it is no data-loss finding on a device', () => {
    const alert = (data: object) => audit({ RecordType: 40, AlertId: 'a', Data: JSON.stringify(data) });
    expect(said(alert({ zmfn: 'a.dat', zmfh: 'ff' }))).toContain('file a.dat');
    expect(said(alert({ wl: 'SharePoint', dpn: 'Cards', von: 'plan.docx' }))).toEqual([
      'policy Cards',
      'file plan.docx',
    ]);
  });
  test('messages whose attachments were opened', () => {
    const Messages = [{ Path: 'Messages', Id: 'm1', MessageItems: [{ Id: 'm1-a', SizeInBytes: 17 }] }];
    const event = audit({ RecordType: 50, MailboxOwnerUPN: 'mira@contoso.example', Messages });
    expect(said(event)).toEqual(['mailbox mira@contoso.example', 'message m1']);
  });
  test('the group of a site that somebody was added to', () => {
    const event = audit({
      RecordType: 14,
      Operation: 'AddedToGroup',
      ObjectId: 'https://contoso.example/sites/a',
      ItemType: 'Web',
      TargetUserOrGroupName: 'jan@fabrikam.example',
      EventData: '<Group>Site Owners</Group>',
    });
    expect(said(event)).toEqual(['user jan@fabrikam.example', 'group Site Owners', 'site a']);
  });
  test('a file’s name before it was given another, after the file', () => {
    const event = audit({
      RecordType: 63,
      Operation: 'FileRenamed',
      ObjectId: 'C:\\new.docx',
      PreviousFileName: 'C:\\old.docx',
    });
    expect(said(event)).toEqual(['file new.docx', 'file C:\\old.docx']);
  });
  test('a thing that is held in an object of its own, by its id and name', () => {
    const event = audit({
      RecordType: 216,
      Operation: 'Goal created',
      ItemDetails: { ID: '5', Name: 'Grow' },
    });
    expect(event.targets).toEqual([{ kind: 'other', id: '5', name: 'Grow', address: null }]);
    expect(audit({ RecordType: 216, Operation: 'Opened', Details: { ID: '5' } }).targets).toEqual([]);
  });
  test('a document an assistant read, its address without the brackets around it', () => {
    const AccessedResources = [
      { SiteUrl: '<https://contoso.example/a.docx?web=1>', Name: 'a.docx', Type: 'docx' },
    ];
    expect(audit({ RecordType: 261, CopilotEventData: { AccessedResources } }).targets[0]?.id).toBe(
      'https://contoso.example/a.docx?web=1',
    );
  });
});

describe('from where and with what', () => {
  test('the app of a report is what was opened, not what it was opened with', () => {
    const event = audit({ RecordType: 20, ReportName: 'Sales', AppName: 'Figures', AppId: 'g' });
    expect(said(event)).toEqual(['other Sales', 'application Figures']);
    expect(event.client).toBeNull();
  });
  test('a platform that is a number is no system’s name', () => {
    expect(audit({ RecordType: 63, Platform: '1', DeviceName: 'pc-7' }).client).toMatchObject({ os: null });
    expect(audit({ RecordType: 6, Platform: 'WinDesktop' }).client?.os).toBe('WinDesktop');
  });
  test('a device’s name is its name, unless it is the address once more', () => {
    const file = { RecordType: 6, ClientIP: '203.0.113.17' };
    expect(audit({ ...file, DeviceDisplayName: 'pc-7' }).client?.device).toBe('pc-7');
    expect(audit({ ...file, DeviceDisplayName: '2001:db8::1' }).client).toMatchObject({
      ip: '203.0.113.17',
      device: null,
    });
  });
  test('a key that says it is none is none', () => {
    expect(audit({ RecordType: 295, UserId: undefined, UserKey: '__NULL__' }).actor).toBeNull();
  });
});
