import { describe, expect, test } from 'vitest';
import { defenderAlerts } from '../../shared/sources/defender.alerts/source.ts';
import { entraDirectoryAudits } from '../../shared/sources/entra.directory-audits/source.ts';
import { entraSignIns } from '../../shared/sources/entra.sign-ins/source.ts';
import { intuneAuditEvents } from '../../shared/sources/intune.audit-events/source.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { mimecastArchiveViews } from '../../shared/sources/mimecast.archive-views/source.ts';
import { mimecastAuditEvents } from '../../shared/sources/mimecast.audit-events/source.ts';
import { mimecastDlp } from '../../shared/sources/mimecast.dlp/source.ts';
import { mimecastMessageTracking } from '../../shared/sources/mimecast.message-tracking/source.ts';
import { mimecastSiem } from '../../shared/sources/mimecast.siem/source.ts';
import { mimecastTtpAttachment } from '../../shared/sources/mimecast.ttp-attachment/source.ts';
import { mimecastTtpImpersonation } from '../../shared/sources/mimecast.ttp-impersonation/source.ts';
import { mimecastTtpUrl } from '../../shared/sources/mimecast.ttp-url/source.ts';
import { readEvent } from '../support/read-event.ts';

const at = '2026-10-05T09:12:44Z';
const names = (targets: readonly { name: string | null; address: string | null; id: string | null }[]) =>
  targets.map(({ name, address, id }) => name ?? address ?? id);

describe('records in the form somebody else gave them', () => {
  const native = {
    CreationTime: at,
    Id: 'a',
    Operation: 'FileDownloaded',
    RecordType: 6,
    UserId: 'mira@contoso.example',
  };
  test.each([
    ['as JSON in a string, out of an audit search', { CreationDate: at, AuditData: JSON.stringify(native) }],
    ['as an object, out of a query of audit logs', { createdDateTime: at, id: 'a', auditData: native }],
    [
      'with small letters',
      {
        creationTime: at,
        id: 'a',
        operation: 'FileDownloaded',
        recordType: 6,
        userId: 'mira@contoso.example',
      },
    ],
  ])('an audit record %s is the record it holds', (_, record) => {
    expect(readEvent(m365UnifiedAudit, record)).toEqual(readEvent(m365UnifiedAudit, native));
  });
  test('a sign-in with great letters is the same sign-in', () => {
    const small = {
      id: 'a',
      createdDateTime: at,
      userId: 'u',
      status: { errorCode: 50126 },
      ipAddress: '203.0.113.17',
    };
    const great = {
      Id: 'a',
      CreatedDateTime: at,
      UserId: 'u',
      Status: { ErrorCode: 50126 },
      IpAddress: '203.0.113.17',
    };
    expect(readEvent(entraSignIns, great)).toEqual(readEvent(entraSignIns, small));
  });
  test('an envelope says what its record does not, and never another resource', () => {
    const { event } = readEvent(entraSignIns, {
      time: at,
      resourceId: '/tenants/x/providers/y',
      resultType: '50126',
      callerIpAddress: '2001:db8::17',
      properties: { createdDateTime: at, userId: 'u' },
    });
    expect([event.outcome, event.client?.ip, event.targets]).toEqual(['failure', '2001:db8::17', []]);
  });
});

describe('an Intune activity whose type is one word', () => {
  test.each([
    ['the verb', { activityType: 'Patch', displayName: 'Update DeviceConfiguration' }, 'Update DeviceConfiguration'],
    ['the thing', { activityType: 'deviceConfiguration', activity: 'Create deviceConfiguration' }, 'Create deviceConfiguration'],
    ['all there is', { activityType: 'Patch', displayName: 'Patch' }, 'Patch'],
    ['two words', { activityType: 'Create Policy', displayName: 'Create a policy (beta)' }, 'Create Policy'],
  ])('which is %s is told by the name that says more', (_, record, operation) => {
    expect(readEvent(intuneAuditEvents, { activityDateTime: at, ...record }).event.operation).toBe(operation);
  }); // prettier-ignore
});

describe('what a record says in its own way', () => {
  test('a numbered result, an initiator of a new kind and a single target are read', () => {
    const { event } = readEvent(entraDirectoryAudits, {
      activityDateTime: at,
      result: 1,
      initiatedBy: { agentIdentity: { id: 'g', displayName: 'Housekeeper' } },
      targetResources: { id: 't', type: 'Group', displayName: 'Finance' },
    });
    expect([event.outcome, event.actor?.name, names(event.targets)]).toEqual([
      'failure',
      'Housekeeper',
      ['Finance'],
    ]);
  });
  test.each([
    ['200', 'success'],
    ['Conflict', 'failure'],
    ['BadRequest', 'failure'],
    ['Pending', 'unknown'],
  ])('Intune’s result %s is %s', (activityResult, outcome) => {
    expect(readEvent(intuneAuditEvents, { activityDateTime: at, activityResult }).event.outcome).toBe(
      outcome,
    );
  });
  test('an address in a field nobody mapped is found', () => {
    expect(
      readEvent(intuneAuditEvents, { activityDateTime: at, clientIp: '203.0.113.17:443' }).event.client?.ip,
    ).toBe('203.0.113.17');
    expect(readEvent(mimecastDlp, { eventTime: at, senderIp: '203.0.113.17' }).event.client?.ip).toBe(
      '203.0.113.17',
    );
    expect(readEvent(mimecastTtpUrl, { date: at, sourceIp: '203.0.113.17' }).event.client?.ip).toBe(
      '203.0.113.17',
    );
  });
  test('an alert without evidence has the address its description names', () => {
    const { event } = readEvent(defenderAlerts, {
      createdDateTime: at,
      title: 'x',
      description: 'It came from 203.0.113.17.',
    });
    expect(event.client?.ip).toBe('203.0.113.17');
  });
});

describe('Mimecast', () => {
  const audit = (auditType: string, eventInfo: unknown, more: object = {}) =>
    readEvent(mimecastAuditEvents, {
      id: 'a',
      eventTime: at,
      user: 'mira@contoso.example',
      auditType,
      eventInfo,
      ...more,
    }).event;
  test('an audit event names what it was done to before the console it was done in', () => {
    const tail =
      'Date: 2026-10-05, Time: 09:12:44+0000, IP: 203.0.113.17, Application: Administration Console';
    expect(
      names(
        audit('Review Set Action', `Viewed Details - Case: Alpha, Review Set: Contracts, ${tail}`).targets,
      ),
    ).toEqual(['Contracts', 'Alpha', 'Administration Console']);
    expect(
      names(
        audit(
          'Folder Log Entry',
          `Action Performed - Deleted New Folder by mira@contoso.example<Mira> ${tail}`,
        ).targets,
      ),
    ).toEqual(['Deleted New Folder', 'Administration Console']);
    expect(
      names(audit('User Logged On', `Successful authentication for mira@contoso.example, ${tail}`).targets),
    ).toEqual(['Administration Console']);
    expect(names(audit('Role Changed', 'Role Basic Administrator: permission removed').targets)).toEqual([
      'Role Basic Administrator: permission removed',
    ]);
  });
  test.each([
    ['Connectors Management', 'Connector creation\nName: Sync, Success: false', 'failure'],
    ['Existing Policy Changed', 'Blocked Senders policy changed', 'success'],
    ['Managed Sender', 'kit@fabrikam.example added to blocked senders', 'success'],
    ['User Access', 'Login blocked for mira@contoso.example', 'failure'],
    ['Logon Requires Challenge', 'Intermediate authentication for mira@contoso.example', 'unknown'],
  ])('%s: %s is a %s', (type, info, outcome) => {
    expect(audit(type, info).outcome).toBe(outcome);
  });
  test('an audit event without a user has the one its text names, and its text may be an object', () => {
    expect(
      audit('Export', 'Export made by lee@contoso.example, IP: 203.0.113.17:443', { user: '' }),
    ).toMatchObject({
      actor: { address: 'lee@contoso.example' },
      client: { ip: '203.0.113.17', port: 443 },
    });
    expect(audit('Logon Failed', { message: 'Failed authentication', ip: '203.0.113.17' })).toMatchObject({
      outcome: 'failure',
      client: { ip: '203.0.113.17' },
    });
  });
  test('mail in Microsoft’s mailboxes says what was found, what became of it, and what was attached', () => {
    const mail = (more: object) =>
      readEvent(mimecastSiem, {
        timestamp: at,
        type: 'entities',
        senderEnvelope: 'kit@fabrikam.example',
        ...more,
      }).event;
    const policiesApplied = [{ action: 'BLOCK', name: 'Default' }];
    const found = mail({
      threatState: 'BLOCKED',
      threatType: 'MALWARE',
      attachments: ['a.xlsx'],
      policiesApplied,
    });
    expect(found).toMatchObject({
      category: 'security',
      outcome: 'failure',
      reason: 'MALWARE',
      ocsf: { class: 2004 },
    });
    expect(names(found.targets)).toEqual(['a.xlsx', 'Default']);
    expect(mail({ threatState: 'DELIVERED', threatType: 'NO_DETECTIONS' })).toMatchObject({
      category: 'mail',
      outcome: 'success',
    });
    expect(mail({ threatState: 'DELIVERY_IN_PROGRESS', subtype: 'NO_DETECTIONS' }).outcome).toBe('unknown');
  });
  test('a gateway record names the files attached, and is no bounce for saying no sender', () => {
    const { event } = readEvent(mimecastSiem, {
      datetime: at,
      aCode: 'x',
      Act: 'Acc',
      AttCnt: 2,
      AttNames: '"a.docx", "b.xlsx"',
    });
    expect(names(event.targets)).toEqual(['a.docx', 'b.xlsx']);
    expect(event.summary).toContain('an unknown sender');
    expect(readEvent(mimecastSiem, { datetime: at, Sender: '<>', Act: 'Acc' }).event.summary).toContain(
      'a bounce',
    );
  });
  test('what waits for delivery is not delivered, and a message never received has the time it was sent', () => {
    const { event } = readEvent(mimecastMessageTracking, {
      id: 't',
      status: 'Awaiting delivery',
      received: '',
      sent: at,
    });
    expect([event.outcome, event.time]).toEqual(['unknown', '2026-10-05T09:12:44.000Z']);
  });
  test('lists are read where one was written before', () => {
    const files = readEvent(mimecastTtpAttachment, {
      date: at,
      fileName: ['a.pdf', 'b.pdf'],
      result: 'malicious',
    }).event;
    expect(names(files.targets)).toEqual(['a.pdf', 'b.pdf']);
    const like = readEvent(mimecastTtpImpersonation, {
      eventTime: at,
      impersonationResults: '[{"similarDomain":"contoso.example"}]',
    }).event;
    expect(names(like.targets)).toEqual(['contoso.example']);
  });
  test('a view says its message and whether the content was seen, in words too', () => {
    const { event } = readEvent(mimecastArchiveViews, {
      viewed: at,
      contentViewed: 'Yes',
      messageId: '<m@contoso.example>',
    });
    expect([event.operation, event.mail?.messageId]).toEqual(['View message content', '<m@contoso.example>']);
  });
});

test('a request for approval is no application', () => {
  const resources = [{ auditResourceType: 'OperationApprovalRequest', resourceId: 'r', displayName: 'Wipe' }];
  const { event } = readEvent(intuneAuditEvents, { activityDateTime: at, activityType: 'Create', resources });
  expect(event.targets.map(({ kind }) => kind)).toEqual(['other']);
});
