import { describe, expect, test } from 'vitest';
import { equalCount } from '../../shared/pipeline/equal-count.ts';

describe('the count of equal records', () => {
  test('numbers over pages, and not again for a page that comes again', () => {
    const count = equalCount();
    expect(count.page(['a', 'b', 'a'])).toEqual([0, 0, 1]);
    expect(count.page(['b', 'a'])).toEqual([1, 2]);
    expect(count.page(['a', 'b', 'a'])).toEqual([0, 0, 1]);
    expect(count.page([])).toEqual([]);
    expect(count.page(['a'])).toEqual([3]);
  });
  test('takes pages of nothing but one record for more of it', () => {
    const count = equalCount();
    expect([count.page(['a']), count.page(['a']), count.page(['a', 'a'])]).toEqual([[0], [1], [2, 3]]);
  });
});
