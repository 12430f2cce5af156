import type { Duration } from '../kernel/time.ts';

/** A limit a provider sets to the application as a whole, over all tenants. */
export interface AppQuota {
  /** Requests with the same name count together. */
  readonly family: string;
  readonly limit: number;
  readonly per: Duration;
}

/** Of a quota, what regular pulls may begin with. The rest is for further pages, re-reads and what people ask for. */
const shareForPulls = 0.7;

/** What may begin before the next look, and how long after now. */
export interface Turn<T> {
  readonly item: T;
  readonly delay: Duration;
}

/**
 * Spreads what is due over the time to the next look, so that no family's application-wide quota is asked for more
 * than its share in any part of it, however many instances work. What does not fit is not queued: it is due at the
 * next look still, and further ahead in the order by then. Pure; keeps the order given.
 */
export function shareQuota<T>(
  due: readonly T[],
  quotaOf: (item: T) => AppQuota | null,
  untilNext: Duration,
): readonly Turn<T>[] {
  const taken = new Map<string, number>();
  return due.flatMap((item): Turn<T>[] => {
    const quota = quotaOf(item);
    if (quota === null) return [{ item, delay: 0 as Duration }];
    const before = taken.get(quota.family) ?? 0;
    const delay = (before * quota.per) / (quota.limit * shareForPulls);
    if (delay >= untilNext) return [];
    taken.set(quota.family, before + 1);
    return [{ item, delay: Math.ceil(delay) as Duration }];
  });
}
