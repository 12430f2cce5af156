import { expect, test } from 'vitest';
import { remembered } from '../../shared/kernel/remembered.ts';

test('what is made of a name is made once, null too, and never for more names than told', () => {
  const asked: string[] = [];
  const length = remembered(2, name => {
    asked.push(name);
    return name === '' ? null : name.length;
  });
  for (let turn = 0; turn < 2; turn += 1) expect(['', 'ab', 'abc'].map(length)).toEqual([null, 2, 3]);
  // The third came too late to be kept: names out of other people's records have no end.
  expect(asked).toEqual(['', 'ab', 'abc', 'abc']);
});
