import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { defenderIncidents } from '../../shared/sources/defender.incidents/source.ts';
import { entraSignIns } from '../../shared/sources/entra.sign-ins/source.ts';
import { entraRoleAssignments } from '../../shared/sources/entra.role-assignments/source.ts';
import { exchangeMessageTrace } from '../../shared/sources/exchange.message-trace/source.ts';
import { intuneAuditEvents } from '../../shared/sources/intune.audit-events/source.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { readEvent } from '../support/read-event.ts';

const read = (source: Source, record: object): NormalizedEvent => readEvent(source, record).event;

const base = { Id: '1', CreationTime: '2026-10-05T09:00:00', UserId: 'mira@contoso.example', UserType: 0 };
const audit = (record: object): NormalizedEvent => read(m365UnifiedAudit as Source, { ...base, ...record });

describe('what was acted on', () => {
  test.each<[string, object, object]>([
    ['a Teams message', { RecordType: 25, Message: { Id: '17', ThreadId: '19:a@thread.v2' } }, { kind: 'message', id: '17' }],
    ['an attendee', { RecordType: 25, Attendees: [{ UPN: 'jan@contoso.example', DisplayName: 'Jan' }] }, { kind: 'user', name: 'Jan' }],
    ['an app of Teams', { RecordType: 25, AddOnName: 'Plans', AddOnGuid: 'g' }, { kind: 'application', id: 'g', name: 'Plans' }],
    ['a Power App', { RecordType: 45, AppName: 'Expenses' }, { kind: 'application', name: 'Expenses' }],
    ['a report', { RecordType: 20, ReportName: 'Sales', ReportId: 'r' }, { kind: 'other', id: 'r', name: 'Sales' }],
    ['a flow, before whom it is shared with', { RecordType: 30, FlowDetailsUrl: 'https://f.example/1', RecipientUPN: 'jan@contoso.example' }, { kind: 'other', id: 'https://f.example/1' }],
    ['a video', { RecordType: 32, ResourceTitle: 'All hands', ObjectId: 'o' }, { kind: 'other', name: 'All hands' }],
    ['a search', { RecordType: 102, QueryText: 'payroll' }, { kind: 'other', name: 'payroll' }],
    ['a device', { RecordType: 999, MachineName: 'pc-7', MachineId: 'm' }, { kind: 'device', id: 'm', name: 'pc-7' }],
    ['a conversation with an assistant', { RecordType: 261, CopilotEventData: { AppHost: 'Word', ThreadId: '19:t', AccessedResources: [] } }, { kind: 'other', id: '19:t', name: 'Word' }],
    ['a labelled mail', { RecordType: 83, EmailInfo: { Subject: 'Plan' } }, { kind: 'message', name: 'Plan' }],
    ['a labelled file', { RecordType: 83, ObjectId: 'file:///C:/a.docx' }, { kind: 'file', name: 'a.docx' }],
    ['a policy on a device', { RecordType: 63, PolicyMatchInfo: { PolicyId: 'p', PolicyName: 'Cards' } }, { kind: 'policy', id: 'p', name: 'Cards' }],
    ['an attachment', { RecordType: 28, AttachmentData: [{ FileName: 'a.zip', SHA256: 'ff' }] }, { kind: 'file', id: 'ff', name: 'a.zip' }],
  ])('is found: %s', (_, record, target) => {
    expect(audit(record).targets[0]).toMatchObject(target);
  }); // prettier-ignore
  test('of Power Platform stands among its properties, with address and outcome', () => {
    const event = audit({
      RecordType: 256,
      Workload: 'PowerPlatform',
      Operation: 'LaunchPowerApp',
      PropertyCollection: Object.entries({
        'powerplatform.analytics.resource.power_app.id': 'a1',
        'powerplatform.analytics.resource.power_app.display_name': 'Expenses',
        'powerplatform.analytics.resource.environment.id': 'e1',
        'powerplatform.analytics.resource.environment.name': 'Default',
        'powerplatform.analytics.resource.tenant.id': 't1',
        'powerplatform.analytics.operation.is_successful': 'False',
        'enduser.ip_address': '203.0.113.9',
        'user_agent.original': 'Browser/1',
      }).map(([Name, Value]) => ({ Name, Value })),
    });
    expect(event.targets).toEqual([
      { kind: 'application', id: 'a1', name: 'Expenses', address: null },
      { kind: 'other', id: 'e1', name: 'Default', address: null },
    ]);
    expect(event).toMatchObject({
      outcome: 'failure',
      client: { ip: '203.0.113.9', userAgent: 'Browser/1' },
    });
  });
});

describe('an alert', () => {
  const alert = { RecordType: 40, UserId: 'SecurityComplianceAlerts', UserType: 4, AlertId: 'a' };
  test('tells its mail under short names', () => {
    const Data = JSON.stringify({
      ms: 'Invoice',
      imsgid: '<1@fabrikam.example>',
      tsd: 'x@fabrikam.example',
      trc: 'mira@contoso.example',
      sip: '203.0.113.5',
    });
    expect(audit({ ...alert, Data })).toMatchObject({
      mail: {
        subject: 'Invoice',
        messageId: '<1@fabrikam.example>',
        sender: 'x@fabrikam.example',
        recipients: ['mira@contoso.example'],
        direction: 'inbound',
      },
      client: { ip: '203.0.113.5' },
    });
  });
  test('of an investigation tells its entities, its address and how it stands', () => {
    const Entities = [
      { Type: 'mailbox', Upn: 'mira@contoso.example', AadId: 'i' },
      { Type: 'mailMessage', Sender: 'x@fabrikam.example', SenderIP: '203.0.113.6', Subject: 'Invoice', NetworkMessageId: 'n' },
      { Type: 'account', Name: 'jan', UPNSuffix: 'contoso.example' },
      { Type: 'url', Url: 'https://u.example' },
      { Type: 'mailCluster', ClusterBy: 'Subject' },
    ]; // prettier-ignore
    const record = {
      ...alert,
      RecordType: 64,
      UserId: 'AirInvestigation',
      Data: JSON.stringify({ Entities }),
    };
    const event = audit({ ...record, Status: 'Terminated By System' });
    expect(event).toMatchObject({
      outcome: 'failure',
      client: { ip: '203.0.113.6' },
      mail: { subject: 'Invoice' },
    });
    expect(event.targets).toContainEqual({
      kind: 'user',
      id: null,
      name: 'jan',
      address: 'jan@contoso.example',
    });
    expect(event.targets).toContainEqual(
      expect.objectContaining({ kind: 'mailbox', address: 'mira@contoso.example' }),
    );
    expect(audit({ ...record, Status: 'Remediated' }).outcome).toBe('success');
    expect(audit({ ...record, Status: 'Pending Action' })).toMatchObject({
      outcome: 'unknown',
      reason: 'Pending Action',
    });
  });
});

test.each([
  [{ RecordType: 28, DeliveryAction: 'Blocked' }, 'failure', 'Blocked'],
  [{ RecordType: 28, DeliveryAction: 'Delivered' }, 'success', 'Delivered'],
  [{ RecordType: 41, UrlClickAction: 2 }, 'failure', 'blocked'],
  [{ RecordType: 41, URLClickAction: '4' }, 'success', 'block overridden'],
  [{ RecordType: 63, EnforcementMode: 4 }, 'failure', 'blocked'],
  [{ RecordType: 63, EnforcementMode: 1 }, 'success', 'audited'],
  [{ RecordType: 13, PolicyDetails: [{ Rules: [{ Actions: ['NotifyUser', 'BlockAccess'] }] }] }, 'failure', 'BlockAccess'],
  [{ RecordType: 13, PolicyDetails: [{ Rules: [{ Actions: ['NotifyUser'] }] }] }, 'unknown', null],
  [{ RecordType: 190, ResultStatus: 'AuthorizationFailure' }, 'failure', 'AuthorizationFailure'],
] as const)('what became of it: %j', (record, outcome, reason) => {
  expect(audit(record)).toMatchObject({ outcome, reason });
}); // prettier-ignore

test.each([
  [{ RecordType: 41, UserType: 4, UserId: 'jan@contoso.example', UserKey: 'ThreatIntel' }, 'user'],
  [{ RecordType: 13, UserType: 4, UserId: 'DlpAgent' }, 'system'],
  [{ RecordType: 6, UserId: 'urn:spo:anon#1f' }, 'other'],
  [{ RecordType: 6, UserId: 'urn:spo:guest#x@fabrikam.example' }, 'guest'],
  [{ RecordType: 21, UserId: undefined, UserUpn: 'jan@contoso.example' }, 'user'],
] as const)('who did it: %j', (record, kind) => {
  expect(audit(record).actor).toMatchObject({ kind });
});

test.each([
  { AppAccessContext: { ClientIPAddress: '203.0.113.7:443' } },
  { ExtraProperties: [{ Key: 'ClientIp', Value: '203.0.113.7' }] },
  { ExtendedProperties: [{ Name: 'ClientIP', Value: '[203.0.113.7]:443' }] },
  { ExtendedProperties: [{ Name: 'additionalDetails', Value: '{"ipaddr":"203.0.113.7"}' }] },
  { AuditData: '{"ClientIP":"203.0.113.7"}' },
])('an address one level down is found: %j', inner => {
  expect(audit({ RecordType: 25, ClientIP: '<null>', ...inner }).client?.ip).toBe('203.0.113.7');
});

test('an incident cut apart by a forwarder keeps its one alert and its one piece of evidence', () => {
  const evidence = { '@odata.type': '#microsoft.graph.security.deviceEvidence', deviceDnsName: 'pc-7', ipInterfaces: ['192.0.2.7'] };
  const event = read(defenderIncidents as Source, { id: '1', createdDateTime: '2026-10-05T09:00:00Z', alerts: { evidence } });
  expect(event.targets).toEqual([{ kind: 'device', id: null, name: 'pc-7', address: null }]);
  expect(event.client?.ip).toBe('192.0.2.7');
}); // prettier-ignore

test('a sign-in of nobody known tells what was typed', () => {
  const typed = { createdDateTime: '2026-10-05T09:00:00Z', userPrincipalName: '', signInIdentifier: 'mria@contoso.example' };
  expect(read(entraSignIns as Source, typed).actor).toMatchObject({ kind: 'user', address: 'mria@contoso.example' });
}); // prettier-ignore

test('a service nobody has mapped names its things each with its own id', () => {
  const { targets } = audit({ RecordType: 999, WidgetName: 'Board', GadgetName: 'Bell', GadgetId: 'g', ServicePlanId: 'p' });
  expect(targets).toEqual([
    { kind: 'other', id: null, name: 'Board', address: null },
    { kind: 'other', id: 'g', name: 'Bell', address: null },
  ]);
}); // prettier-ignore

test('an address in a list, or in JSON of a service nobody has mapped, is found', () => {
  expect(audit({ RecordType: 25, ClientIP: ['203.0.113.7:443'] }).client).toMatchObject({
    ip: '203.0.113.7',
    port: 443,
  });
  expect(audit({ RecordType: 999, Details: '{"SourceIPAddress":"[2001:db8::7]:443"}' }).client?.ip).toBe(
    '2001:db8::7',
  );
});

test('a trace with several recipients in one row names each', () => {
  const { mail, targets } = read(exchangeMessageTrace as Source, {
    id: 't',
    receivedDateTime: '2026-10-05T09:00:00Z',
    recipientAddress: 'mira@contoso.example; Jan <jan@contoso.example>',
  });
  expect(mail?.recipients).toEqual(['mira@contoso.example', 'jan@contoso.example']);
  expect(targets).toHaveLength(3);
});

test('an Intune record with one resource in place of a list, refused', () => {
  const event = read(intuneAuditEvents as Source, {
    activityDateTime: '2026-10-05T09:00:00Z',
    activityType: 'wipe ManagedDevice',
    activityResult: 'Unauthorized',
    resources: { displayName: 'pc-7', auditResourceType: 'ManagedDevice', resourceId: 'd' },
  });
  expect(event).toMatchObject({ outcome: 'failure', targets: [{ kind: 'device', id: 'd', name: 'pc-7' }] });
});

test('a role requested is not yet given', () => {
  const event = read(entraRoleAssignments as Source, {
    id: 'r',
    principalId: 'p',
    roleDefinitionId: 'd',
    status: 'PendingApproval',
    createdDateTime: '2026-10-05T09:00:00Z',
    createdBy: { user: { id: 'c' } },
  });
  expect(event).toMatchObject({ outcome: 'unknown', actor: { kind: 'user', id: 'c' } });
});
