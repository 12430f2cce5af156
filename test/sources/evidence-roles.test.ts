import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { defenderAlerts } from '../../shared/sources/defender.alerts/source.ts';
import { defenderIncidents } from '../../shared/sources/defender.incidents/source.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { readEvent } from '../support/read-event.ts';

const at = '2026-10-05T09:12:44Z';
const piece = (kind: string, has: object, ...roles: string[]) => ({
  '@odata.type': `#microsoft.graph.security.${kind}Evidence`,
  roles,
  ...has,
});
const user = (name: string, ...roles: string[]) =>
  piece('user', { userAccount: { userPrincipalName: `${name}@contoso.example` } }, ...roles);
const ip = (ipAddress: string, ...roles: string[]) => piece('ip', { ipAddress }, ...roles);
const mail = (antiSpamDirection: string, ...roles: string[]) =>
  piece(
    'analyzedMessage',
    {
      networkMessageId: 'n1',
      subject: 'Invoice',
      senderIp: '203.0.113.4',
      recipientEmailAddress: 'mira@contoso.example',
      p2Sender: { emailAddress: 'billing@fabrikam.example' },
      antiSpamDirection,
    },
    ...roles,
  );
const alert = (...evidence: readonly object[]): NormalizedEvent =>
  readEvent(defenderAlerts as Source, { id: 'a', createdDateTime: at, title: 'Found', evidence }).event;
const named = (event: NormalizedEvent) =>
  event.targets.map(({ kind, id, name, address }) => [kind, id, name, address].filter(part => part !== null));

describe('who acted, by the evidence', () => {
  test('an attacker comes before the account they took over', () => {
    expect(alert(user('mira', 'compromised'), user('nils', 'attacker')).actor?.address).toBe(
      'nils@contoso.example',
    );
  });
  test('who broke a policy comes before whoever else is named', () => {
    expect(alert(user('mira'), user('nils', 'policyViolator')).actor?.address).toBe('nils@contoso.example');
  });
  test.each(['created', 'added', 'edited', 'destination', 'scanned'])(
    'an account that was %s did nothing itself',
    role => {
      expect(alert(user('mira', role), user('nils')).actor?.address).toBe('nils@contoso.example');
      expect(alert(user('mira', role)).actor).toBeNull();
    },
  );
  test('an account under attack is named where nobody else is', () => {
    expect(alert(user('mira', 'attacked')).actor?.address).toBe('mira@contoso.example');
  });
  test.each([
    [[user('mira', 'attacked')]],
    [[]],
    [[piece('mailbox', { primaryAddress: 'mira@contoso.example' })]],
  ])('of a mail that came in it is its sender, not who got it: %#', others => {
    expect(alert(...others, mail('inbound', 'suspicious')).actor).toEqual({
      kind: 'other',
      id: null,
      name: null,
      address: 'billing@fabrikam.example',
    });
  });
  test('of a reported mail it is who reported it', () => {
    const reported = piece('submissionMail', {
      recipient: 'team@contoso.example',
      sender: 'billing@fabrikam.example',
      submitter: 'mira@contoso.example',
      senderIp: '203.0.113.4',
    });
    expect(alert(reported).actor).toMatchObject({ kind: 'user', address: 'mira@contoso.example' });
  });
  test('an application in an acting role is one, where no account is', () => {
    const sp = piece('servicePrincipal', { appId: 'p', servicePrincipalName: 'Housekeeper' }, 'attacker');
    expect(alert(user('mira', 'attacked'), sp).actor).toMatchObject({
      kind: 'application',
      name: 'Housekeeper',
    });
  });
});

describe('where it came from, by the evidence', () => {
  test('an attacker’s address comes before one that was taken over', () => {
    expect(alert(ip('198.51.100.7', 'compromised'), ip('203.0.113.9', 'attacker')).client?.ip).toBe(
      '203.0.113.9',
    );
  });
  test.each(['commandAndControl', 'destination', 'attacked', 'scanned'])(
    'an address that is %s is where it went, and the client only where nothing else is',
    role => {
      const evidence = [ip('203.0.113.9', role)];
      const { event } = readEvent(defenderAlerts as Source, {
        id: 'a',
        createdDateTime: at,
        title: 'Beacon',
        description: 'A device spoke to 203.0.113.9 again and again.',
        evidence,
      });
      expect(event.client?.ip).toBe('203.0.113.9');
      expect(named(event)).toEqual([['other', '203.0.113.9']]);
      const device = piece('device', { deviceDnsName: 'pc-1', lastExternalIpAddress: '198.51.100.5' });
      expect(alert(...evidence, device).client?.ip).toBe('198.51.100.5');
    },
  );
});

test('a session on a host says which device it was', () => {
  const host = { deviceDnsName: 'pc-1', lastExternalIpAddress: '198.51.100.5' };
  expect(alert(piece('hostLogonSession', { host })).client).toMatchObject({
    device: 'pc-1',
    ip: '198.51.100.5',
  });
});

describe('what the evidence names', () => {
  test.each([
    [
      piece('mailboxConfiguration', {
        configurationType: 'userInboxRule',
        configurationId: 'r1',
        displayName: 'Mira',
        mailboxPrimaryAddress: 'mira@contoso.example',
      }),
      [
        ['mailbox', 'Mira', 'mira@contoso.example'],
        ['other', 'r1', 'userInboxRule'],
      ],
    ],
    [piece('gitHubRepo', { repoId: '7', login: 'ledger', owner: 'contoso' }), [['other', '7', 'ledger']]],
    [piece('gitHubUser', { userId: '9', login: 'mira-c', name: 'Mira' }), [['user', '9', 'Mira']]],
    [piece('containerImage', { imageId: 'registry.example/app:1' }), [['other', 'registry.example/app:1']]],
    [piece('containerRegistry', { registry: 'registry.example' }), [['other', 'registry.example']]],
    [piece('amazonResource', { amazonResourceId: 'arn:1', resourceName: 'b' }), [['other', 'arn:1', 'b']]],
    [
      piece('malware', { name: 'Win32/Test', files: [{ fileDetails: { sha256: 'ab', fileName: 'a.exe' } }] }),
      [
        ['other', 'Win32/Test'],
        ['file', 'ab', 'a.exe'],
      ],
    ],
    [
      piece('sasToken', {
        signatureHash: 'h1',
        storageResource: { resourceId: '/s/1', resourceName: 'store' },
      }),
      [
        ['other', 'h1'],
        ['other', '/s/1', 'store'],
      ],
    ],
    [piece('nic', { macAddress: '00-00-5E-00-53-01' }), [['other', '00-00-5E-00-53-01']]],
    [piece('cloudLogonRequest', { requestId: 'q1' }), [['other', 'q1']]],
  ])('is a target: %#', (evidence, targets) => {
    expect(named(alert(evidence))).toEqual(targets);
  });
  test('what an account got at is a target, and where from is the client', () => {
    const resourceAccessEvents = [
      {
        accessDateTime: at,
        accountId: 'x',
        ipAddress: '198.51.100.8',
        resourceIdentifier: 'https://files.example/1',
      },
    ];
    const event = alert(
      piece('user', { userAccount: { userPrincipalName: 'mira@contoso.example', resourceAccessEvents } }),
    );
    expect(event.client?.ip).toBe('198.51.100.8');
    expect(named(event)).toEqual([
      ['user', 'mira@contoso.example'],
      ['other', 'https://files.example/1'],
    ]);
  });
  test('a device has the id that the API before this one called it by', () => {
    const { event } = readEvent(defenderIncidents as Source, {
      incidentId: 1,
      createdTime: at,
      alerts: [{ devices: [{ mdatpDeviceId: 'd1', aadDeviceId: null, deviceDnsName: 'pc-1' }] }],
    });
    expect(named(event)).toEqual([['device', 'd1', 'pc-1']]);
  });
  test('a cluster by the resource it is, a blob and its container by where they lie', () => {
    const event = alert(
      piece('kubernetesCluster', { cloudResource: { resourceId: '/sub/aks', resourceName: 'aks' } }),
      piece('blob', { name: 'a.txt', url: 'https://store.example/c/a.txt' }),
      piece('blobContainer', { name: 'c', url: 'https://store.example/c' }),
    );
    expect(named(event)).toEqual([
      ['other', '/sub/aks', 'aks'],
      ['other', 'https://store.example/c/a.txt', 'a.txt'],
      ['other', 'https://store.example/c', 'c'],
    ]);
  });
});
