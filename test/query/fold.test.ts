import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareText, fold, keyword, keywordLimit, wordLimit, words } from '../../shared/query/fold.ts';
import { seed } from '../support/seed.ts';
import { anyText } from './arbitrary-query.ts';

describe('folding', () => {
  test.each([
    ['Ångström', 'angstrom'],
    ['A\u030angstro\u0308m', 'angstrom'],
    ['ﬁle', 'file'],
    ['İstanbul', 'istanbul'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['ｆｕｌｌ', 'full'],
    ['ß', 'ß'],
    ['\ud800', '\ufffd'],
  ])('%s is %s', (text, folded) => expect(fold(text)).toBe(folded));
  test('folding twice changes nothing, and capitals are the same as small letters', () => {
    const texts = fc.oneof(anyText, fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(texts, text => {
        expect(fold(fold(text))).toBe(fold(text));
        expect(words(words(text).join(' '))).toEqual(words(text));
        expect(keyword(keyword(text))).toBe(keyword(text));
      }),
      { seed, numRuns: 3_000 },
    );
  });
  test('every letter of Unicode folds to something that stays', () => {
    const unstable: string[] = [];
    for (let point = 0; point <= 0x10ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const one = fold(String.fromCodePoint(point));
      if (fold(one) !== one) unstable.push(point.toString(16));
    }
    expect(unstable).toEqual([]);
  });
});

describe('words', () => {
  test.each([
    ['oskar.lind@contoso.example', ['oskar', 'lind', 'contoso', 'example']],
    ['WHO_ARE-you?', ['who', 'are', 'you']],
    ['id 3F3D8B1C-1d0b-4a8e-9c55-8a2b6e0c4f77.', ['id', '3f3d8b1c1d0b4a8e9c558a2b6e0c4f77']],
    ['3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f770', ['3f3d8b1c', '1d0b', '4a8e', '9c55', '8a2b6e0c4f770']],
    ['東京 2026', ['東京', '2026']],
    ['🎉 !', []],
    ['', []],
  ])('%s', (text, expected) => expect(words(text)).toEqual(expected));
  test('long words and keywords count by their beginning, and no letter is cut in half', () => {
    expect(words('x'.repeat(10_000))).toEqual(['x'.repeat(wordLimit)]);
    expect(keyword('𠀀'.repeat(200))).toBe('𠀀'.repeat(keywordLimit / 2));
    expect(keyword(`a${'𠀀'.repeat(200)}`).isWellFormed()).toBe(true);
  });
});

test('text is ordered by code points', () => {
  const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      fc.pre(a.isWellFormed() && b.isWellFormed());
      expect(Math.sign(compareText(a, b))).toBe(Math.sign(byBytes(a, b)));
    }),
    {
      seed,
      numRuns: 1_000,
      examples: [
        ['\uffee', '😀'],
        ['a', 'ab'],
      ],
    },
  );
});
