import { describe, expect, test } from 'vitest';
import { instant } from '../../shared/kernel/time.ts';
import { defenderAlerts } from '../../shared/sources/defender.alerts/source.ts';
import { entraConditionalAccess } from '../../shared/sources/entra.conditional-access/source.ts';
import { entraDirectoryAudits } from '../../shared/sources/entra.directory-audits/source.ts';
import { entraMfaCoverage } from '../../shared/sources/entra.mfa-coverage/source.ts';
import { entraSignIns } from '../../shared/sources/entra.sign-ins/source.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import { cpuMsSince } from '../support/cpu-time.ts';
import { readEvent } from '../support/read-event.ts';

// Values that look like what a rule means, and are something else.

const at = '2026-10-05T09:12:44Z';
const id = (last: number): string => `0000000${last}-1111-4222-8333-444455556666`;
const about = { domains: [], stream: 'default' };
/** Whatever turns it into a text by itself fails. */
const untellable = { toString: 1, valueOf: 1 };

describe('a value of another type than expected is passed over', () => {
  test('the category of an envelope', () => {
    const record = { category: untellable, properties: { id: 's', createdDateTime: at, userId: 'u' } };
    expect(readRecord(entraSignIns, record, about)).toMatchObject({ kind: 'event' });
  });
  test('a level of risk of a policy', () => {
    const policy = { id: 'c', displayName: 'C', state: 'enabled' };
    const risks = (...signInRiskLevels: unknown[]) => ({ ...policy, conditions: { signInRiskLevels } });
    const change = {
      kind: 'changed' as const,
      asOf: instant(Date.parse(at)),
      since: instant(Date.parse(at) - 3_600_000),
      before: risks('medium', untellable),
      names: new Map(),
    };
    const read = readRecord(entraConditionalAccess, risks(untellable), { ...about, change });
    expect(read).toMatchObject({ kind: 'event', event: { severity: 'high' } });
  });
});

test('methods of one text are told apart in the time it takes to read it', () => {
  const methodsRegistered = `email${' '.repeat(40_000)}x, fido2`;
  const before = process.cpuUsage();
  const record = { id: 'u', userPrincipalName: 'mira@contoso.example', methodsRegistered };
  const read = readRecord(entraMfaCoverage, record, { ...about, readAt: instant(Date.parse(at)) });
  expect(cpuMsSince(before)).toBeLessThan(500);
  expect(read).toMatchObject({ kind: 'event' });
});

test('of a title only its end is cut off: in some languages words hold what has no width', () => {
  const { summary } = readEvent(defenderAlerts, {
    id: 'a',
    createdDateTime: at,
    title: 'می\u200cخواهد\u200b',
  }).event;
  expect(summary).toContain('می\u200cخواهد');
  expect(summary).not.toContain('\u200b');
});

test.each(['Azure Admins (DE)', 'Azure Notfall', 'Customer Care Service', 'Microsoft Support Nord'])(
  'an account called %s is no service',
  displayName => {
    const { actor, client } = readEvent(entraDirectoryAudits, {
      activityDateTime: at,
      initiatedBy: { user: { id: 'u', userPrincipalName: 'u@contoso.example', displayName } },
    }).event;
    expect([actor?.name, client]).toEqual([displayName, null]);
  },
);

test('nobody who got one of several mails is who did it', () => {
  const mail = (recipientEmailAddress: string) => ({
    '@odata.type': '#microsoft.graph.security.analyzedMessageEvidence',
    recipientEmailAddress,
    p2Sender: { emailAddress: 'evil@example.org' },
  });
  const user = (userPrincipalName: string) => ({
    '@odata.type': '#microsoft.graph.security.userEvidence',
    userAccount: { userPrincipalName },
  });
  const people = ['mira@contoso.example', 'jan@contoso.example'];
  const { actor } = readEvent(defenderAlerts, {
    id: 'a',
    createdDateTime: at,
    title: 'Email messages containing malicious URL removed after delivery',
    evidence: [...people.map(mail), ...people.map(user)],
  }).event;
  expect(actor?.address).toBe('evil@example.org');
});

describe('unified audit', () => {
  const audit = (record: object) =>
    readEvent(m365UnifiedAudit, {
      Id: '1',
      CreationTime: '2026-11-03T10:11:12',
      UserId: 'mira@contoso.example',
      UserType: 0,
      ...record,
    }).event;
  test('of two ids of a thing, one under its name, both are told', () => {
    const { targets } = audit({
      RecordType: 5000,
      Workload: 'FutureService',
      Operation: 'X',
      WidgetName: id(1),
      WidgetId: id(2),
    });
    expect(targets).toEqual([{ kind: 'other', id: id(2), name: id(1), address: null }]);
  });
  test('a document’s name in its URL holds nothing no store takes', () => {
    const Id = 'https://contoso.example/Doc.aspx?file=a%00b.docx';
    const { targets } = audit({
      RecordType: 261,
      Operation: 'CopilotInteraction',
      CopilotEventData: { Contexts: [{ Id, Type: 'docx' }] },
    });
    expect(targets[0]?.name).toBe('a\ufffdb.docx');
  });
  test('a mailbox’s folder is no file’s', () => {
    expect(audit({ Operation: 'FolderBind' }).category).not.toBe('file');
    expect(audit({ Operation: 'FolderModified' }).category).toBe('file');
  });
});
