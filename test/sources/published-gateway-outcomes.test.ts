import { describe, expect, test } from 'vitest';
import { outcomeOfAction } from '../../shared/sources/_kit/mimecast-actions.ts';
import { gatewayAudit as audit } from '../support/gateway-audit.ts';
import { eventOf as read } from '../support/read-event.ts';

const at = '2026-10-05T09:12:44+0000';
const tail =
  ', Date: 2026-10-05, Time: 09:12:44+0000, IP: 198.51.100.23, Application: Administration Console';

describe('what is in the audit log was done', () => {
  test.each([
    ['Policy Deleted', `Policy 'Reject invalid senders' deleted${tail}`],
    ['Custom Report Definition Created', `Definition created with name "Failed deliveries"${tail}`],
    ['Managed URL Added', `Managed URL added https://evil.example/login-failed?denied=1${tail}`],
    ['Folder Log Entry', `failed@fabrikam.example added to a folder${tail}`],
    ['Folder Log Entry', 'Action Performed - Added a@fabrikam.example to Invalid Recipients by admin@contoso.example<Ada> Date: 2026-10-05 Time: 10:00:00 +0100 IP: 198.51.100.23 Application: Console'],
    ['Messages Rejected', `Held messages of mira@contoso.example rejected${tail}`],
    ['Completed Directory Sync', 'Sync completed with no failures, 0 rejected'],
    ['User Account Locked', 'Account mira@contoso.example locked after 5 failed logins, IP: 198.51.100.23'],
    ['Account Amended', `Account settings amended. Failed Logon Lockout: 5 changed to 50${tail}`],
    ['Message Action', `Viewed Message - Source: Search, Subject: Your login failed, Processed: 2026-09-28 07:59:23+0000${tail}`],
  ])('whatever the things are called: %s', (auditType, eventInfo) => {
    expect(audit(auditType, eventInfo)).toMatchObject({ outcome: 'success', reason: null });
  }); // prettier-ignore
  test.each([
    ['Logon', `Login for mira@contoso.example rejected${tail}`],
    ['Logon', `Access to the mailbox of 'Sales' denied${tail}`],
    ['Logon', `Authentication request was blocked by the policy${tail}`],
    ['Remediation Incident Adjustment', `Incident TR-C0A0-01420-M failed to remediate 3 messages${tail}`],
    ['Logon Authentication Failed', `Failed authentication for mira@contoso.example <Holt, Mira>${tail}`],
    ['Logon', `Rejected: certificate of "Console" expired${tail}`],
  ])('unless it was not: %s, %s', (auditType, eventInfo) => {
    expect(audit(auditType, eventInfo).outcome).toBe('failure');
  });
  test('to an account, which is known by its address', () => {
    const locked = 'Account mira@contoso.example locked after 5 failed logins, IP: 198.51.100.23';
    const event = audit('User Account Locked', locked, 'user_account_and_role_logs', 'mira@contoso.example');
    expect(event.targets).toEqual([{ kind: 'user', id: null, name: null, address: 'mira@contoso.example' }]);
    expect(event).toMatchObject({ severity: 'low', ocsf: { class: 3001, activity: 9 } });
  });
  test.each([
    'New Policy',
    'Policy Amended',
    'User Account Unlocked',
    'Message Released',
    'Archive Mailbox Restore',
  ])('and %s is a change', auditType => {
    expect(audit(auditType, `Done${tail}`, 'policy_logs').severity).toBe('low');
  });
});

describe('what it was done to', () => {
  const named = (eventInfo: string) =>
    audit('Changed', `${eventInfo}${tail}`).targets.map(one => `${one.kind} ${one.address ?? one.name}`);
  test.each([
    ["Policy 'Block list' deleted", 'policy Block list'],
    ['Report Definition created with name "Weekly" and description "All mail"', 'other Weekly'],
    ['Tasks of legacy connection ("365") moved to new connector ("Sync - 365")', 'application Sync - 365'],
    ["Role 'Basic Administrator' changed", 'role Basic Administrator'],
    ['Application "Reader" added', 'application Reader'],
    ["Mira's group isn't Jan's", "other Mira's group isn't Jan's"],
  ])('is named in quotes: %s', (eventInfo, target) => {
    expect(named(eventInfo)).toEqual([target, 'application Administration Console']);
  });
  test('is in mailboxes, where mail is taken out of them, and that is watched', () => {
    expect(audit('Remediation Incident Adjustment', `Incident TR-C0A0-01420-M made${tail}`).severity).toBe(
      'medium',
    );
  });
});

describe('the sentence of an audit event', () => {
  test('tells what was changed, from what, to what', () => {
    expect(
      audit('Account Amended', `Account settings amended. Failed Logon Lockout: 5 changed to 50${tail}`)
        .summary,
    ).toBe(
      'Account Amended by admin@contoso.example: Account settings amended. Failed Logon Lockout: 5 changed to 50',
    );
  });
  test('tells the mail that was read, and not where it was read from twice', () => {
    const { summary } = audit(
      'Message Action',
      `Viewed Message - Source: Search, From: <A> a@fabrikam.example, To: <B> mira@contoso.example, Subject: Offer, Processed: 2026-09-28 07:59:23+0000, Viewed Content: True${tail}`,
      'case_review_logs',
    );
    expect(summary).toBe(
      'Message Action by admin@contoso.example: Viewed Message - Source: Search, From: <A> a@fabrikam.example, To: <B> mira@contoso.example, Subject: Offer, Processed: 2026-09-28 07:59:23+0000, Viewed Content: True',
    );
  });
  test('and its reason are one line', () => {
    const { reason, outcome } = audit(
      'Connectors Management',
      `Connector creation\nName: Sync, Product: Recover\nSuccess: false${tail}`,
      'integrations_and_apis',
    );
    expect([outcome, reason]).toEqual(['failure', 'Connector creation Name: Sync, Product: Recover']);
  });
});

describe('an action', () => {
  test.each([
    ['Not delivered', 'failure'], ['undeliverable', 'failure'], ['not_released', 'failure'], ['Disallowed', 'failure'],
    ['unblock', 'success'], ['admin_hold', 'failure'], ['over threshold', 'unknown'], ['in stages', 'unknown'], ['notification_sent', 'success'],
  ])('that says no comes to what it says: %s', (action, outcome) => {
    expect(outcomeOfAction(action)).toBe(outcome);
  }); // prettier-ignore
  const mail = { senderAddress: 'a@fabrikam.example', recipientAddress: 'mira@contoso.example' };
  test.each([
    ['mimecast.ttp-attachment', { date: at, ...mail, fileName: 'a.pdf', result: 'safe', actionTriggered: 'N/A' }],
    ['mimecast.ttp-url', { date: at, userEmailAddress: 'mira@contoso.example', url: 'https://u.example', action: 'N/A' }],
    ['mimecast.ttp-impersonation', { eventTime: at, ...mail, action: 'N/A' }],
    ['mimecast.dlp', { eventTime: at, ...mail, policy: 'N/A', action: 'N/A' }],
    ['mimecast.siem', { timestamp: at, type: 'receipt', senderEnvelope: 'a@fabrikam.example', action: 'N/A' }],
  ])('of %s that was not filled in is none', (id, record) => {
    const event = read(id, record);
    expect(JSON.stringify([event.summary, event.reason, event.mail, event.targets])).not.toMatch(/n\/a/i);
  }); // prettier-ignore
});

describe('what the gateway found', () => {
  const found = (type: string, record: object) =>
    read('mimecast.siem', {
      timestamp: at,
      type,
      senderEnvelope: 'a@fabrikam.example',
      recipients: 'mira@contoso.example',
      ...record,
    });
  test('of a link that was let through for good is no alarm', () => {
    const link = { url: 'https://u.example', urlCategory: 'Computers & Internet', action: 'Allow' };
    expect(found('url protect', link)).toMatchObject({ outcome: 'success', severity: 'low' });
    expect(found('url protect', { ...link, blockReason: 'malicious' }).severity).toBe('high');
    expect(found('url protect', { ...link, action: 'Block' }).severity).toBe('medium');
  });
  test('to be clean was clean', () => {
    expect(found('internal email protect', { scanResults: 'Clean' })).toMatchObject({
      outcome: 'success',
      severity: 'low',
      reason: 'Clean',
    });
  });
  test('in a link stopped it, in the names before, where a reason is all that is told', () => {
    const { outcome, reason } = read('mimecast.siem', {
      datetime: '2026-10-05T09:12:44+0100',
      acc: 'C0A0',
      reason: 'malicious',
      sender: 'a@fabrikam.example',
      recipient: 'mira@contoso.example',
      url: 'https://u.example',
      urlCategory: 'Phishing & Fraud',
    });
    expect([outcome, reason]).toEqual(['failure', 'Phishing & Fraud']);
  });
  test('is told without the marks of the line it was written in', () => {
    const { mail, reason } = read('mimecast.siem', {
      datetime: '2026-10-05T09:12:44+0100',
      acc: 'C0A0',
      Dir: 'Inbound',
      Sender: 'a@fabrikam.example',
      Rcpt: 'mira@contoso.example',
      Subject: '\\Offer | last call\\',
      Act: 'Rej',
      RejType: '\\Virus Signature Detection\\',
    });
    expect([mail?.subject, reason]).toEqual(['Offer | last call', 'Virus Signature Detection']);
  });
});
