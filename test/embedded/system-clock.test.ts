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

test('a sleep lasts as long as asked, also where the loop was busy before', async () => {
  for (let n = 0; n < 3; n += 1) {
    for (const busy = performance.now() + 40; performance.now() < busy;);
    // A timer alone would count the forty as slept. The cores of a machine may differ by a fraction of a millisecond.
    expect(await took(systemClock.sleep(60 as Duration))).toBeGreaterThan(50);
  }
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
