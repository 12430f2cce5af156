import type { CountedRoute } from './routes.ts';

/** route → tenant → status → how many. */
export type Counts = Record<string, Record<string, Record<string, number>>>;

export interface RequestCounts {
  add(route: CountedRoute, tenant: string | null, outcome: number | string): void;
  report(): Counts;
  forget(): void;
}

/** Counts of provider requests. Bounded: routes, known tenants and statuses are all finite. */
export function requestCounts(): RequestCounts {
  let counts: Counts = {};
  return {
    add(route, tenant, outcome) {
      const byTenant = (counts[route] ??= {});
      const byStatus = (byTenant[tenant ?? 'unknown'] ??= {});
      byStatus[outcome] = (byStatus[outcome] ?? 0) + 1;
    },
    report: () => structuredClone(counts),
    forget() {
      counts = {};
    },
  };
}
