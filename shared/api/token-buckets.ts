import type { Clock } from '../ports/clock.ts';

export interface BucketSize {
  /** Calls per second in the long run. */
  readonly perSecond: number;
  /** Calls at once after a rest. */
  readonly burst: number;
}

export interface TokenBuckets {
  /** Takes one; null when there was one, otherwise milliseconds until there is. */
  take(key: string): number | null;
}

/** A bucket that has not been touched is full and need not be remembered; this many are. */
const maxBuckets = 20_000;

/**
 * A token bucket per key, in this process's memory: several instances allow as many times the rate, which is
 * the price of not asking a store on every call.
 */
export function createTokenBuckets(clock: Clock, size: BucketSize): TokenBuckets {
  const buckets = new Map<string, { tokens: number; at: number }>();

  function current(key: string): { tokens: number; at: number } {
    const now = clock.now();
    const held = buckets.get(key);
    if (held === undefined) return { tokens: size.burst, at: now };
    // A clock set back must not take tokens away.
    const earned = (Math.max(0, now - held.at) / 1_000) * size.perSecond;
    return { tokens: Math.min(size.burst, held.tokens + earned), at: now };
  }

  const missing = (tokens: number): number | null =>
    tokens >= 1 ? null : Math.ceil(((1 - tokens) / size.perSecond) * 1_000);

  return {
    take(key) {
      const bucket = current(key);
      const wait = missing(bucket.tokens);
      // Deleting first keeps the map in order of last use, so that the oldest is the first.
      buckets.delete(key);
      buckets.set(key, wait === null ? { ...bucket, tokens: bucket.tokens - 1 } : bucket);
      if (buckets.size > maxBuckets) {
        const oldest = buckets.keys().next();
        if (oldest.done !== true) buckets.delete(oldest.value);
      }
      return wait;
    },
  };
}
