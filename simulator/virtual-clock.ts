/** Whatever tells the time: the machine's clock, or a test's manual one. */
export interface BaseClock {
  now(): number;
}

/**
 * The providers' time: the base clock plus an offset that control sets. Retention floors, look-back limits
 * and throttle windows hang on it. Tokens do not: their validity is also judged by others, who know only
 * the base clock.
 */
export interface VirtualClock {
  /** The providers' time, ms. */
  now(): number;
  /** The base clock's time, ms: what tokens are stamped with. */
  base(): number;
  set(now: number): void;
  advance(ms: number): void;
}

/** A virtual clock that starts equal to `base`. */
export function virtualClock(base: BaseClock): VirtualClock {
  let offset = 0;
  return {
    now: () => base.now() + offset,
    base: () => base.now(),
    set(now) {
      offset = now - base.now();
    },
    advance(ms) {
      offset += ms;
    },
  };
}
