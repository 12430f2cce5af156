import { setTimeout } from 'node:timers/promises';
import { instant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';

const longestTimer = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => instant(Date.now()),
  async sleep(span, signal) {
    try {
      // A timer counts in 32 bits: a longer one would fire at once. And it counts whole milliseconds, and may fire up
      // to two of them early: whoever waits out a quota must not come before its end.
      const end = performance.now() + span;
      for (let left: number = span; left > 0; left = end - performance.now()) {
        await setTimeout(Math.min(left, longestTimer), undefined, signal === undefined ? {} : { signal });
      }
    } catch {
      // Aborted: to be woken early is an ordinary end of a sleep.
    }
  },
};
