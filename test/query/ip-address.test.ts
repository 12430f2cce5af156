import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seed } from '../support/seed.ts';
import {
  inNetwork,
  parseIp,
  parseNetwork,
  parseOctets,
  printIp,
  printNetwork,
} from '../../shared/kernel/ip-address.ts';

/** An IPv4 address in IPv6's clothes, which we read as itself. */
function inClothes(text: string): boolean {
  const list = new BlockList();
  list.addSubnet('::ffff:0:0', 96, 'ipv6');
  return isIP(text) === 6 && list.check(text, 'ipv6');
}

describe('addresses', () => {
  test.each([
    ['198.51.100.7', '198.51.100.7'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    // As sources read it from records.
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['::fffe:192.0.2.1', '::fffe:c000:201'],
    ['2001:db8::ffff:192.0.2.1', '2001:db8::ffff:c000:201'],
    ['::', '::'],
    ['1::', '1::'],
  ])('%s is spelled %s', (text, spelled) => {
    const address = parseIp(text);
    expect(address && printIp(address)).toBe(spelled);
  });
  test.each([
    '',
    '1.2.3',
    '1.2.3.',
    '::1.2.3.4:5',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.4 ',
    ':',
    ':::',
    '1:2',
    '1::2::3',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '192.0.2.1::',
    '::1.2.3',
    'fe80::1%eth0',
    '[::1]',
  ])('%j is none', text => expect(parseIp(text)).toBeNull());
  test('what Node takes for an address we take, and spell so that it is the same one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), text => {
        const address = parseIp(text);
        // Those have a table of their own above.
        fc.pre(!inClothes(text));
        expect(address?.family).toBe(isIP(text));
        if (address === null) return;
        const spelled = printIp(address);
        expect(parseIp(spelled)).toEqual(address);
        const list = new BlockList();
        const family = address.family === 4 ? 'ipv4' : 'ipv6';
        list.addAddress(text, family);
        expect(list.check(spelled, family)).toBe(true);
      }),
      { seed, numRuns: 1_000 },
    );
  });
});

test.each([
  ['198.51.', 'c633'],
  ['10.', '0a'],
  ['1.2.3.', '010203'],
  ['1.2.3.4.', null],
  ['198.51', null],
  ['198.256.', null],
  ['.', null],
  ['', null],
  ['01.', null],
])('%j begins with the bytes %j', (text, hex) => expect(parseOctets(text)).toBe(hex));

describe('networks', () => {
  test.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.1/32', '192.0.2.1/32'],
    ['2001:db8::1/33', '2001:db8::/33'],
    ['::/0', '::/0'],
    ['::ffff:192.0.2.9/120', '192.0.2.0/24'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['::ffff:192.0.2.9/128', '192.0.2.9/32'],
    ['::ffff:192.0.2.9/95', '::fffe:0:0/95'],
  ])('%s is %s', (text, spelled) => {
    const network = parseNetwork(text);
    expect(network && printNetwork(network)).toBe(spelled);
  });
  test.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '::/129',
    '::ffff:192.0.2.0/129',
    '10.0.0.0/8/8',
    'x/8',
    '/8',
  ])('%j is none', text => expect(parseNetwork(text)).toBeNull());
  test('membership is what Node says it is', () => {
    const one = fc.oneof(
      fc.record({
        of: fc.constant('ipv4' as const),
        net: fc.ipV4(),
        bits: fc.integer({ min: 0, max: 32 }),
        at: fc.ipV4(),
      }),
      fc.record({
        of: fc.constant('ipv6' as const),
        net: fc.ipV6(),
        bits: fc.integer({ min: 0, max: 128 }),
        at: fc.ipV6(),
      }),
    );
    fc.assert(
      fc.property(one, ({ of, net, bits, at }) => {
        const network = parseNetwork(`${net}/${bits}`);
        const address = parseIp(at);
        fc.pre(!inClothes(at) && !inClothes(net));
        if (network === null || address === null) throw new Error('not read');
        const list = new BlockList();
        list.addSubnet(net, bits, of);
        expect(inNetwork(address, network)).toBe(list.check(at, of));
      }),
      { seed, numRuns: 1_000 },
    );
  });
  test('families do not mix', () => {
    const all = parseNetwork('::/0');
    const four = parseIp('192.0.2.1');
    expect(all !== null && four !== null && inNetwork(four, all)).toBe(false);
  });
});
