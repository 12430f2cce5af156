import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bareAddress, directionOf, domainOf, isAddress } from '../../shared/sources/_kit/address.ts';
import { addEntity, client, entity } from '../../shared/sources/_kit/entity.ts';
import { parseIp } from '../../shared/sources/_kit/ip.ts';
import { unpacked } from '../../shared/sources/_kit/json-in-string.ts';
import { namedValues } from '../../shared/sources/_kit/named-values.ts';
import { flag, integer, text, word } from '../../shared/sources/_kit/reading.ts';
import type { Entity } from '../../shared/model/event.ts';

describe('IP addresses', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7', null],
    ['192.0.2.7:10736', '192.0.2.7', 10736],
    ['[192.0.2.7]:443', '192.0.2.7', 443],
    ['[192.0.2.7]', '192.0.2.7', null],
    ['192.0.2.7:0', '192.0.2.7', null],
    [' 192.0.2.7 ', '192.0.2.7', null],
    ['192.000.002.007', '192.0.2.7', null],
    ['::ffff:192.0.2.7', '192.0.2.7', null],
    ['[::ffff:192.0.2.7]:12345', '192.0.2.7', 12345],
    ['::FFFF:C000:0207', '192.0.2.7', null],
    ['ffff:10.11.0.229', '10.11.0.229', null],
    ['2001:db8::7', '2001:db8::7', null],
    ['2001:0DB8:0000:0000:0000:0000:0000:0007', '2001:db8::7', null],
    ['[2001:db8::5]:51902', '2001:db8::5', 51902],
    ['[2001:db8::5]', '2001:db8::5', null],
    ['2001:db8:0:0:0:0:0:5:443', '2001:db8::5', 443],
    ['2001:db8:0:1:0:0:0:5', '2001:db8:0:1::5', null],
    ['2001:db8:0:0:1:0:0:5', '2001:db8::1:0:0:5', null],
    ['2001:db8:1:1:1:1:0:1', '2001:db8:1:1:1:1:0:1', null],
    ['::1', '::1', null],
    ['fe80::1%eth0', 'fe80::1', null],
    ['2001:db8::192.0.2.33', '2001:db8::c000:221', null],
    ['192.0.2.7, 198.51.100.1', '192.0.2.7', null],
    [', 198.51.100.1', '198.51.100.1', null],
    ['unknown, 198.51.100.1:80', '198.51.100.1', 80],
    ['192.0.2.7;198.51.100.1', '192.0.2.7', null],
    ['192.0.2.7 198.51.100.1', '192.0.2.7', null],
    ['["192.0.2.7","198.51.100.1"]', '192.0.2.7', null],
    ['"2001:db8::7"', '2001:db8::7', null],
    ['EXCH01 (192.0.2.20)', '192.0.2.20', null],
    ['[EXCH01 (192.0.2.20)]', '192.0.2.20', null],
    ['127.0.0.1', '127.0.0.1', null],
  ])('%s is %s, port %s', (written, ip, port) => {
    expect(parseIp(written)).toEqual({ ip, port });
  });
  test.each([
    '',
    '0.0.0.0',
    '0.0.0.0:443',
    '::',
    'Not Available',
    '<null>',
    'localhost',
    'localhost:12345',
    '[cool.client.local]:1',
    'NAME (10.9000.0.1)',
    '10.0.0',
    '10.0.0.1.2',
    '0010.0.0.1',
    '10.0.0.256',
    '1.2.3.4/8',
    '10.0.0.1:99999',
    '10.0.0.1:x',
    '2001:db8::1::2',
    '2001:db8',
    '1:2:3:4:5:6:7:8:9:10',
    '12345::1',
    'g::1',
    ':1',
    '[',
    '[]',
    '[]:1',
    '...',
    '1...2',
    7,
    null,
    undefined,
    {},
  ])('%j is none', written => {
    expect(parseIp(written)).toBeNull();
  });
  test('of version 6 read the same in every spelling, and their shortest form reads as itself', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), groups => {
        fc.pre(groups.some(part => part !== 0) && groups.slice(0, 6).join() !== '0,0,0,0,0,65535');
        const short = parseIp(groups.map(part => part.toString(16)).join(':'))?.ip ?? '';
        const long = groups.map(part => part.toString(16).padStart(4, '0').toUpperCase()).join(':');
        expect(parseIp(long)?.ip).toBe(short);
        expect(parseIp(short)).toEqual({ ip: short, port: null });
        expect(parseIp(`[${long}]:443`)).toEqual({ ip: short, port: 443 });
      }),
    );
  });
  test('are never made of noise that is none', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'0129abf.:[]%() '.split('')), { maxLength: 40 }), parts => {
        const found = parseIp(parts.join(''));
        if (found !== null) expect(parseIp(found.ip)).toEqual({ ip: found.ip, port: null });
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('addresses', () => {
  test.each([
    ['mira@contoso.example', 'mira@contoso.example', 'contoso.example'],
    ['Mira Holt <Mira@Contoso.example>', 'Mira@Contoso.example', 'contoso.example'],
    ['smtp:mira@contoso.example', 'mira@contoso.example', 'contoso.example'],
    ['i:0#.f|membership|mira@contoso.example', 'mira@contoso.example', 'contoso.example'],
    ['mira@contoso.example.', 'mira@contoso.example.', 'contoso.example'],
    ['<>', '<>', null],
    ['/o=Exchange/cn=mira', '/o=Exchange/cn=mira', null],
  ])('%s is %s of %s', (written, bare, domain) => {
    expect(bareAddress(written)).toBe(bare);
    expect(domainOf(written)).toBe(domain);
  });
  test.each(['a@b', 'a@b.example', 'guest_x.example#EXT#@contoso.example'])('%s looks like one', written => {
    expect(isAddress(written)).toBe(true);
  });
  test.each(['', '@b', 'a@', 'a b@c', 'a@b, c@d', 'plain', 'i:0#|m|a@b'])('%j does not', written => {
    expect(isAddress(written)).toBe(false);
  });
  const ours = ['contoso.example', 'contoso-mail.example'];
  test.each([
    ['a@contoso.example', ['b@Contoso.Example'], 'internal'],
    ['a@contoso.example', ['b@contoso-mail.example', 'c@fabrikam.example'], 'outbound'],
    ['a@fabrikam.example', ['b@contoso.example'], 'inbound'],
    ['a@fabrikam.example', ['x@northwind.example', 'b@contoso.example'], 'inbound'],
    ['a@fabrikam.example', ['x@northwind.example'], 'external'],
    ['a@mail.contoso.example', ['b@contoso.example'], 'inbound'],
    [null, ['b@contoso.example'], 'inbound'],
    [null, ['x@northwind.example'], 'outbound'],
    ['a@contoso.example', [], 'unknown'],
    ['a@contoso.example', ['/o=Exchange'], 'unknown'],
  ] as const)('a mail from %s to %j is %s', (sender, recipients, direction) => {
    expect(directionOf(sender, recipients, ours)).toBe(direction);
    expect(directionOf(sender, recipients, [])).toBe('unknown');
  });
});

describe('fields of any type', () => {
  test.each([
    ['  x ', 'x', 'x'],
    ['', null, null],
    [' ', null, null],
    ['Not Available', 'Not Available', null],
    ['<null>', '<null>', null],
    ['UNKNOWN', 'UNKNOWN', null],
    ['Unknown (Unknown)', 'Unknown (Unknown)', null],
    ['unknownFutureValue', 'unknownFutureValue', 'unknownFutureValue'],
    ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000', null],
    [7, '7', '7'],
    [Number.NaN, null, null],
    [true, null, null],
    [null, null, null],
    [{}, null, null],
    [['x'], 'x', 'x'],
    [['x', 'y'], null, null],
    [[['x']], null, null],
    ['a\u0000b', 'a\ufffdb', 'a\ufffdb'],
    ['half \ud83d', 'half \ufffd', 'half \ufffd'],
    ['whole \u{1f6a2}', 'whole \u{1f6a2}', 'whole \u{1f6a2}'],
  ])('%j reads as text %j, as a word %j', (value, asText, asWord) => {
    expect(text(value)).toBe(asText);
    expect(word(value)).toBe(asWord);
  });
  test('are cut where they are endless', () => {
    expect(text('x'.repeat(10_000_000))).toHaveLength(4_096);
  });
  test.each([
    [7, 7, null],
    ['7', 7, null],
    [' -1 ', -1, null],
    ['1.5', null, null],
    [1.5, null, null],
    ['True', null, true],
    ['false', null, false],
    ['$true', null, true],
    [true, null, true],
    [null, null, null],
    ['9'.repeat(40), null, null],
  ])('%j is the number %j, the flag %j', (value, number, asFlag) => {
    expect(integer(value)).toBe(number);
    expect(flag(value)).toBe(asFlag);
  });
  test.each([
    ['"\\"x\\""', '"x"'],
    ['"x"', 'x'],
    ['[true]', [true]],
    ['{"a":1}', { a: 1 }],
    ['{broken', '{broken'],
    ['plain', 'plain'],
    ['7', '7'],
    [7, 7],
    [null, null],
  ])('%j unpacks to %j', (value, expected) => {
    expect(unpacked(value)).toEqual(expected);
  });
  test('of names and values become a map, also when the list is JSON in a string', () => {
    const entries = [
      { Name: 'IP', Value: 1 },
      { Name: 'ip', Value: 2 },
      { Name: 7 },
      null,
      'x',
      { Value: 3 },
    ];
    for (const value of [entries, JSON.stringify(entries)]) {
      expect([...namedValues(value, 'Name', 'Value')]).toEqual([['ip', 1]]);
    }
    for (const value of [null, 'x', 7, {}, '{}']) expect(namedValues(value, 'Name', 'Value').size).toBe(0);
  });
});

describe('entities', () => {
  const add = (...all: (Entity | null)[]): Entity[] => {
    const found: Entity[] = [];
    for (const one of all) addEntity(found, one);
    return found;
  };
  test('of which nothing is known are none', () => {
    expect(entity('user', {})).toBeNull();
    expect(client({ port: 7 })).toBeNull();
    expect(client({ ip: '192.0.2.7' })).toMatchObject({ ip: '192.0.2.7', port: null, city: null });
  });
  test('stand once, and later mentions fill earlier ones', () => {
    const named = entity('user', { address: 'mira@contoso.example' });
    const known = entity('user', { id: '1', address: 'Mira@Contoso.example' });
    expect(add(named, known, entity('user', { id: '1', name: 'Mira' }))).toEqual([
      { kind: 'user', id: '1', name: 'Mira', address: 'mira@contoso.example' },
    ]);
    expect(add(entity('other', { id: '1' }), entity('role', { id: '1' }))).toHaveLength(2);
    expect(add(entity('user', { id: '1', name: 'A' }), entity('user', { id: '2', name: 'A' }))).toHaveLength(
      2,
    );
  });
  test('are a hundred at most', () => {
    expect(add(...Array.from({ length: 300 }, (_, n) => entity('file', { id: `${n}` })))).toHaveLength(100);
  });
});
