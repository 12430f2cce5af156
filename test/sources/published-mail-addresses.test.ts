import { describe, expect, test } from 'vitest';
import { mailAddresses } from '../../shared/sources/_kit/address.ts';
import { eventOf as read } from '../support/read-event.ts';

const at = '2026-10-05T09:12:44+0000';
const trace = (record: object) =>
  read('exchange.message-trace', {
    id: '2d9c0a61-7f4e-4b3f-93d2-08de0a11b2c3',
    receivedDateTime: at,
    senderAddress: 'a@fabrikam.example',
    recipientAddress: 'mira@contoso.example',
    subject: 'Offer',
    status: 'delivered',
    ...record,
  });
const view = (record: object) =>
  read('mimecast.archive-views', {
    viewed: at,
    viewer: 'nils@contoso.example',
    from: 'a@fabrikam.example',
    to: 'mira@contoso.example',
    contentViewed: true,
    ...record,
  });

describe('addresses in one text', () => {
  test.each([
    ['"Holt, Mira" <mira@contoso.example>, "Lind; Jan" <jan@contoso.example>', ['mira@contoso.example', 'jan@contoso.example']],
    ['Holt, Mira <mira@contoso.example>; jan@contoso.example', ['mira@contoso.example', 'jan@contoso.example']],
    ['"Holt, Mira" <mira@contoso.example>', ['mira@contoso.example']],
    ['"mira@contoso.example, jan@contoso.example', ['mira@contoso.example', 'jan@contoso.example']],
    ['All staff, north', ['All staff, north']],
    [['Holt, Mira <mira@contoso.example>', 'All staff'], ['mira@contoso.example', 'All staff']],
    [', ;', [', ;']],
  ])('%j are %j', (value, addresses) => {
    expect(mailAddresses(value)).toEqual(addresses);
  }); // prettier-ignore
  test('are all of them recipients of the mail, whatever their names hold', () => {
    const { mail, targets } = view({ to: '"Holt, Mira" <mira@contoso.example>, Lind, Jan <jan@contoso.example>' });
    expect(mail?.recipients).toEqual(['mira@contoso.example', 'jan@contoso.example']);
    expect(targets.filter(one => one.kind === 'mailbox').map(one => one.address)).toEqual(mail?.recipients);
    expect(trace({ recipientAddress: 'Holt, Mira <mira@contoso.example>' }).mail?.recipients).toEqual([
      'mira@contoso.example',
    ]);
  }); // prettier-ignore
  test('are read in the time it takes to read them', () => {
    const began = process.cpuUsage();
    for (const part of ['"', '",', 'a,', '"a', ';"']) mailAddresses(part.repeat(30_000));
    const { user } = process.cpuUsage(began);
    expect(user / 1_000).toBeLessThan(5_000);
  });
});

describe('a mail with many recipients', () => {
  const to = (count: number) => Array.from({ length: count }, (_, n) => `u${n}@contoso.example`);
  const tracked = (count: number) =>
    read('mimecast.message-tracking', {
      id: 'm1',
      received: at,
      status: 'archived',
      fromEnv: { emailAddress: 'a@fabrikam.example' },
      to: to(count).map(emailAddress => ({ emailAddress })),
    }).summary;
  test('says how many there are, and of more than are taken over how many at least', () => {
    expect(tracked(3)).toBe('Mail from a@fabrikam.example to u0@contoso.example and 2 more: archived');
    expect(tracked(130)).toBe(
      'Mail from a@fabrikam.example to u0@contoso.example and at least 99 more: archived',
    );
  });
  test('is not for the first of them alone in a trace', () => {
    expect(trace({ recipientAddress: to(3).join(';') }).summary).toBe(
      'Mail from a@fabrikam.example to u0@contoso.example and 2 more, “Offer”: delivered',
    );
  });
});

describe('who wrote a mail', () => {
  test.each([
    'postmaster@contoso.example',
    'MAILER-DAEMON@contoso.example',
    'MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example',
  ])('is the house’s mail server, and none of its users: %s', address => {
    const system = { kind: 'system', id: null, name: null, address };
    expect(trace({ senderAddress: address }).actor).toEqual(system);
    expect(
      read('mimecast.siem', { type: 'entities', timestamp: at, senderEnvelope: '', senderHeader: address })
        .actor,
    ).toEqual(system);
  });
  test('is somebody else’s mail server, and a user whose name begins so', () => {
    expect(trace({ senderAddress: 'postmaster@fabrikam.example' }).actor?.kind).toBe('other');
    expect(trace({ senderAddress: 'postmaster.mira@contoso.example' }).actor?.kind).toBe('user');
  });
});

describe('who used the archive', () => {
  const support = { kind: 'user', id: null, name: 'Support desk', address: null };
  test('has a name where that is no address', () => {
    expect(view({ viewer: 'Support desk' }).actor).toEqual(support);
    expect(
      read('mimecast.archive-searches', { createTime: at, emailAddr: 'Support desk', searchText: 'x' }).actor,
    ).toEqual(support);
  });
  test('has the address alone where the name stands before it', () => {
    expect(
      read('mimecast.audit-events', {
        id: 'a',
        eventTime: at,
        auditType: 'User Logged On',
        category: 'authentication_logs',
        user: 'Ada Lind <ada@contoso.example>',
      }).actor,
    ).toEqual({ kind: 'user', id: null, name: null, address: 'ada@contoso.example' });
  });
  const told = (auditType: string, eventInfo: string, category: string) =>
    read('mimecast.audit-events', { id: 'a', eventTime: at, auditType, eventInfo, category });
  test('is not the one it was done to, where the record names nobody else', () => {
    for (const [auditType, eventInfo] of [
      ['User Account Created', 'Account created for user mira@contoso.example, IP: 198.51.100.23'],
      ['User Password Changed', 'Password reset for user: mira@contoso.example, Remote IP is null'],
    ] as const) {
      const { actor, targets } = told(auditType, eventInfo, 'user_account_and_role_logs');
      expect([actor, targets.map(one => one.address)]).toEqual([null, ['mira@contoso.example']]);
    }
  });
  test('is the one it says it was done by, or who signs in', () => {
    const by = 'Account mira@contoso.example created by admin@contoso.example, IP: 198.51.100.23';
    expect(told('User Account Created', by, 'user_account_and_role_logs').actor?.address).toBe(
      'admin@contoso.example',
    );
    const signsIn = 'Successful authentication for mira@contoso.example <Holt>, IP: 198.51.100.23';
    expect(told('User Logged On', signsIn, 'authentication_logs').actor?.address).toBe(
      'mira@contoso.example',
    );
  });
  test('searched for mail by its id, which is nobody’s address', () => {
    const { targets } = told(
      'Remediation Incident Adjustment',
      'Remediation Incident Created -  TR-C0A0-01420-M, type : manual, search criteria : {"messageId":"m1@mail.fabrikam.example","ids":["<m2@mail.fabrikam.example>"],"from":"a@fabrikam.example"}, IP: 198.51.100.23',
      'account_logs',
    );
    expect(targets.map(one => one.address ?? one.name)).toEqual(['a@fabrikam.example', 'TR-C0A0-01420-M']);
  });
  test('sought nothing where the list of what was sought is empty', () => {
    const { summary, targets } = read('mimecast.archive-searches', {
      createTime: at,
      emailAddr: 'nils@contoso.example',
      source: 'archive',
      searchText: '',
      museQuery: '[]',
    });
    expect(summary).toBe('Archive Search by nils@contoso.example');
    expect(targets.map(one => one.name)).toEqual(['archive']);
  });
});

describe('a click', () => {
  const clicked = (record: object) =>
    read('mimecast.ttp-url', {
      date: at,
      url: 'https://u.example',
      action: 'block',
      fromUserEmailAddress: 'a@fabrikam.example',
      ...record,
    }).actor?.address;
  test('of nobody knows whom is not the sender’s', () => {
    expect(clicked({ creationMethod: 'User Click' })).toBeUndefined();
    expect(clicked({ creationMethod: 'User Click', userEmailAddress: 'mira@contoso.example' })).toBe(
      'mira@contoso.example',
    );
    expect(clicked({ creationMethod: 'Entry Scan' })).toBe('a@fabrikam.example');
  });
});

describe('a trace', () => {
  test('of what was expanded is of a group, and of each of its members', () => {
    const kindOf = (status: string) => trace({ status }).targets.map(one => one.kind);
    expect(kindOf('expanded')).toEqual(['group', 'message']);
    expect(kindOf('delivered')).toEqual(['mailbox', 'message']);
  });
  test.each([
    ['Filtered as spam', 'partial', 'low'],
    ['FilteredAsSpam', 'partial', 'low'],
    ['Quarantined', 'failure', 'medium'],
  ])('whose status is %s comes to the same in whatever spelling', (status, outcome, severity) => {
    expect(trace({ status })).toMatchObject({ outcome, severity });
  });
});
