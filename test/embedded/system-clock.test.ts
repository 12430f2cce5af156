import { expect, test } from 'vitest';
import { systemClock } from '../../shared/adapters/embedded/system-clock.ts';
import { days, seconds, type Duration } from '../../shared/kernel/time.ts';

const took = async (work: Promise<void>): Promise<number> => {
  const begin = performance.now();
  await work;
  return performance.now() - begin;
};

test('now is a whole number of milliseconds that follows the machine', () => {
  const before = Date.now();
  const now = systemClock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
  expect(Number.isInteger(now)).toBe(true);
});

test('a sleep lasts as long as asked, and no time at all for none', async () => {
  // A timer may fire up to a millisecond early by this clock.
  expect(await took(systemClock.sleep(30 as Duration))).toBeGreaterThanOrEqual(29);
  expect(await took(systemClock.sleep(0 as Duration))).toBeLessThan(20);
  expect(await took(systemClock.sleep(-5 as Duration))).toBeLessThan(20);
});

test('a sleep ends at once when its signal aborts, and never rejects', async () => {
  const controller = new AbortController();
  const sleep = took(systemClock.sleep(seconds(60), controller.signal));
  setTimeout(() => controller.abort(), 20);
  expect(await sleep).toBeLessThan(5_000);
  expect(await took(systemClock.sleep(seconds(60), AbortSignal.abort()))).toBeLessThan(5_000);
});

test('a sleep longer than a timer can count does not end at once', async () => {
  const controller = new AbortController();
  const sleep = took(systemClock.sleep(days(60), controller.signal));
  setTimeout(() => controller.abort(), 60);
  expect(await sleep).toBeGreaterThanOrEqual(50);
});
