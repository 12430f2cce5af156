import { describe, expect, test } from 'vitest';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { entraDirectoryAudits } from '../../shared/sources/entra.directory-audits/source.ts';
import { exchangeMessageTrace } from '../../shared/sources/exchange.message-trace/source.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { readEvent } from '../support/read-event.ts';

describe('what must not change, and what must', () => {
  const row = {
    id: 't-1',
    recipientAddress: 'Mira@Contoso.example',
    receivedDateTime: '2026-10-05T09:30:12.417Z',
  };
  test('a trace that turns from pending to delivered is the same event in another version', () => {
    const before = readEvent(exchangeMessageTrace, { ...row, status: 'pending' });
    const after = readEvent(exchangeMessageTrace, {
      ...row,
      status: 'Delivered',
      recipientAddress: 'mira@contoso.example',
    });
    expect(after.identity).toEqual(before.identity);
    expect(after.event.time).toBe(before.event.time);
    expect([before.event.outcome, after.event.outcome]).toEqual(['unknown', 'success']);
  });
  test('another recipient of the same message is another event', () => {
    const other = readEvent(exchangeMessageTrace, { ...row, recipientAddress: 'jan@contoso.example' });
    expect(other.identity).not.toEqual(readEvent(exchangeMessageTrace, row).identity);
  });
  test.each([
    [
      entraDirectoryAudits as Source,
      { activityDateTime: '2026-10-05T09:00:00Z', activityDisplayName: 'Update user' },
    ],
    [m365UnifiedAudit as Source, { CreationTime: '2026-10-05T09:00:00', Operation: 'FileAccessed' }],
    [exchangeMessageTrace as Source, { receivedDateTime: '2026-10-05T09:00:00Z', subject: 'x' }],
  ])('without an id the whole record is the identity: %#', (source, record) => {
    const reversed = Object.fromEntries(Object.entries(record).reverse());
    expect(readEvent(source, reversed).identity).toEqual(readEvent(source, record).identity);
    expect(readEvent(source, { ...record, more: 1 }).identity).not.toEqual(
      readEvent(source, record).identity,
    );
    expect(readEvent(source, { ...record, half: '\ud83d' }).identity).toEqual(
      readEvent(source, { half: '\ud83d', ...record }).identity,
    );
  });
});

describe('a directory audit', () => {
  test('says the same where a forwarder has made text of its parts', () => {
    const parts = {
      initiatedBy: { user: { id: 'u', userPrincipalName: 'mira@contoso.example', ipAddress: '192.0.2.7' } },
      targetResources: [{ id: 't', type: 'User', userPrincipalName: 'jan@contoso.example' }],
    };
    const record = {
      id: '1',
      activityDateTime: '2026-10-05T09:00:00Z',
      activityDisplayName: 'Update user',
      result: 'success',
    };
    const asText = Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)]),
    );
    const { event } = readEvent(entraDirectoryAudits, { ...record, ...asText });
    expect(event).toEqual(readEvent(entraDirectoryAudits, { ...record, ...parts }).event);
    expect([event.actor?.address, event.targets[0]?.address, event.client?.ip]).toEqual([
      'mira@contoso.example',
      'jan@contoso.example',
      '192.0.2.7',
    ]);
  });
});

describe('a data-loss finding', () => {
  test('gives nothing away of what was found', () => {
    const secret = '4000 0000 0000 0002';
    const hidden = { DetectedValues: [{ Name: secret, Value: `pay with ${secret}` }] };
    const conditions = { SensitiveInformation: [{ SensitiveInformationDetections: hidden, ...hidden }] };
    const rule = { RuleName: 'Cards', Severity: 'High', ConditionsMatched: conditions, ...hidden };
    for (const RecordType of [11, 13, 33, 63, 99, 107, 9999]) {
      const { event } = readEvent(m365UnifiedAudit, {
        CreationTime: '2026-10-05T09:00:00',
        Operation: 'DlpRuleMatch',
        RecordType,
        Id: 'x',
        ...hidden,
        PolicyDetails: [{ PolicyName: 'Payment cards', Rules: [rule], ...hidden }],
        ExchangeMetaData: { Subject: 'Hi', ...hidden },
        SharePointMetaData: hidden,
        EndpointMetaData: hidden,
      });
      expect(event).toMatchObject({ category: 'data-protection', severity: 'high' });
      expect(JSON.stringify(event)).not.toContain('4000');
    }
  });
});

describe('severity', () => {
  const command = (Operation: string, parameters: Record<string, string>, more: object = {}) =>
    readEvent(m365UnifiedAudit, {
      CreationTime: '2026-10-05T09:00:00',
      RecordType: 1,
      Workload: 'Exchange',
      Operation,
      ResultStatus: 'True',
      Parameters: Object.entries(parameters).map(([Name, Value]) => ({ Name, Value })),
      ...more,
    }).event.severity;
  test.each([
    ['New-InboxRule', { Name: 'x', ForwardTo: 'a@fabrikam.example' }, 'high'],
    ['Set-InboxRule', { RedirectTo: 'a@fabrikam.example' }, 'high'],
    ['New-InboxRule', { DeleteMessage: 'True' }, 'medium'],
    ['New-InboxRule', { MoveToFolder: 'Later' }, 'low'],
    ['Set-Mailbox', { ForwardingSmtpAddress: 'smtp:a@fabrikam.example' }, 'high'],
    ['Set-Mailbox', { ForwardingSmtpAddress: '' }, 'informational'],
    ['Set-Mailbox', { AuditEnabled: 'False' }, 'high'],
    ['Set-AdminAuditLogConfig', { UnifiedAuditLogIngestionEnabled: 'False' }, 'high'],
    ['Set-AdminAuditLogConfig', { UnifiedAuditLogIngestionEnabled: 'True' }, 'informational'],
    ['Set-OrganizationConfig', { AuditDisabled: 'True' }, 'high'],
    ['Add-RoleGroupMember', { Member: 'jan' }, 'high'],
    ['Add-MailboxPermission', { User: 'jan' }, 'medium'],
    ['New-TransportRule', { Name: 'x' }, 'medium'],
    ['Get-Mailbox', {}, 'informational'],
  ] as const)('of %s %j is %s', (operation, parameters, severity) => {
    expect(command(operation, parameters)).toBe(severity);
  });
  test('of an administrator’s refused act is medium, of a wrong password low', () => {
    expect(command('Set-OrganizationConfig', {}, { ResultStatus: 'False' })).toBe('medium');
    const failed = { CreationTime: '2026-10-05T09:00:00', RecordType: 15, Operation: 'UserLoginFailed' };
    expect(readEvent(m365UnifiedAudit, failed).event).toMatchObject({ outcome: 'failure', severity: 'low' });
  });
  test.each([
    ['Add member to role.', [['Role.DisplayName', 'Global Administrator']], 'high'],
    ['Add member to role.', [['Role.DisplayName', 'Reports Reader']], 'medium'],
    ['Consent to application.', [['ConsentContext.IsAdminConsent', 'True']], 'high'],
    ['Consent to application.', [['ConsentContext.IsAdminConsent', 'False']], 'medium'],
    ['Update user.', [], 'informational'],
    ['Delete conditional access policy.', [], 'high'],
  ] as const)('of %s with %j is %s in both of Entra’s logs', (operation, changes, severity) => {
    const unified = readEvent(m365UnifiedAudit, {
      CreationTime: '2026-10-05T09:00:00',
      RecordType: 8,
      Operation: operation,
      ResultStatus: 'Success',
      ModifiedProperties: changes.map(([Name, NewValue]) => ({ Name, NewValue })),
    });
    const graph = readEvent(entraDirectoryAudits, {
      activityDateTime: '2026-10-05T09:00:00Z',
      activityDisplayName: operation.slice(0, -1),
      result: 'success',
      targetResources: [
        {
          id: '1',
          type: 'User',
          modifiedProperties: changes.map(([displayName, value]) => ({
            displayName,
            newValue: JSON.stringify(value),
          })),
        },
      ],
    });
    expect([unified.event.severity, graph.event.severity]).toEqual([severity, severity]);
    expect(unified.event).toMatchObject({ category: graph.event.category, ocsf: graph.event.ocsf });
  });
});

describe('an address of the client', () => {
  const base = { CreationTime: '2026-10-05T09:00:00', RecordType: 25, Operation: 'x', Id: '1' };
  test.each([
    'ClientIP',
    'ClientIPAddress',
    'ActorIpAddress',
    'UserIp',
    'SenderIp',
    'SenderIP',
    'CallerIpAddress',
    'SourceIP',
    'ClientIPv4',
    'IpAddress',
  ])('is found in %s', field => {
    expect(readEvent(m365UnifiedAudit, { ...base, [field]: '203.0.113.7:443' }).event.client).toMatchObject({
      ip: '203.0.113.7',
    });
  });
  test.each(['ToIP', 'DestinationIP', 'ServerIPAddress', 'Description'])('is not taken from %s', field => {
    expect(readEvent(m365UnifiedAudit, { ...base, [field]: '203.0.113.7' }).event.client).toBeNull();
  });
  test('is the next best where the first place holds none', () => {
    const record = {
      ...base,
      ClientIP: 'Not Available',
      ActorIpAddress: '<null>',
      ClientIPAddress: '2001:DB8::1',
    };
    expect(readEvent(m365UnifiedAudit, record).event.client?.ip).toBe('2001:db8::1');
  });
});
