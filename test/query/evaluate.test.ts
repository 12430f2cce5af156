import { describe, expect, test } from 'vitest';
import { instant } from '../../shared/kernel/time.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import { matches } from '../../shared/query/evaluate.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { storedEvent } from './arbitrary-event.ts';

const asOf = instant(Date.UTC(2026, 9, 6));

const event: StoredEvent = storedEvent('one', {
  time: '2026-10-05T09:12:44.183Z',
  operation: 'Add member to role',
  reason: 'AADSTS50126',
  severity: 'medium',
  actor: { kind: 'user', id: '3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77', name: 'Åsa Öberg', address: 'asa.oberg@contoso.example' },
  targets: [
    { kind: 'user', id: 'u-2', name: 'Mira Holt', address: 'mira.holt@contoso.example' },
    { kind: 'role', id: 'r-1', name: 'Security Reader', address: ' ' },
  ],
  client: {
    ip: '2001:db8::7', port: null, userAgent: 'Mozilla/5.0 (demo)', app: 'Azure Portal', device: 'LAPTOP-7 B', os: 'Windows',
    country: 'SE', city: 'Malmö',
  },
  mail: {
    messageId: '<m-1@mail.contoso.example>', sender: 'asa.oberg@contoso.example', recipients: ['a@x.example', 'b@y.example'],
    subject: 'RE: budget, final “draft”', direction: 'outbound', status: 'delivered', size: 1,
  },
  correlationId: 'AB3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77',
  summary: 'Åsa Öberg added Mira Holt to Security Reader',
}); // prettier-ignore

describe('an event is found by', () => {
  test.each([
    '*', 'oberg', 'ÅSA', 'asa oberg', '"mira holt"', '"added mira"', '"added mi"*', 'aadsts50126', 'portal', 'windows',
    'malmo', 'member', '"draft"', '2001:db8::7', '2001:DB8:0::7',  '"laptop-7 b"', 'delivered', 'deliv*',
    '"<m-1@mail.contoso.example>"', 'ab3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77', '3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77',
    'operation:"add MEMBER to role"', 'operation:add*', 'operation:"add member"*', '-operation:add', 'outcome:success',
    'actor:asa.oberg@contoso.example', 'actor:oberg', 'actor:"asa oberg"', '-actor:"oberg asa"', '-actor:mira',
    'target:"security reader"', '-target:"contoso example security"', '-target:"holt mira"', 'recipient:b', 'recipient:y.example',
    '-recipient:"example b"', 'sender:contoso', 'subject:"budget final draft"', 'subject:fin*', '-subject:inal*',
    'ip:2001:db8:0:0::7', 'ip:2001:db8::/32', 'ip:"2001:db8::/32"', '-ip:2001:db9::/32', '-ip:0.0.0.0/0', 'ip:[2001:db8:: TO 2001:db8::ff]',
    '-ip:{2001:db8::7 TO *]', '-ip:>=198.51.100.1', 'severity:>=medium', '-severity:>medium', 'severity:[low TO high]', '-severity:<low',
    'country:>=SE', '-country:>SE', 'time:2026-10', 'time:2026-10-05', '-time:2026-10-06', 'time:<=2026-10-05', '-time:<2026-10-05',
    '-time:>2026-10-05', 'time:>2026-10-04', 'time:[now-7d TO now]', '-time:>now-1h', 'time:*', 'device:*', 'target:*',
    'messageId:<m-1@mail.contoso.example>', 'id:20261005*', 'status:(delivered OR failed)', 'member OR nobody', '-(member nobody)',
  ])('%s', text => expect(matches(parseQuery(text), event, asOf)).toBe(true)); // prettier-ignore
  test.each([
    '-*', 'ber', 'nobody', '"oberg asa"', '"oberg asa.oberg"', 'adde', 'user', 'medium', 'outbound', 'SE', 'se', 'laptop*  nobody',
    '"m-1"', 'ab3d8b1c', 'operation:"add member"', 'ip:2001::', 'time:2025', 'app:portal', 'device:lap',
  ])('not by %s', text => expect(matches(parseQuery(text), event, asOf)).toBe(false)); // prettier-ignore
  test('an IPv4 address as records often write it: events carry it bare', () => {
    const from = { ...event, client: event.client && { ...event.client, ip: '192.0.2.1' } };
    for (const text of [
      'ip:192.0.2.1',
      'ip:::ffff:192.0.2.1',
      '::FFFF:c000:201',
      'ip:0:0:0:0:0:ffff:192.0.2.1',
      'ip:::ffff:192.0.2.0/120',
      'ip:[::ffff:192.0.2.0 TO 192.0.2.9]',
    ])
      expect([text, matches(parseQuery(text), from, asOf)]).toEqual([text, true]);
    for (const text of [
      'ip:::ffff:192.0.2.2',
      'ip:::fffe:192.0.2.1',
      'ip:::192.0.2.1',
      'ip:::ffff:192.0.2.2/127',
      'ip:::/0',
    ])
      expect([text, matches(parseQuery(text), from, asOf)]).toEqual([text, false]);
  });
  test('blank and missing values are not present', () => {
    const bare: StoredEvent = {
      ...event,
      actor: { kind: 'user', id: null, name: ' ', address: '' },
      client: null,
      mail: null,
      correlationId: null,
      targets: [],
    };
    for (const field of [
      'actor',
      'target',
      'ip',
      'device',
      'sender',
      'recipient',
      'status',
      'messageId',
      'correlationId',
    ]) {
      expect([field, matches(parseQuery(`${field}:*`), bare, asOf)]).toEqual([field, false]);
    }
    expect(matches(parseQuery('actorKind:user summary:* id:*'), bare, asOf)).toBe(true);
  });
});
