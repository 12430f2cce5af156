import { expect, test } from 'vitest';
import { nearestWord } from '../../shared/kernel/nearest-word.ts';

test.each([
  ['roel', ['role', 'policy'], null],
  ['rolle', ['role', 'policy'], 'role'],
  ['rol', ['role', 'policy'], 'role'],
  ['rae', ['role'], null],
  ['polisi', ['role', 'policy'], 'policy'],
  ['plsy', ['policy'], null],
  ['POLICI', ['policy'], 'policy'],
  ['policy', ['POLICY'], 'POLICY'],
  ['ba', ['aa', 'bb'], 'aa'],
  ['', ['ab'], null],
])('%s of %j is %s', (word, words, nearest) => {
  expect(nearestWord(word, words)).toBe(nearest);
});

test('of a text as long as a body only the beginning is compared', () => {
  const words = Array.from({ length: 100 }, () => 'a'.repeat(60));
  expect(nearestWord('a'.repeat(1_000_000), words)).toBe(words[0]);
});
