import { instant, plus, type Duration, type Instant } from '../../shared/kernel/time.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** Time that moves only when a test says so; a sleeper moves it by what it would have slept. */
export class ManualClock implements Clock {
  #now: Instant;
  readonly slept: Duration[] = [];
  constructor(iso = '2026-10-05T12:00:00.000Z') {
    this.#now = instant(Date.parse(iso));
  }
  now(): Instant {
    return this.#now;
  }
  advance(span: Duration): void {
    this.#now = plus(this.#now, span);
  }
  set(iso: string): void {
    this.#now = instant(Date.parse(iso));
  }
  sleep(span: Duration): Promise<void> {
    this.slept.push(span);
    this.advance(span);
    return Promise.resolve();
  }
}
