import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { mimecastAuditEvents } from '../../shared/sources/mimecast.audit-events/source.ts';
import { mimecastSiem } from '../../shared/sources/mimecast.siem/source.ts';
import { mimecastMessageTracking } from '../../shared/sources/mimecast.message-tracking/source.ts';
import { mimecastTtpImpersonation } from '../../shared/sources/mimecast.ttp-impersonation/source.ts';
import { mimecastTtpUrl } from '../../shared/sources/mimecast.ttp-url/source.ts';
import { mimecastArchiveSearches } from '../../shared/sources/mimecast.archive-searches/source.ts';
import { mimecastArchiveViews } from '../../shared/sources/mimecast.archive-views/source.ts';
import { mimecastDlp } from '../../shared/sources/mimecast.dlp/source.ts';
import { readEvent } from '../support/read-event.ts';

describe('the text of an audit event', () => {
  const said = (eventInfo: string): NormalizedEvent =>
    readEvent(mimecastAuditEvents as Source, {
      id: '1',
      auditType: 'User Logged On',
      user: 'mira@contoso.example',
      eventTime: '2026-10-05T09:00:00+0000',
      category: 'authentication_logs',
      eventInfo,
    }).event;
  test.each([
    'Action Performed - a folder by mira@contoso.example<Mira> Date: 2026-10-05 Time: 10:00:00 +0100 IP: 198.51.100.23 Application: Console',
    'Creating the entry for failed authentication, emailAddress :x.Address@1f[name=mira] remote IP : 198.51.100.23 application : Console',
    'Logged on, Remote IP is 198.51.100.23, Application: Console',
    '[Export type : Download,IP Address :198.51.100.23,Size : 4], Date: 2026-10-05, Application: Console',
    'Logged on, IP: 198.51.100.23, Application: Console',
  ])('gives its address and application: %s', eventInfo => {
    expect(said(eventInfo).client).toMatchObject({ ip: '198.51.100.23', app: 'Console' });
  });
  test('ends where its date begins, also with a space for the comma', () => {
    const { summary } = said(
      'Action Performed - Deleted a folder Date: 2026-10-05 Time: 10:00 IP: 198.51.100.2 Application: Console',
    );
    expect(summary).toMatch(/Deleted a folder$/);
  });
  test('about nobody but its actor has the actor as target', () => {
    expect(said('Password reset for user: mira@contoso.example Changed, Remote IP is null')).toMatchObject({
      targets: [{ kind: 'user', address: 'mira@contoso.example' }],
      client: null,
    });
  });
});

test('an imitated person is a user with name and address', () => {
  const { targets } = readEvent(mimecastTtpImpersonation as Source, {
    eventTime: '2026-10-05T09:00:00+0000',
    senderAddress: 'mira@fabrikam.example',
    recipientAddress: 'jan@contoso.example',
    action: 'none',
    impersonationResults: [
      { similarDomain: 'Mira Holm <mira@contoso.example>' },
      { similarDomain: 'cont0so.example' },
    ],
  }).event;
  expect(targets).toContainEqual({
    kind: 'user',
    id: null,
    name: 'Mira Holm',
    address: 'mira@contoso.example',
  });
  expect(targets).toContainEqual({ kind: 'domain', id: null, name: 'cont0so.example', address: null });
});

describe('a gateway event', () => {
  const siem = mimecastSiem as Source;
  test('of internal mail was stopped where the scan says so', () => {
    expect(
      readEvent(siem, {
        timestamp: 1_791_190_800_000,
        type: 'internal email protect',
        scanResults: 'Blocked URL Category',
        urlCategory: 'Compromised',
      }).event,
    ).toMatchObject({ outcome: 'failure', reason: 'Blocked URL Category' });
  });
  test('of a delivery names the server it went to', () => {
    const { event } = readEvent(siem, {
      timestamp: 1_791_190_800_000,
      type: 'delivery',
      delivered: 'true',
      subtype: 'true',
      destinationIp: '203.0.113.44',
      Hostname: 'mx.fabrikam.example',
    });
    expect(event).toMatchObject({ outcome: 'success', reason: null, client: null });
    expect(event.targets[0]).toMatchObject({
      kind: 'device',
      id: '203.0.113.44',
      name: 'mx.fabrikam.example',
    });
  });
  const older = {
    datetime: '2026-10-05T09:00:00+0100',
    acc: 'C1A1',
    aCode: 'aa',
    MsgId: '<1@contoso.example>',
    Sender: 'mira@fabrikam.example',
    IP: '198.51.100.7',
  };
  test.each([
    [{ Act: 'Acc', Rcpt: 'jan@contoso.example', SpamScore: 1 }, 'receipt', 'success'],
    [{ Act: 'Rej', Rcpt: 'jan@contoso.example', RejType: 'Virus', RejInfo: 'Found' }, 'receipt', 'failure'],
    [{ Act: 'Hld', Hld: 'Spm', AttCnt: 0, Rcpt: 'jan@contoso.example' }, 'process', 'failure'],
    [{ Virus: 'Test', Recipient: 'jan@contoso.example' }, 'av', 'failure'],
    [{ Action: 'Hold', Hits: 1, Recipient: 'jan@contoso.example' }, 'impersonation protect', 'failure'],
    [{ ScanResultInfo: 'Blocked', Recipient: 'jan@contoso.example' }, 'internal email protect', 'failure'],
    [{ headerFrom: 'x@fabrikam.example', Recipient: 'jan@contoso.example' }, 'spam', 'unknown'],
  ] as const)('in the older API’s names reads as today’s: %j', (fields, operation, outcome) => {
    const { event, identity } = readEvent(siem, { ...older, ...fields });
    expect(event).toMatchObject({
      time: '2026-10-05T08:00:00.000Z',
      operation,
      outcome,
      actor: { address: 'mira@fabrikam.example' },
      client: { ip: '198.51.100.7' },
      correlationId: 'aa',
    });
    expect(event.targets).toContainEqual(expect.objectContaining({ address: 'jan@contoso.example' }));
    const another = readEvent(siem, { ...older, ...fields, MsgId: '<2@contoso.example>' });
    expect(another.identity).not.toEqual(identity);
  });
});

describe('a link that was checked', () => {
  const said = (record: object): NormalizedEvent =>
    readEvent(mimecastTtpUrl as Source, {
      date: '2026-10-05T09:00:00+0000',
      scanResult: 'malicious',
      ...record,
    }).event;
  test.each([
    [{ action: 'warn', actions: 'Block' }, 'failure'],
    [{ action: 'warn', actions: 'None', userAwarenessAction: 'Continue' }, 'success'],
    [{ action: 'warn', actions: 'None', userAwarenessAction: 'N/A' }, 'partial'],
    [{ action: 'allow', actions: 'Block' }, 'success'],
    [{ action: 'block', adminOverride: 'allow', actions: 'Block' }, 'success'],
    [{ actions: 'Block' }, 'failure'],
  ] as const)('ended as its row says: %j', (record, outcome) => {
    expect(said(record).outcome).toBe(outcome);
  });
  test('is the same row whatever was done with the mail', () => {
    const row = { date: '2026-10-05T09:00:00+0000', url: 'https://u.example', action: 'warn' };
    const source = mimecastTtpUrl as Source;
    expect(source.identity({ ...row, actions: 'Block' })).toEqual(source.identity(row));
  });
});

test('a search in one person’s mail names the mailbox', () => {
  const { targets } = readEvent(mimecastArchiveSearches as Source, {
    createTime: '2026-10-05T09:00:00+0000',
    emailAddr: 'mira@contoso.example',
    searchText: '4711 [User : jan@contoso.example]',
  }).event;
  expect(targets).toContainEqual({ kind: 'mailbox', id: null, name: null, address: 'jan@contoso.example' });
});

test('a view for a case tells the case where the row does', () => {
  const view = { viewed: '2026-10-05T09:00:00+0000', contentViewed: true };
  const reasonOf = (discoveryCase: unknown): string | null =>
    readEvent(mimecastArchiveViews as Source, { ...view, discoveryCase }).event.reason;
  expect(reasonOf('Case 7')).toBe('discovery case Case 7');
  expect(reasonOf('true')).toBe('discovery case');
  expect(reasonOf(false)).toBeNull();
});

test('a tracked message without a time of receipt has that of sending', () => {
  const { time } = readEvent(mimecastMessageTracking as Source, {
    id: 't',
    received: null,
    sent: '2026-10-05T09:00:00+0000',
  }).event;
  expect(time).toBe('2026-10-05T09:00:00.000Z');
});

test('a content policy may do several things, and encrypted mail went on', () => {
  const said = (record: object): NormalizedEvent =>
    readEvent(mimecastDlp as Source, { eventTime: '2026-10-05T09:00:00+0000', ...record }).event;
  expect(said({ action: ['notification', 'hold'], policy: ['A', 'B'] })).toMatchObject({
    outcome: 'failure',
    reason: 'notification, hold',
    targets: [
      { kind: 'policy', name: 'A' },
      { kind: 'policy', name: 'B' },
    ],
  });
  expect(said({ action: 'encrypt' }).outcome).toBe('success');
});
