import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { eventOf as read, namesOf } from '../support/read-event.ts';

const at = '2026-10-05T09:12:44.1333333Z';
const piece = (kind: string, has: object, ...roles: string[]) => ({
  '@odata.type': `#microsoft.graph.security.${kind}Evidence`,
  verdict: 'unknown',
  roles,
  ...has,
});
const mira = { azureAdUserId: 'u1', displayName: 'Mira Holt', userPrincipalName: '4711@contoso.example' };
const user = (userAccount: object, ...roles: string[]) => piece('user', { userAccount }, ...roles);
const ip = (ipAddress: string, ...roles: string[]) => piece('ip', { ipAddress }, ...roles);
const alertOf = (title: string, ...evidence: readonly object[]): NormalizedEvent =>
  read('defender.alerts', { id: 'a', createdDateTime: at, title, evidence });

describe('evidence in the forms Microsoft’s own kits write it', () => {
  const evidence = [
    user(mira, 'compromised'),
    ip('203.0.113.9'),
    piece('device', { deviceDnsName: 'pc-1', mdeDeviceId: 'd1' }),
    piece('process', { imageFile: { fileName: 'a.exe', sha256: 'ab' } }),
    piece('url', { url: 'https://evil.example/' }),
    piece('file', { fileDetails: { fileName: 'b.docx', sha256: 'cd' } }),
    piece('mailbox', { primaryAddress: 'team@contoso.example', displayName: 'Team' }),
  ];
  const whole = { id: 'a', createdDateTime: at, title: 'Unfamiliar sign-in', severity: 'high', evidence };
  const shared = new Set(['verdict', 'roles']);
  const forms: Record<string, object> = {
    'a shell’s, with what is particular to a kind put aside': {
      Id: 'a',
      CreatedDateTime: at,
      Title: whole.title,
      Severity: 'high',
      Evidence: evidence.map(one => ({
        Verdict: one.verdict,
        Roles: one.roles,
        AdditionalProperties: Object.fromEntries(Object.entries(one).filter(([name]) => !shared.has(name))),
      })),
    },
    'a program’s, with the kind among its fields': {
      ...whole,
      evidence: evidence.map(({ '@odata.type': kind, ...rest }) => ({ odataType: kind, ...rest })),
    },
    'an answer’s without any metadata': {
      ...whole,
      evidence: evidence.map(one => ({ ...one, '@odata.type': undefined })),
    },
  };
  test.each(Object.entries(forms))('%s is the same event', (_, form) => {
    const event = read('defender.alerts', form);
    expect(event).toEqual(read('defender.alerts', whole));
    expect([event.actor?.address, event.client?.ip, event.targets.length]).toEqual([
      '4711@contoso.example',
      '203.0.113.9',
      7,
    ]);
  });
  test('a kind nobody has met gives its link', () => {
    expect(namesOf(alertOf('Link', piece('mailLink', { url: 'https://evil.example/' })))).toEqual([
      'https://evil.example/',
    ]);
  });
});

describe('entities of the API before', () => {
  const none = { url: null, ipAddress: null, primaryAddress: null, deviceDnsName: null };
  const entitiesOf = (title: string, ...entities: readonly object[]): NormalizedEvent =>
    read('defender.alerts', { alertId: 'a', creationTime: at, title, entities });
  test('a process tells whose it is beside it, every field being there, empty or not', () => {
    const of = { accountName: 'mholt', domainName: 'contoso', aadUserId: 'u1' };
    const event = entitiesOf('Tool', { entityType: 'Process', ...none, fileName: 'a.exe', ...of });
    expect(event.actor).toMatchObject({ kind: 'user', id: 'u1', name: 'mholt' });
    expect(namesOf(event)).toEqual(['a.exe', 'mholt']);
  });
  test('a field that is there and empty tells no kind', () => {
    const event = entitiesOf('Link', { ...none, imageFile: null, url: 'https://evil.example/' });
    expect(namesOf(event)).toEqual(['https://evil.example/']);
    expect(event.actor).toBeNull();
    const whose = entitiesOf('Account', { ...none, userAccount: mira });
    expect(whose.actor?.id).toBe('u1');
  });
  test('an update is told by the name its alerts had inside an incident', () => {
    const told = (lastUpdatedTime: string) =>
      read('defender.alerts', { alertId: 'a', creationTime: at, lastUpdatedTime, title: 'T' }).ocsf.activity;
    expect([told(at), told('2026-10-05T10:00:00Z')]).toEqual([1, 2]);
  });
  test('a mailbox tells whose it is beside it, so the one who got a mail is known by their id too', () => {
    const event = entitiesOf(
      'Removed after delivery',
      { entityType: 'MailMessage', ...none, recipient: 'mira@contoso.example', sender: 'a@fabrikam.example' },
      { entityType: 'Mailbox', ...none, mailboxAddress: 'mira@contoso.example', aadUserId: 'u1' },
      { entityType: 'User', ...none, accountName: 'mholt', aadUserId: 'u1' },
    );
    expect(event.actor?.address).toBe('a@fabrikam.example');
  });
  test('whom an alert is about may be an address, or the system', () => {
    const about = (userName: string, domainName: string | null) =>
      read('defender.alerts', {
        id: 'a',
        alertCreationTime: at,
        title: 'T',
        relatedUser: { userName, domainName },
      }).actor;
    expect(about('mira@contoso.example', null)).toMatchObject({
      kind: 'user',
      address: 'mira@contoso.example',
    });
    expect(about('SYSTEM', 'NT AUTHORITY')).toMatchObject({ kind: 'system', name: 'SYSTEM' });
  });
});

describe('a mail’s recipient did nothing', () => {
  const mailbox = piece('mailbox', {
    primaryAddress: 'mira@contoso.example',
    userAccount: { ...mira, userPrincipalName: 'mira@contoso.example' },
  });
  const mail = (...senders: readonly string[]) =>
    piece('analyzedMessage', {
      networkMessageId: 'n1',
      recipientEmailAddress: 'mira@contoso.example',
      senderIp: '255.255.255.255',
      antiSpamDirection: '',
      p2Sender: { emailAddress: senders[0] ?? '' },
    });
  const removed = 'Email messages from a campaign removed after delivery';
  test('though their account is among the evidence: its sender did', () => {
    const event = alertOf(removed, mailbox, mail('billing@fabrikam.example'), user(mira));
    expect(event.actor).toMatchObject({ kind: 'other', address: 'billing@fabrikam.example' });
    expect(event.summary).toContain('about billing@fabrikam.example');
    expect(namesOf(event)).toContain('Mira Holt');
  });
  test('and where the sender is not told, nobody is', () => {
    expect(alertOf(removed, mailbox, mail()).actor).toBeNull();
    expect(alertOf(removed, user({ userPrincipalName: 'mira@contoso.example' }), mail()).actor).toBeNull();
  });
  test('unless the title says that they reported it, clicked, or asked for it', () => {
    for (const title of [
      'Email reported by user as malware or phish',
      'A potentially malicious URL click was detected',
      'User requested to release a quarantined message',
    ]) {
      const event = alertOf(title, mailbox, mail('billing@fabrikam.example'), user(mira));
      expect(event.actor?.id).toBe('u1');
    }
  });
  test('unless they sent it themselves, or are in an acting role', () => {
    const self = user({ ...mira, userPrincipalName: 'mira@contoso.example' });
    expect(alertOf(removed, self, mail('Mira@contoso.example')).actor?.id).toBe('u1');
    expect(alertOf(removed, user(mira, 'compromised'), mail('a@fabrikam.example')).actor?.id).toBe('u1');
  });
  test('in an incident of the API before this one as well', () => {
    const event = read('defender.incidents', {
      incidentId: 552,
      createdTime: at,
      incidentName: 'Email messages containing malicious file removed after delivery\u200b',
      alerts: [
        {
          entities: [
            { entityType: 'User', aadUserId: 'u1', userPrincipalName: 'mira@contoso.example' },
            {
              entityType: 'MailMessage',
              sender: 'billing@fabrikam.example',
              recipient: 'mira@contoso.example',
            },
          ],
        },
      ],
    });
    expect(event.actor?.address).toBe('billing@fabrikam.example');
    // Its name ends with a mark nobody sees, and nobody types.
    expect(event.operation).toBe('Email messages containing malicious file removed after delivery');
  });
  test('255.255.255.255 is where no mail comes from', () => {
    expect(alertOf(removed, mail('a@fabrikam.example')).client).toBeNull();
  });
});

describe('what is no person, and no address to go by', () => {
  const system = { accountName: 'SYSTEM', domainName: 'NT AUTHORITY', userSid: 'S-1-5-18' };
  test('the system’s own account is kind system, and comes after people', () => {
    expect(alertOf('Hidden file', user(system)).actor).toMatchObject({ kind: 'system', name: 'SYSTEM' });
    const process = (userAccount: object) => piece('process', { imageFile: { fileName: 'a' }, userAccount });
    expect(alertOf('Hidden file', user(system), process(mira)).actor?.id).toBe('u1');
    expect(alertOf('Hidden file', user(mira, 'attacked'), process(system)).actor?.kind).toBe('system');
  });
  test('an address that only its own wire knows comes after the device’s', () => {
    const device = piece('device', { deviceDnsName: 'pc-1', lastExternalIpAddress: '198.51.100.5' });
    expect(alertOf('Beacon', device, ip('fe80::5')).client?.ip).toBe('198.51.100.5');
    expect(alertOf('Beacon', device, ip('127.0.0.1', 'attacker')).client?.ip).toBe('198.51.100.5');
    expect(alertOf('Beacon', ip('fe80::5')).client?.ip).toBe('fe80::5');
    expect(alertOf('Beacon', ip('203.0.113.7', 'destination'), ip('fe80::5')).client?.ip).toBe('fe80::5');
  });
  test('the name of a threat is a target', () => {
    const event = read('defender.alerts', {
      id: 'a',
      createdDateTime: at,
      title: 'Malware was detected\u200b',
      threatDisplayName: 'Trojan:Win32/Invented!rfn',
    });
    expect(namesOf(event)).toEqual(['Trojan:Win32/Invented!rfn']);
    expect(event.operation).toBe('Malware was detected');
  });
});

describe('gateway records', () => {
  test.each([
    [
      { timestamp: 1_791_190_800_123, eventType: 'impersonation protect', internalUserName: 'true' },
      'internalUserName',
    ],
    [
      { timestamp: 1_791_190_800_123, type: 'impersonation protect', customNameMatch: 'true' },
      'customNameMatch',
    ],
    [
      { datetime: at, Hits: '2', InternalName: 'true', SimilarInternalDomain: 'true', NewDomain: 'false' },
      'similarInternalDomain, internalName',
    ],
    [
      { datetime: at, Hits: '3', CustomName: 'true', ReplyMismatch: 'true', ThreatDictionary: 'true' },
      'customName, replyMismatch, mimecastThreatDictionary',
    ],
    [
      { datetime: at, Act: 'Acc', AttCnt: 0, IPNewDomain: 'true', IPSimilarDomain: 'true' },
      'similarInternalDomain, newDomain',
    ],
  ])('say by which signs a mail was told to imitate somebody: %#', (record, signs) => {
    expect(read('mimecast.siem', { Definition: 'Default', action: 'Hold', ...record }).reason).toBe(signs);
  });
  test.each([
    ['Acc', 'accepted'],
    ['Hld', 'held'],
    ['Allow', 'allow'],
  ])('say %s once', (action, status) => {
    const { summary, reason } = read('mimecast.siem', {
      timestamp: 1_791_190_800_123,
      type: 'receipt',
      senderEnvelope: 'a@fabrikam.example',
      recipients: 'mira@contoso.example',
      action,
      subtype: action,
    });
    expect(summary).toBe(`receipt: mail from a@fabrikam.example to mira@contoso.example: ${status}`);
    expect(reason).toBe(action);
  });
  test('say which proofs of a sender failed', () => {
    const { reason } = read('mimecast.siem', {
      timestamp: 1_791_190_800_123,
      type: 'mailflow',
      messageId: '<1@fabrikam.example>',
      authResults: [
        { aligned: true, result: 'pass', type: 'SPF' },
        { aligned: null, result: 'fail', type: 'DMARC' },
      ],
    });
    expect(reason).toBe('SPF pass, DMARC fail');
  });
});

describe('a mail of which no sender is told', () => {
  test.each([
    ['mimecast.ttp-attachment', { date: at, fileName: 'a.pdf', recipientAddress: 'mira@contoso.example' }],
    ['mimecast.dlp', { eventTime: at, policy: 'Cards', recipientAddress: 'mira@contoso.example' }],
    ['mimecast.ttp-impersonation', { eventTime: at, recipientAddress: 'mira@contoso.example' }],
    ['mimecast.message-tracking', { received: at, to: [{ emailAddress: 'mira@contoso.example' }] }],
    ['mimecast.archive-views', { viewed: at, to: 'mira@contoso.example' }],
    ['exchange.message-trace', { receivedDateTime: at, id: 't', recipientAddress: 'mira@contoso.example' }],
  ])('%s does not call it a bounce', (id, record) => {
    expect(read(id, record).summary).toContain('an unknown sender to mira@contoso.example');
    const bounce = { senderAddress: '<>', fromEnv: { emailAddress: '' }, from: '<>' };
    expect(read(id, { ...record, ...bounce }).summary).toContain('nobody (a bounce) to mira@contoso.example');
  });
});

test('whom a mail imitates is a target, also where the list was taken off', () => {
  const event = read('mimecast.ttp-impersonation', {
    eventTime: at,
    senderAddress: 'a@fabrikam.example',
    impersonationResults: { checkerResult: 'hit', similarDomain: 'Mira Holt <mira@contoso.example>' },
  });
  expect(event.targets[0]).toMatchObject({
    kind: 'user',
    name: 'Mira Holt',
    address: 'mira@contoso.example',
  });
});

describe('audit texts', () => {
  const audit = (auditType: string, eventInfo: string, category = 'account_logs') =>
    read('mimecast.audit-events', {
      id: 'a',
      eventTime: at,
      auditType,
      category,
      user: 'admin@contoso.example',
      eventInfo,
    });
  const tail = ', Date: 2026-10-05, Time: 09:12:44+0000, IP: 198.51.100.23, Application: Console';
  test('longer than an event takes over keep their end, which says from where', () => {
    const ids = Array.from({ length: 200 }, (_, n) => `"<message-${n}@fabrikam.example>"`).join(',');
    const event = audit(
      'Remediation Incident Adjustment',
      `Remediation Incident Created -  TR-C0A0-01434-M, type : manual, search criteria : {"start":"2026-10-01","messageIds":[${ids}]}${tail}`,
    );
    expect(event.client).toMatchObject({ ip: '198.51.100.23', app: 'Console' });
    expect(event.targets).toContainEqual({ kind: 'other', id: null, name: 'TR-C0A0-01434-M', address: null });
    expect(event.targets.every(one => (one.name?.length ?? 0) < 100)).toBe(true);
  });
  test('name the incident that was made or undone, not the sentence about it', () => {
    expect(
      namesOf(audit('Remediation Incident Adjustment', `Restore Incident Created -  TR-C0A0-01419-R${tail}`)),
    ).toEqual(['TR-C0A0-01419-R', 'Console']);
  });
  test('name a case that stands behind a dash', () => {
    const event = audit('Case Action', `Viewed Case - Case: Class Action${tail}`, 'case_review_logs');
    expect(namesOf(event)).toEqual(['Class Action', 'Console']);
    expect(event.summary).toBe('Case Action by admin@contoso.example: Viewed Case - Case: Class Action');
  });
  test('say what was searched for', () => {
    const criteria = '{"keywords":"merger","mailboxes":["mira@contoso.example"],"route":"ALL"}';
    const event = audit(
      'Search Action',
      `Executed Search - Source: Search, Search Criteria: ${criteria}${tail}`,
      'case_review_logs',
    );
    expect(event.summary).toContain('"keywords":"merger"');
    expect(namesOf(event)).toContain('mira@contoso.example');
  });
  test('in brackets are told whole', () => {
    const event = audit(
      'Page Data Exports',
      `[Export type : Download,Name :watchlist,Requested By :admin@contoso.example,IP Address :198.51.100.23,File name : w.xlsx,File type : .xlsx]${tail}`,
    );
    expect(event.summary).toContain('[Export type : Download,Name :watchlist,');
    expect(event.summary).toContain('File name : w.xlsx');
    expect(namesOf(event)).toEqual(['watchlist', 'w.xlsx', 'Console']);
  });
  test.each([
    [
      'Review Set Action',
      'Viewed Review Set Details - Case: Class Action',
      'case_review_logs',
      2,
      'informational',
    ],
    ['Case Action', 'Created Case - Case: Class Action', 'case_review_logs', 1, 'low'],
    ['Folder Log Entry', 'Action Performed - Deleted New Folder', 'profile_group_logs', 5, 'low'],
  ])('tell the deed where the type does not: %s, %s', (type, info, category, activity, severity) => {
    const event = audit(type, `${info}${tail}`, category);
    expect([event.ocsf.activity, event.severity]).toEqual([activity, severity]);
  });
  test('name an address by itself, not by the program’s words for it', () => {
    const event = audit(
      'Logon Authentication Failed',
      'Creating the auditLog entry for failed authentication, emailAddress :com.contoso.Address@4a3bcd11[accountCode=C0,internal=false,emailAddress=mira@contoso.example,aliases={}] remote IP : 203.0.113.9 application : LFS',
      'authentication_logs',
    );
    expect(event.reason).toBe(
      'Creating the auditLog entry for failed authentication, emailAddress :mira@contoso.example',
    );
    expect(namesOf(event)).toEqual(['mira@contoso.example', 'LFS']);
    expect(event.client?.ip).toBe('203.0.113.9');
  });
});
