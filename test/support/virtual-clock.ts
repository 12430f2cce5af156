import { instant, type Duration, type Instant } from '../../shared/kernel/time.ts';
import type { Clock } from '../../shared/ports/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Time for many sleepers at once: it jumps to the next one when nothing else is left to do. Unlike the manual
 * clock, a sleep here does not move the time under everybody else.
 */
export class VirtualClock implements Clock {
  #now = Date.parse('2026-10-05T12:00:00.000Z');
  #sleepers: Sleeper[] = [];
  now(): Instant {
    return instant(this.#now);
  }
  sleep(span: Duration, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (signal?.aborted === true) return resolve();
      const sleeper = { at: this.#now + span, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter(one => one !== sleeper);
        resolve();
      });
    });
  }
  /** Moves the time by hand, back as well; nobody wakes by that. */
  shift(span: number): void {
    this.#now += span;
  }
  /** Lets everything happen until nobody sleeps any more, or `until` (ms since the epoch) is reached. */
  async run(until = Infinity): Promise<void> {
    for (;;) {
      await new Promise(resolve => {
        setImmediate(resolve);
      });
      const next = this.#sleepers.reduce<Sleeper | null>(
        (first, one) => (first === null || one.at < first.at ? one : first),
        null,
      );
      if (next === null || next.at > until) break;
      this.#sleepers = this.#sleepers.filter(one => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    if (Number.isFinite(until)) this.#now = Math.max(this.#now, until);
  }
}
