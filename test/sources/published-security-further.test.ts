import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { gatewayAudit as audit } from '../support/gateway-audit.ts';
import { eventOf as read, namesOf } from '../support/read-event.ts';

const at = '2026-10-05T09:12:44.1333333Z';

describe('alerts', () => {
  const piece = (kind: string, has: object, ...roles: string[]) => ({
    '@odata.type': `#microsoft.graph.security.${kind}Evidence`,
    verdict: 'unknown',
    roles,
    ...has,
  });
  const device = (name: string, ip: string, ...roles: string[]) =>
    piece('device', { deviceDnsName: name, mdeDeviceId: name, lastIpAddress: ip }, ...roles);
  const alertOf = (...evidence: readonly object[]): NormalizedEvent =>
    read('defender.alerts', { id: 'a', createdDateTime: at, title: 'T', evidence });
  const server = device('dc-1.contoso.example', '192.0.2.1', 'destination');

  test('the device it came from is the client, not the server it went to, whichever stands first', () => {
    const from = { ip: '192.0.2.9', device: 'pc-1.contoso.example' };
    expect(alertOf(server, device(from.device, from.ip, 'source')).client).toMatchObject(from);
    expect(alertOf(server, device(from.device, from.ip)).client).toMatchObject(from);
    expect(
      alertOf(device('pc-2', '192.0.2.8'), device(from.device, from.ip, 'compromised')).client,
    ).toMatchObject(from);
    const session = piece('hostLogonSession', {
      host: { deviceDnsName: from.device, lastIpAddress: from.ip },
    });
    expect(alertOf(server, session).client).toMatchObject(from);
  });
  test('a server it went to is found by it where no other device is told', () => {
    expect(alertOf(server).client).toMatchObject({ ip: '192.0.2.1', device: 'dc-1.contoso.example' });
  });
  test('who wrote a message in Teams inside the house is one of its users', () => {
    const message = (messageDirection: string) =>
      alertOf(
        piece('teamsMessage', {
          messageId: 'm1',
          senderFromAddress: 'mira@contoso.example',
          messageDirection,
        }),
      );
    expect(message('intraorg').actor).toMatchObject({ kind: 'user', address: 'mira@contoso.example' });
    expect(message('outbound').actor?.kind).toBe('user');
    expect(message('inbound').actor?.kind).toBe('other');
  });
  describe('about a mail', () => {
    const mailbox = (primaryAddress: string) =>
      piece('mailbox', {
        primaryAddress,
        displayName: '',
        upn: '',
        userAccount: { accountName: null, userPrincipalName: '', displayName: null },
      });
    const mail = (p2: string, p1 = '') =>
      piece('analyzedMessage', {
        networkMessageId: 'n1',
        recipientEmailAddress: 'Mira@contoso.example',
        p1Sender: { emailAddress: p1 },
        p2Sender: { emailAddress: p2 },
      });
    const titled = (title: string, ...evidence: readonly object[]) =>
      read('defender.alerts', { id: 'a', createdDateTime: at, title, evidence }).actor;
    test('who reported it is known by their mailbox alone, and not taken for who wrote it', () => {
      const evidence = [
        mailbox('a@fabrikam.example'),
        mail('a@fabrikam.example'),
        mailbox('mira@contoso.example'),
      ];
      expect(titled('Email reported by user as malware or phish', ...evidence)).toMatchObject({
        kind: 'user',
        address: 'mira@contoso.example',
      });
      expect(titled('Email messages removed after delivery', ...evidence)?.address).toBe(
        'a@fabrikam.example',
      );
    });
    test('who submitted it is, where the mail itself was looked at too', () => {
      const submitted = piece('submissionMail', {
        submitter: 'ada@contoso.example',
        recipient: 'mira@contoso.example',
        sender: 'a@fabrikam.example',
      });
      const evidence = [mail('a@fabrikam.example'), submitted, mailbox('mira@contoso.example')];
      for (const title of ['Admin submitted malware or phish', 'Email reported by user as malware']) {
        expect(titled(title, ...evidence)).toMatchObject({ kind: 'user', address: 'ada@contoso.example' });
      }
      expect(titled('Email messages removed after delivery', ...evidence)?.address).toBe(
        'a@fabrikam.example',
      );
    });
    test('a bounce was written by nobody', () => {
      expect(titled('Phish delivered', mail('', '<>'))).toBeNull();
      expect(titled('Phish delivered', mail('<>', 'a@fabrikam.example'))?.address).toBe('a@fabrikam.example');
    });
  });
  test('the account of a service in a cluster is told apart from a namespace of its name, and acts', () => {
    const event = alertOf(
      piece('kubernetesNamespace', { name: 'default' }),
      piece('kubernetesServiceAccount', { name: 'default', namespace: { name: 'default' } }, 'compromised'),
    );
    expect(event.actor).toMatchObject({ kind: 'application', name: 'default' });
    expect(event.targets).toHaveLength(2);
  });
  test.each([
    [piece('registryKey', { registryHive: 'HKEY_CURRENT_USER', registryKey: 'SOFTWARE\\Run' })],
    [
      piece('registryValue', {
        registryHive: 'HKEY_CURRENT_USER',
        registryKey: 'SOFTWARE\\Run',
        registryValueName: 'x',
        registryValue: 'c:\\x.exe',
      }),
    ],
    [{ entityType: 'Registry', registryHive: 'HKEY_CURRENT_USER', registryKey: 'SOFTWARE\\Run' }],
    [piece('registryKey', { registryHive: null, registryKey: 'HKEY_CURRENT_USER\\SOFTWARE\\Run' })],
  ])('a key of the registry is told with its hive: %#', one => {
    expect(namesOf(alertOf(one))).toEqual(['HKEY_CURRENT_USER\\SOFTWARE\\Run']);
  });
});

describe('message traces', () => {
  const trace = (has: object) =>
    read('exchange.message-trace', {
      id: 't1',
      receivedDateTime: at,
      senderAddress: 'a@fabrikam.example',
      recipientAddress: 'mira@contoso.example',
      status: 'delivered',
      ...has,
    });
  test('255.255.255.255 is where no mail comes from', () => {
    expect(trace({ fromIP: '255.255.255.255' }).client).toBeNull();
    expect(trace({ fromIP: '2001:db8::9' }).client?.ip).toBe('2001:db8::9');
  });
  test('a mail its sender called back is not in the mailbox', () => {
    expect(trace({ status: 'RemovedByMessageRecall' })).toMatchObject({
      outcome: 'failure',
      severity: 'low',
    });
  });
});

describe('gateway records', () => {
  test.each(['subtype', 'subType'])(
    'a delivery’s %s repeats that it was delivered, and is no reason',
    name => {
      const { reason, summary } = read('mimecast.siem', {
        timestamp: 1_791_190_800_123,
        eventType: 'delivery',
        senderEnvelope: 'a@fabrikam.example',
        recipients: 'mira@contoso.example',
        delivered: 'true',
        [name]: 'true',
      });
      expect(reason).toBeNull();
      expect(summary).toBe('delivery: mail from a@fabrikam.example to mira@contoso.example: delivered');
    },
  );
});

test('a tracked mail that was not delivered was not delivered', () => {
  const tracked = (status: string) =>
    read('mimecast.message-tracking', { id: 'i', received: at, status, to: [] }).outcome;
  expect(['not delivered', 'Not accepted', 'delivered', 'Pending notification'].map(tracked)).toEqual([
    'failure',
    'failure',
    'success',
    'unknown',
  ]);
});

describe('archive searches', () => {
  const search = (has: object) =>
    read('mimecast.archive-searches', { createTime: at, emailAddr: 'mira@contoso.example', ...has });
  test('a query in the engine’s markup is told by its words', () => {
    const written =
      '<?xml version="1.0"?><xmlquery trace="iql,muse"><metadata query-type="emailarchive" page-size="25"/>' +
      '<muse><text>([from]:a@fabrikam.example) &amp; &quot;invoice&quot;</text><date select="last_year"/></muse></xmlquery>';
    const event = search({ searchText: '', museQuery: written, description: 'Archive Search' });
    expect(namesOf(event)).toEqual(['([from]:a@fabrikam.example) & "invoice"']);
    expect(event.summary).toContain('for “([from]:a@fabrikam.example) & "invoice"”');
  });
  test('a query in markup without words is told as it is', () => {
    const written = '<xmlquery><muse><date select="last_year"/></muse></xmlquery>';
    expect(namesOf(search({ museQuery: written }))).toEqual([written]);
    expect(namesOf(search({ searchText: 'a < b <text>c</text>' }))).toEqual(['a < b <text>c</text>']);
  });
  test('a mailbox that was searched is known by its address', () => {
    expect(search({ searchPath: 'ola@contoso.example' }).targets).toContainEqual({
      kind: 'mailbox',
      id: null,
      name: null,
      address: 'ola@contoso.example',
    });
    expect(namesOf(search({ searchPath: 'Inbox' }))).toEqual(['Inbox']);
  });
});

describe('audit texts', () => {
  const tail = ' Date: 2026-10-05 Time: 09:12:44 +0000 IP: 198.51.100.23 Application: Administration Console';
  const by = ` by admin@contoso.example<Ada Admin>${tail}`;

  test('say nothing where they say null', () => {
    const event = audit(
      'Completed Directory Sync',
      'Action Performed - Processed 2 domain(s) Date: 2026-10-05 Time: 09:12:44 +0000 IP: null Application: null',
    );
    expect(event.client).toBeNull();
    expect(namesOf(event)).toEqual(['Processed 2 domain(s)']);
  });
  test('name what somebody signed in to by another’s word', () => {
    const event = audit(
      'User Logged On',
      'Successful SSO into InventedCentral for mira@contoso.example <Holt, Mira>, Date: 2026-10-05, Time: 09:12:44 BST, Method: Invented IdP',
      'authentication_logs',
      'mira@contoso.example',
    );
    expect(event.targets).toEqual([
      { kind: 'application', id: null, name: 'InventedCentral', address: null },
    ]);
    expect(event.client?.app).toBe('InventedCentral');
  });
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['null', undefined],
  ])('end before the address they came from: %s', (written, ip) => {
    const event = audit(
      'Logon Authentication Failed',
      `Failed to enroll the user for user device enrollment, Remote IP is ${written}`,
      'authentication_logs',
      'mira@contoso.example',
    );
    expect(event.reason).toBe('Failed to enroll the user for user device enrollment');
    expect(event.client?.ip).toBe(ip);
  });
  test('a subject with a comma is whole', () => {
    const event = audit(
      'Message Action',
      'Viewed Message - Source: Search, From: <Ola> ola@fabrikam.example, To: <mira@contoso.example> mira@contoso.example, Subject: Re: pay, urgent; today, Processed: 2026-10-04 07:59:23+0000, Viewed Content: True, Date: 2026-10-05, Time: 09:12:44+0000, IP: 198.51.100.23, Application: review',
      'case_review_logs',
    );
    expect(event.targets).toContainEqual({
      kind: 'message',
      id: null,
      name: 'Re: pay, urgent; today',
      address: null,
    });
  });
  test('an address that was changed was not added', () => {
    const changed = audit(
      'Existing Email Address Changed',
      `Action Performed - Address Changed${by}`,
      'user_account_and_role_logs',
    );
    expect(changed.ocsf).toMatchObject({ class: 3001, activity: 99 });
    const added = audit(
      'New Email Address Added',
      `Action Performed - Address Added${by}`,
      'user_account_and_role_logs',
    );
    expect(added.ocsf.activity).toBe(1);
  });
  test('of a type that tells no deed tell it', () => {
    const made = audit(
      'Connectors Management',
      'Connector creation for Invented Mail',
      'integrations_and_apis',
    );
    expect(made).toMatchObject({ severity: 'low', ocsf: { class: 6003, activity: 1 } });
  });
  test.each([
    ['Added a@fabrikam.example to Blocked Senders', 3],
    ['Removed a@fabrikam.example from Blocked Senders', 4],
    ['Deleted New Folder', 5],
  ])('of a group say whether it or a member of it: %s', (deed, activity) => {
    const { ocsf } = audit('Folder Log Entry', `Action Performed - ${deed}${by}`, 'profile_group_logs');
    expect(ocsf).toMatchObject({ class: 3006, activity });
  });
});
