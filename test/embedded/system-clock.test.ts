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

test('a sleep lasts as long as asked, though a timer counts whole milliseconds', async () => {
  const slept: number[] = [];
  for (let n = 0; n < 40; n += 1) slept.push(await took(systemClock.sleep(2.9 as Duration)));
  // The clocks of a machine's cores may differ by most of a millisecond: what is seen a few times is no sleep too short.
  const shortest = slept.toSorted((a, b) => a - b);
  expect(shortest[10]).toBeGreaterThan(2.5);
});

test('a sleep of no time ends before anything else gets its turn', async () => {
  for (const none of [0, -5]) {
    let turns = 0;
    setImmediate(() => (turns += 1));
    await systemClock.sleep(none as Duration);
    expect(turns).toBe(0);
  }
});

test('a sleep ends at once when its signal aborts, and never rejects', async () => {
  const controller = new AbortController();
  const sleep = took(systemClock.sleep(seconds(60), controller.signal));
  setTimeout(() => controller.abort(), 20);
  expect(await sleep).toBeLessThan(30_000);
  expect(await took(systemClock.sleep(seconds(60), AbortSignal.abort()))).toBeLessThan(30_000);
});

test('a sleep longer than a timer can count does not end at once', async () => {
  const controller = new AbortController();
  const sleep = took(systemClock.sleep(days(60), controller.signal));
  setTimeout(() => controller.abort(), 60);
  expect(await sleep).toBeGreaterThanOrEqual(50);
});
