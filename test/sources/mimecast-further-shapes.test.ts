import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { mimecastDirection } from '../../shared/sources/_kit/mimecast-mail.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { mimecastArchiveSearches } from '../../shared/sources/mimecast.archive-searches/source.ts';
import { mimecastAuditEvents } from '../../shared/sources/mimecast.audit-events/source.ts';
import { mimecastSiem } from '../../shared/sources/mimecast.siem/source.ts';
import { readEvent } from '../support/read-event.ts';

describe('which way a mail went', () => {
  const ours = ['contoso.example'];
  test.each([
    // Nobody's domain is one of ours: we know of no side, and the gateway does.
    [null, ['b@contoso-subsidiary.example'], 'inbound', 'inbound'],
    ['a@x.example', ['b@contoso-subsidiary.example'], 'Inbound', 'inbound'],
    ['a@contoso-subsidiary.example', ['b@x.example'], 'OUTBOUND', 'outbound'],
    // Where the gateway says nothing, what can be guessed.
    [null, ['b@x.example'], null, 'outbound'],
    ['a@x.example', ['b@y.example'], 'Accept and drop messages', 'external'],
    // One of ours decides.
    [null, ['b@contoso.example'], 'outbound', 'inbound'],
    ['a@contoso.example', ['b@x.example'], 'inbound', 'outbound'],
  ] as const)('from %j to %j, by the gateway %j, is %s', (sender, recipients, route, direction) => {
    expect(mimecastDirection(sender, recipients, ours, route)).toBe(direction);
  });
});

describe('a gateway event', () => {
  const said = (record: object): NormalizedEvent =>
    readEvent(mimecastSiem as Source, { timestamp: 1_791_190_800_000, ...record }).event;
  const files = ({ targets }: NormalizedEvent) =>
    targets.flatMap(({ kind, name }) => (kind === 'file' ? [name] : []));

  test.each([
    ['"a.docx", "b, c.xlsx"', ['a.docx', 'b, c.xlsx']],
    ['"a.docx" "b.xlsx"; "c.pdf"', ['a.docx', 'b.xlsx', 'c.pdf']],
    ['the so-called "report" of May.docx', ['the so-called "report" of May.docx']],
    ['"report" of May.docx', ['"report" of May.docx']],
    ['plan.pdf', ['plan.pdf']],
  ])('with attachments %j has the files %j', (attachments, names) => {
    expect(files(said({ type: 'process', action: 'Acc', attachments }))).toEqual(names);
  });
  test.each([
    [{ type: 'delivery', delivered: 'false', deliveryErrors: 'Connection refused' }, 'Connection refused'],
    [{ type: 'receipt', action: 'Rej', receiptErrors: 'Code found in mail' }, 'Code found in mail'],
    [{ type: 'url protect', action: 'Block', blockReason: 'malicious' }, 'malicious'],
    [{ type: 'url protect', blockReason: 'malicious' }, 'malicious'],
  ])('that failed says why: %j', (record, reason) => {
    expect(said(record)).toMatchObject({ outcome: 'failure', reason });
  });
  test('without an id of its own is found by its message', () => {
    expect(said({ type: 'av', virusFound: 'Test', messageId: '<1@x.example>' }).correlationId).toBe(
      '<1@x.example>',
    );
  });

  const older = { datetime: '2026-10-05T09:00:00+0100', aCode: 'aa', Sender: 'a@fabrikam.example' };
  test('of an older delivery has the address it went to as a target, never as where it came from', () => {
    const { event } = readEvent(mimecastSiem as Source, { ...older, Delivered: true, IP: '203.0.113.44' });
    expect(event.client).toBeNull();
    expect(event.targets[0]).toMatchObject({ kind: 'device', id: '203.0.113.44' });
  });
  test('of an older delivery that failed says why, also where somebody wrote another type on it', () => {
    const { event } = readEvent(mimecastSiem as Source, {
      ...older,
      type: 'MTA',
      Delivered: false,
      Err: 'Connection refused',
    });
    expect(event).toMatchObject({ operation: 'delivery', outcome: 'failure', reason: 'Connection refused' });
  });
});

test.each([
  "{'mailbox':'mira@contoso.example','query':'[]'}",
  '{"mailbox":"mira@contoso.example","query":"invoice"}',
])('a search in one mailbox names it: %s', searchText => {
  const { event } = readEvent(mimecastArchiveSearches as Source, {
    createTime: '2026-10-05T09:00:00+0000',
    emailAddr: 'nils@contoso.example',
    description: 'Archive Mailbox',
    searchText,
  });
  expect(event.targets).toContainEqual({
    kind: 'mailbox',
    id: null,
    name: null,
    address: 'mira@contoso.example',
  });
});

test.each([
  ['Automated Task Manager', 'system'],
  ['System', 'system'],
  ['<>', 'system'],
  ['helpdesk', 'admin'],
])('an audit event by %s is one of kind %s', (user, kind) => {
  const { event } = readEvent(mimecastAuditEvents as Source, {
    id: 'a1',
    eventTime: '2026-10-05T09:00:00+0000',
    auditType: 'User Details Changed',
    category: 'account_logs',
    user,
    eventInfo: 'Users updated',
  });
  expect(event.actor?.kind).toBe(kind);
});
