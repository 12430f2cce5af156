import { rollingLimiter, type LimiterMark } from './rolling-limiter.ts';
import { seededNumbers } from './seeded.ts';

export type LimitName = keyof typeof limitTable;

/** The providers' published limits, and over whom each is counted. */
export const limitTable = {
  /** Identity and access reports: per application and tenant. */
  reportsTenant: { limit: 5, windowMs: 10_000 },
  /** The same family: per application over all tenants. */
  reportsApp: { limit: 122, windowMs: 10_000 },
  /** Message traces: per tenant over all applications; list and details share it. */
  traces: { limit: 100, windowMs: 300_000 },
  /** Conditional access: per tenant over all applications. */
  policies: { limit: 1, windowMs: 1_000 },
  /** Intune audits: per application and tenant. */
  intune: { limit: 1_000, windowMs: 20_000 },
  /** The same: per tenant over all applications. */
  intuneAllApps: { limit: 2_000, windowMs: 20_000 },
  /** Security alerts, and incidents as if they were named: per application and tenant. */
  security: { limit: 150, windowMs: 60_000 },
  /** Directory reads, in resource units; the figure is for tenants below 50 users. */
  directory: { limit: 3_500, windowMs: 10_000 },
  /** Management API: per tenant and publisher. */
  management: { limit: 2_000, windowMs: 60_000 },
  /** Mimecast: per application. It publishes no figure; this is ours. */
  mimecast: { limit: 400, windowMs: 60_000 },
} as const;

export interface Throttling {
  /** Off: nothing is ever refused for its rate. For benchmarks, which measure the caller. */
  readonly on: boolean;
  /** Whether refusals of the reports family say how long to wait; the real service is not reliable. */
  readonly retryAfter: 'mixed' | 'always' | 'never';
}

export interface Limits {
  /** Counts a request; null when it may pass, otherwise how long to wait in ms. */
  take(name: LimitName, key: string, now: number, cost?: number): number | null;
  /** How much the window still has room for. */
  left(name: LimitName, key: string, now: number): number;
  /** The Retry-After header for a refusal by a service that sends one only sometimes; null for none. */
  moodyRetryAfter(waitMs: number): string | null;
  throttling(): Throttling;
  setThrottling(change: Partial<Throttling>): Throttling;
  marks(): LimiterMark[];
  forget(): void;
}

/** All limiters of the simulator. The seed decides which refusals carry a Retry-After. */
export function limits(seed: number, on: boolean): Limits {
  let throttling: Throttling = { on, retryAfter: 'mixed' };
  const mood = seededNumbers(seed, 'retry-after');
  const limiters = new Map(
    Object.entries(limitTable).map(([name, { limit, windowMs }]) => [
      name,
      rollingLimiter(name, limit, windowMs),
    ]),
  );
  return {
    take(name, key, now, cost = 1) {
      const waitMs = limiters.get(name)?.take(key, now, cost) ?? null;
      return throttling.on ? waitMs : null;
    },
    left: (name, key, now) => limiters.get(name)?.left(key, now) ?? 0,
    moodyRetryAfter(waitMs) {
      const roll = mood();
      if (throttling.retryAfter === 'never') return null;
      if (throttling.retryAfter === 'mixed' && roll < 1 / 3) return null;
      // Graph sends fractions of a second now and then.
      return roll < 2 / 3 ? wholeSeconds(waitMs) : (waitMs / 1_000 + 0.128).toFixed(3);
    },
    throttling: () => throttling,
    setThrottling(change) {
      throttling = { ...throttling, ...change };
      return throttling;
    },
    marks: () => [...limiters.values()].flatMap(limiter => limiter.marks()),
    forget() {
      for (const limiter of limiters.values()) limiter.forget();
    },
  };
}

/** A Retry-After header in whole seconds, rounded up. */
export const wholeSeconds = (waitMs: number): string => String(Math.max(1, Math.ceil(waitMs / 1_000)));
