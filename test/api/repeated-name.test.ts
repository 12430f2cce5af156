import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdsHalfCharacter, repeatedName } from '../../shared/api/repeated-name.ts';
import { seed } from '../support/seed.ts';

describe('a name that an object of a JSON text has twice', () => {
  test.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":{"b":1},"c":[{"d":1,"e":2,"d":3}]}', 'd'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"":1,"":2}', ''],
    ['{ "a\\"" : 1 , "a\\"":2}', 'a"'],
    ['[{"a":1},{"a":2}]', null],
    ['{"a":{"a":{"a":1}},"b":["a","a"]}', null],
    ['{"a":"\\"a\\":1,","b":"{\\"b\\":2}"}', null],
    ['{"a\\\\":"a","a":"\\\\"}', null],
    ['"a"', null],
    ['7', null],
  ])('%s: %j', (text, name) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(repeatedName(text)).toBe(name);
  });

  test('is none in what is written from a value, and found wherever one is put', () => {
    const spaced = fc.constantFrom(0, 1, '\t');
    fc.assert(
      fc.property(fc.json(), spaced, fc.string(), (json, space, name) => {
        const text = JSON.stringify(JSON.parse(json), null, space);
        expect(repeatedName(text)).toBeNull();
        const key = JSON.stringify(name);
        expect(repeatedName(`[${text},{${key}:${text},"b":1,${key} : 0}]`)).toBe(name);
      }),
      { seed, numRuns: 300 },
    );
  });

  test('costs a text of a million characters little, however it is made', () => {
    const half = 500_000;
    for (const text of [
      '['.repeat(half) + ']'.repeat(half),
      `"${'\\"'.repeat(half)}"`,
      `{"a":"${'x'.repeat(2 * half)}"}`,
    ]) {
      const began = performance.now();
      expect(repeatedName(text)).toBeNull();
      // Nothing that grows with the square of its length is done in this time.
      expect(performance.now() - began).toBeLessThan(2_000);
    }
  });
});

describe('half of a character in a JSON text', () => {
  test.each([
    ['"\\ud83e\\udd8a"', false],
    ['{"🦊":"\\u00e9"}', false],
    ['["\\\\ud800"]', false],
    ['["a","\\ud800"]', true],
    ['{"\\uDFFF":1}', true],
    ['["\\udd8a\\ud83e"]', true],
  ])('%s: %j', (text, half) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(holdsHalfCharacter(text)).toBe(half);
  });
});
