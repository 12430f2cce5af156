import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { hasUnderscores, joined } from '../../shared/sources/_kit/respelled.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { readEvent } from '../support/read-event.ts';

const sourceOf = (id: string): Source => {
  const found = sources.find(one => one.id === id);
  if (found === undefined) throw new Error(`no source ${id}`);
  return found;
};
const read = (id: string, record: object): NormalizedEvent => readEvent(sourceOf(id), record).event;
const namesOf = ({ targets }: NormalizedEvent) => targets.map(one => one.name ?? one.id ?? one.address);

describe('a record whose names were written with underscores is the same event', () => {
  test.each([
    [
      'mimecast.audit-events',
      {
        id: 'a1',
        eventTime: '2026-10-05T09:00:00+0000',
        auditType: 'User Logged On',
        user: 'mira@contoso.example',
        eventInfo:
          'Successful authentication for mira@contoso.example, IP: 203.0.113.6, Application: Console',
        category: 'authentication_logs',
      },
    ],
    [
      'mimecast.ttp-url',
      {
        userEmailAddress: 'mira@contoso.example',
        fromUserEmailAddress: 'a@fabrikam.example',
        url: 'https://evil.example',
        action: 'block',
        scanResult: 'malicious',
        sendingIp: '203.0.113.5',
        date: '2026-10-05T09:00:00+0000',
        creationMethod: 'User Click',
        messageId: '<1@fabrikam.example>',
      },
    ],
    [
      'mimecast.message-tracking',
      {
        id: 't1',
        status: 'held',
        received: '2026-10-05T09:00:00+0000',
        fromEnv: { emailAddress: 'a@fabrikam.example' },
        to: [{ displayableName: 'Mira', emailAddress: 'mira@contoso.example' }],
        senderIp: '203.0.113.8',
      },
    ],
    [
      'mimecast.siem',
      {
        timestamp: 1_791_190_800_123,
        type: 'receipt',
        aggregateId: 'agg1',
        messageId: '<1@fabrikam.example>',
        senderEnvelope: 'a@fabrikam.example',
        recipients: 'mira@contoso.example',
        senderIp: '203.0.113.3',
        action: 'Acc',
        _offset: 3,
      },
    ],
    [
      'entra.sign-ins',
      {
        id: 's1',
        createdDateTime: '2026-10-05T09:00:00Z',
        userPrincipalName: 'mira@contoso.example',
        ipAddress: '203.0.113.9',
        status: { errorCode: 0 },
        riskLevelDuringSignIn: 'high',
        riskEventTypes_v2: ['anonymizedIPAddress'],
      },
    ],
    [
      'entra.mfa-coverage',
      {
        id: 'u1',
        userPrincipalName: 'mira@contoso.example',
        isMfaRegistered: true,
        methodsRegistered: ['fido2'],
        lastUpdatedDateTime: '2026-10-05T09:00:00Z',
      },
    ],
  ])('%s', (id, record) => {
    expect(read(id, underscored(record) as object)).toEqual(read(id, record));
  });
});

test('a name that a provider itself writes with an underscore keeps it', () => {
  expect(hasUnderscores({ timestamp: 1, _offset: 2, types_v2: [] })).toBe(false);
  expect(joined({ sender_ip: 1, event_types_v2: 2, _offset: 3 })).toEqual({
    senderIp: 1,
    eventTypes_v2: 2,
    _offset: 3,
  });
});

/** `senderIp` as `sender_ip`; what has an underscore already keeps it. */
function underscored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(underscored);
  const spelled = (name: string) => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [spelled(name), underscored(held)]));
}

describe('who did it in Intune', () => {
  const actor = (who: object) =>
    read('intune.audit-events', {
      id: 'i1',
      activityDateTime: '2026-10-05T09:00:00Z',
      activityType: 'Assign DeviceManagementScript',
      actor: who,
    }).actor;
  test.each(['ServicePrincipal', 'Application', null])(
    'is the service principal, which may repeat its id as a user’s: type %j',
    auditActorType => {
      const who = {
        auditActorType,
        userId: 'sp-1',
        applicationId: 'app-1',
        servicePrincipalName: 'Automation',
      };
      expect(actor(who)).toMatchObject({ kind: 'application', id: 'app-1', name: 'Automation' });
    },
  );
  test.each([
    [{ auditActorType: 'GuestUser', userPrincipalName: 'g@fabrikam.example' }],
    [{ auditActorType: 'Unknown', userPrincipalName: 'g_fabrikam.example#EXT#@contoso.example' }],
  ])('is a guest where the record says so: %j', who => {
    expect(actor(who)).toMatchObject({ kind: 'guest', address: who.userPrincipalName });
  });
});

test('a user Intune names by address is found by it', () => {
  const { targets } = read('intune.audit-events', {
    id: 'i1',
    activityDateTime: '2026-10-05T09:00:00Z',
    activityType: 'Retire ManagedDevice',
    resources: [{ displayName: 'mira@contoso.example', auditResourceType: 'User', resourceId: 'u1' }],
  });
  expect(targets).toEqual([
    { kind: 'user', id: 'u1', name: 'mira@contoso.example', address: 'mira@contoso.example' },
  ]);
});

test('a request that says it is for an eligibility is one, and leads to its schedule', () => {
  const event = read('entra.role-assignments', {
    '@odata.type': '#microsoft.graph.unifiedRoleEligibilityScheduleRequest',
    id: 'r1',
    action: 'adminAssign',
    principalId: 'p1',
    roleDefinitionId: 'd1',
    directoryScopeId: '/',
    createdDateTime: '2026-10-05T09:00:00Z',
    targetScheduleId: 'schedule-1',
  });
  expect(event).toMatchObject({ operation: 'Role eligibility added', correlationId: 'schedule-1' });
});

describe('a sign-in', () => {
  const signIn = (record: object) =>
    read('entra.sign-ins', { id: 's1', createdDateTime: '2026-10-05T09:00:00Z', ...record });
  test('that failed says what happened at the second factor', () => {
    const { reason } = signIn({
      status: {
        errorCode: 500_121,
        failureReason: 'Authentication failed during strong authentication request.',
        additionalDetails: 'MFA denied; user declined the authentication',
      },
    });
    expect(reason).toBe(
      '500121: Authentication failed during strong authentication request. MFA denied; user declined the authentication',
    );
  });
  test('whose status has a number alone says what the row says of it', () => {
    const { reason } = signIn({
      status: '{"errorCode":50126}',
      resultType: '50126',
      resultDescription: 'Invalid username or password.',
    });
    expect(reason).toBe('50126: Invalid username or password.');
  });
  test('on a session that a device code began says so', () => {
    const { summary } = signIn({
      userPrincipalName: 'mira@contoso.example',
      status: { errorCode: 0 },
      authenticationProtocol: 'none',
      originalTransferMethod: 'deviceCodeFlow',
    });
    expect(summary).toContain('by device code');
  });
});

describe('a directory audit', () => {
  const audit = (record: object) =>
    read('entra.directory-audits', {
      id: 'd1',
      activityDateTime: '2026-10-05T09:00:00Z',
      result: 'success',
      resultReason: '',
      ...record,
    });
  test('of a consent names what was consented to', () => {
    const event = audit({
      activityDisplayName: 'Consent to application',
      targetResources: [
        {
          id: 'sp1',
          displayName: 'Ledger Sync',
          type: 'ServicePrincipal',
          modifiedProperties: [
            {
              displayName: 'ConsentAction.Permissions',
              oldValue: null,
              newValue:
                '"[] => [[Id: x, ClientId: y, PrincipalId: , ResourceId: z, ConsentType: AllPrincipals, Scope:  Mail.Read offline_access, CreatedDateTime: , LastModifiedDateTime ]]; "',
            },
          ],
        },
      ],
    });
    expect(event.targets).toContainEqual({
      kind: 'role',
      id: null,
      name: 'Mail.Read offline_access',
      address: null,
    });
  });
  test('of an activation gives the justification, also where it stands among the details', () => {
    const event = audit({
      activityDisplayName: 'Add member to role requested (PIM activation)',
      additionalDetails: [{ key: 'Justification', value: 'Mail flow is down' }],
    });
    expect(event.reason).toBe('Mail flow is down');
  });
});

describe('the evidence of an alert names', () => {
  const evidence = (type: string, has: object) =>
    namesOf(
      read('defender.alerts', {
        id: 'a1',
        createdDateTime: '2026-10-05T09:00:00Z',
        title: 'Something',
        evidence: [{ '@odata.type': `#microsoft.graph.security.${type}`, ...has }],
      }),
    );
  test.each([
    [
      'analyzedMessageEvidence',
      { subject: 'Invoice', urls: ['https://evil.example'] },
      'https://evil.example',
    ],
    ['kubernetesPodEvidence', { name: 'web-0', podIp: { ipAddress: '192.0.2.61' } }, '192.0.2.61'],
    [
      'kubernetesServiceEvidence',
      { name: 'web', clusterIP: null, externalIPs: [{ ipAddress: '203.0.113.77' }] },
      '203.0.113.77',
    ],
    ['containerEvidence', { name: 'web', image: { imageId: 'miner@sha256:1' } }, 'miner@sha256:1'],
  ])('what lies inside a piece of %s', (type, has, name) => {
    expect(evidence(type, has)).toContain(name);
  });
});

test('a browser that was isolated from a page is neither let through nor stopped', () => {
  const { outcome } = read('mimecast.ttp-url', { date: '2026-10-05T09:00:00+0000', action: 'isolate' });
  expect(outcome).toBe('partial');
});

test('a gateway event about no mail does not speak of one, and says who and from where', () => {
  const event = read('mimecast.siem', {
    timestamp: 1_791_190_800_123,
    type: 'audit',
    user: 'mira@contoso.example',
    eventInfo: 'Successful authentication for mira@contoso.example, IP: 203.0.113.6, Application: Console',
  });
  expect(event).toMatchObject({
    category: 'administration',
    mail: null,
    actor: { kind: 'user', address: 'mira@contoso.example' },
    client: { ip: '203.0.113.6' },
  });
  expect(event.summary).not.toContain('mail');
});

test('a gateway event whose names begin with capitals is the same event', () => {
  const { actor, mail } = read('mimecast.siem', {
    Timestamp: 1_791_190_800_123,
    Type: 'receipt',
    SenderEnvelope: 'a@fabrikam.example',
    Action: 'Acc',
  });
  expect(actor?.address).toBe('a@fabrikam.example');
  expect(mail?.status).toBe('accepted');
});

test('a gateway’s finding of an impersonation says by which signs', () => {
  const { reason, summary } = read('mimecast.siem', {
    timestamp: 1_791_190_800_123,
    type: 'impersonation protect',
    action: 'Hold',
    policyDefinition: 'Default',
    senderEnvelope: 'boss@c0ntoso.example',
    recipients: 'mira@contoso.example',
    similarInternalDomain: 'true',
    internalName: 'true',
    newDomain: 'false',
    replyMismatch: null,
  });
  expect(reason).toBe('similarInternalDomain, internalName');
  expect(summary).toContain('similarInternalDomain, internalName');
});

test('an audit event whose text has sentences names what the later ones do', () => {
  const { targets, summary } = read('mimecast.audit-events', {
    id: 'a1',
    eventTime: '2026-10-05T09:00:00+0000',
    auditType: 'Message Viewed',
    category: 'archive_service_logs',
    user: 'nils@contoso.example',
    eventInfo: 'Message viewed. Subject: Bonus plan, From: a@fabrikam.example, IP: 203.0.113.5',
  });
  expect(targets).toContainEqual({ kind: 'message', id: null, name: 'Bonus plan', address: null });
  expect(summary).toBe(
    'Message Viewed by nils@contoso.example: Message viewed. Subject: Bonus plan, From: a@fabrikam.example',
  );
});

test('a device whose version Defender does not know has none', () => {
  const { client } = read('defender.alerts', {
    id: 'a1',
    createdDateTime: '2026-10-05T09:00:00Z',
    title: 'Something',
    evidence: [
      {
        '@odata.type': '#microsoft.graph.security.deviceEvidence',
        deviceDnsName: 'srv.contoso.example',
        osPlatform: 'WindowsServer2022',
        version: 'Other',
      },
    ],
  });
  expect(client?.os).toBe('WindowsServer2022');
});
