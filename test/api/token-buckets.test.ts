import { expect, test } from 'vitest';
import { createTokenBuckets } from '../../shared/api/token-buckets.ts';
import { minutes, seconds } from '../../shared/kernel/time.ts';
import { ManualClock } from '../support/manual-clock.ts';

test('gives a burst, then the rate, and says how long to wait', () => {
  const clock = new ManualClock();
  const buckets = createTokenBuckets(clock, { perSecond: 2, burst: 3 });
  expect([buckets.take('a'), buckets.take('a'), buckets.take('a')]).toEqual([null, null, null]);
  expect(buckets.take('a')).toBe(500);
  expect(buckets.take('b'), 'another caller is not held up').toBeNull();
  clock.advance(seconds(0.5));
  expect(buckets.take('a')).toBeNull();
  expect(buckets.take('a')).toBe(500);
  clock.advance(minutes(10));
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([null, null, null, 500]);
});

test('a refused call costs nothing, and a clock set back takes nothing away', () => {
  const clock = new ManualClock();
  const buckets = createTokenBuckets(clock, { perSecond: 1, burst: 1 });
  expect(buckets.take('a')).toBeNull();
  for (let n = 0; n < 50; n += 1) expect(buckets.take('a')).toBe(1_000);
  clock.set('2026-10-05T11:00:00.000Z');
  expect(buckets.take('a')).toBe(1_000);
  clock.advance(seconds(1));
  expect(buckets.take('a')).toBeNull();
});

test('a crowd of callers does not fill the memory, and forgets the longest silent first', () => {
  const clock = new ManualClock();
  const buckets = createTokenBuckets(clock, { perSecond: 0.001, burst: 1 });
  buckets.take('first');
  for (let n = 0; n < 20_000; n += 1) buckets.take(`caller-${String(n)}`);
  expect(buckets.take('first'), 'forgotten, so full again').toBeNull();
  expect(buckets.take('caller-19999')).toBeGreaterThan(0);
});
