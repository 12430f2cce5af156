import type { Duration, Instant } from '../kernel/time.ts';

export interface Clock {
  now(): Instant;
  /** Resolves after `span`, or at once when `signal` aborts (it never rejects). */
  sleep(span: Duration, signal?: AbortSignal): Promise<void>;
}
