import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoInstant } from '../../shared/kernel/time.ts';
import { parseProviderTime, readProviderTime } from '../../shared/sources/_kit/provider-time.ts';

const readable: readonly (readonly [unknown, string])[] = [
  ['2026-10-05T09:12:44Z', '2026-10-05T09:12:44.000Z'],
  ['2026-10-05T09:12:44.1830211Z', '2026-10-05T09:12:44.183Z'],
  ['2026-10-05T09:12:44.049661100', '2026-10-05T09:12:44.049Z'],
  ['2026-10-05T09:12:44.18302110001234Z', '2026-10-05T09:12:44.183Z'],
  ['2026-10-05T09:12:44.1Z', '2026-10-05T09:12:44.100Z'],
  ['2026-10-05T09:12:44', '2026-10-05T09:12:44.000Z'],
  ['2026-10-05 09:12:44', '2026-10-05T09:12:44.000Z'],
  ['2026-10-05 09:12:44.000000000', '2026-10-05T09:12:44.000Z'],
  ['2026-10-05 09:12:44Z', '2026-10-05T09:12:44.000Z'],
  ['2026-10-05 09:12:44 UTC', '2026-10-05T09:12:44.000Z'],
  ['2026-10-05T09:12:44.7088498+00:00', '2026-10-05T09:12:44.708Z'],
  ['2026-10-05T09:12:44+02:00', '2026-10-05T07:12:44.000Z'],
  ['2026-10-05T09:12:44-0530', '2026-10-05T14:42:44.000Z'],
  ['2026-10-05T00:30:00+02', '2026-10-04T22:30:00.000Z'],
  ['2026-10-05T09:12', '2026-10-05T09:12:00.000Z'],
  ['2026-10-05', '2026-10-05T00:00:00.000Z'],
  ['  2026-10-05T09:12:44Z ', '2026-10-05T09:12:44.000Z'],
  ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
  ['2026-12-31T23:59:60Z', '2027-01-01T00:00:00.000Z'],
  ['/Date(1658751973240)/', '2022-07-25T12:26:13.240Z'],
  ['\\/Date(1658751973240)\\/', '2022-07-25T12:26:13.240Z'],
  ['/Date(1658751973240+0200)/', '2022-07-25T12:26:13.240Z'],
  [1658751973240, '2022-07-25T12:26:13.240Z'],
  [1658751973, '2022-07-25T12:26:13.000Z'],
  [1658751973.24, '2022-07-25T12:26:13.240Z'],
  ['1658751973240', '2022-07-25T12:26:13.240Z'],
  ['1658751973', '2022-07-25T12:26:13.000Z'],
];
const unreadable: readonly unknown[] = [
  '', ' ', 'yesterday', '1', '2026', '20261005', '10/5/2026 9:12:44 AM', '2026-13-01T00:00:00Z', '2026-02-29T00:00:00Z',
  '2026-10-05T24:00:00Z', '2026-10-05T09:60:00Z', '2026-10-05T09:12:61Z', '2026-10-05T09:12:44.Z', '2026-10-05T09:12:44.12x4Z',
  '2026-10-05T09:12:44+25:00', '2026-10-05T09:12:44+02:75', '0001-01-01T00:00:00Z', '1601-01-01T00:00:00Z', '1969-12-31T23:59:59Z',
  '/Date(x)/', 0, 7, -1, 1e20, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, true, [], {}, new Date(0), '2026-1o-05T09:12:44Z',
]; // prettier-ignore

describe('times as providers write them', () => {
  test.each(readable)('%j is %s', (written, expected) => {
    const at = parseProviderTime(written);
    expect(at === null ? null : isoInstant(at)).toBe(expected);
    expect(readProviderTime(written)).toBe(expected);
  });
  test.each(unreadable.map(value => [value]))('%j is no time', value => {
    expect(parseProviderTime(value)).toBeNull();
    expect(readProviderTime(value)).toBeNull();
  });
  test('the quick reader and the thorough one agree on whatever one may come across', () => {
    const part = (max: number) => fc.integer({ min: 0, max }).map(n => String(n).padStart(2, '0'));
    const time = fc
      .tuple(
        fc.integer({ min: 1960, max: 2110 }),
        part(13),
        part(32),
        fc.constantFrom('T', ' ', 't', ''),
        part(25),
        part(61),
        part(62),
        fc.constantFrom('', '.', '.1', '.12', '.123', '.1234567', '.123456789', '.12a'),
        fc.constantFrom('', 'Z', 'z', '+00:00', '-03:00', '+0130', 'X'),
      )
      .map(([y, mo, d, t, h, mi, s, f, z]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`);
    fc.assert(
      fc.property(fc.oneof(time, fc.string()), text => {
        const at = parseProviderTime(text);
        expect(readProviderTime(text)).toBe(at === null ? null : isoInstant(at));
      }),
      { numRuns: 3_000 },
    );
  });
});
