let last = 0;

/** Microseconds since 1970, each call's later than the one before it: an order for what one process does. */
export function monotonicMicroseconds(): number {
  last = Math.max(last + 1, Math.trunc((performance.timeOrigin + performance.now()) * 1_000));
  return last;
}
