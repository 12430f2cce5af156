import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../shared/kernel/hash.ts';
import { recordHash } from '../../shared/pipeline/record-hash.ts';

const sent = (text: string): unknown => JSON.parse(text);
const hashOf = (text: string): string => recordHash(sent(text));

describe('the hash of a record', () => {
  it('is the same for the same values with fields in another order, at any depth', () => {
    expect(hashOf('{"a":1,"b":{"c":[{"d":1,"e":2}],"f":null}}')).toBe(
      hashOf('{"b":{"f":null,"c":[{"e":2,"d":1}]},"a":1}'),
    );
  });

  it.each([
    ['the order of a list', '[1,2]', '[2,1]'],
    ['a number and its text', '{"a":1}', '{"a":"1"}'],
    ['null, absence and emptiness', '{"a":null}', '{}'],
    ['an empty list and an empty object', '{"a":[]}', '{"a":{}}'],
    ['where one text ends', '{"a":"xs1:y"}', '{"a":"x","s1":"y"}'],
    ['a list of two and two lists', '[["a","b"]]', '[["a"],["b"]]'],
    ['true and its letter', '[true]', '["t"]'],
    ['a field called __proto__', '{"__proto__":1,"a":2}', '{"a":2}'],
    ['half a character', String.raw`{"a":"\ud800"}`, String.raw`{"a":"\ud801"}`],
    ['half a character and what decoders put there', String.raw`{"a":"\ud800"}`, String.raw`{"a":"\ufffd"}`],
  ])('tells apart %s', (_, one, other) => {
    expect(hashOf(one)).not.toBe(hashOf(other));
  });

  it('is equal exactly where the values are, whatever they are', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [one, other] = [sent(JSON.stringify(a)), sent(JSON.stringify(b))];
        expect(recordHash(one) === recordHash(other)).toBe(isDeepStrictEqual(one, other));
        expect(recordHash(sent(canonicalJson(one)))).toBe(recordHash(one));
      }),
      { numRuns: 500 },
    );
  });

  it('is told at any depth, and still tells apart what differs at the bottom', () => {
    const nested = (open: string, bottom: string, close: string): string =>
      hashOf(open.repeat(100_000) + bottom + close.repeat(100_000));
    expect(nested('[', '1', ']')).not.toBe(nested('[', '2', ']'));
    expect(nested('{"a":', '1', '}')).not.toBe(nested('{"a":', '"1"', '}'));
    expect(nested('[', '{"b":1,"a":2}', ']')).toBe(nested('[', '{"a":2,"b":1}', ']'));
  });

  it('keeps few lists of fields, and needs none of them', () => {
    const first = hashOf('{"b":1,"a":2}');
    for (let n = 0; n < 500; n += 1) hashOf(`{"z${n}":1,"a":2}`);
    expect(hashOf('{"a":2,"b":1}')).toBe(first);
  });
});
