import { instant } from '../../shared/kernel/time.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import type { FacetField, SearchRequest } from '../../shared/model/query.ts';
import { comparable, matches } from '../../shared/query/evaluate.ts';
import { facetValuesOf } from '../../shared/query/field-values.ts';

/** What `now` means in tests whose queries are resolved already. */
export const noClock = instant(0);

export const plainRequest: SearchRequest = {
  node: { kind: 'all' }, window: null, order: 'newest', limit: 1_000, after: null, facets: [], facetLimit: 1_000, interval: null,
}; // prettier-ignore

/** The events of some tenants that a request asks for, in its order by time. */
export function expectedEvents(
  events: readonly StoredEvent[],
  tenants: readonly string[],
  request: SearchRequest,
): StoredEvent[] {
  const { node, window, order } = request;
  const at = (event: StoredEvent): number => Date.parse(event.time);
  return events
    .filter(event => tenants.includes(event.tenant))
    .filter(event => window === null || (at(event) >= window.from && at(event) < window.to))
    .filter(event => matches(node, event, noClock))
    .sort((a, b) => (order === 'newest' ? at(b) - at(a) : at(a) - at(b)));
}

/** Counts per value in its form for comparison: an event counts once under each. */
export function expectedFacet(events: readonly StoredEvent[], field: FacetField): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    const values = new Set(facetValuesOf(event, field).map(value => comparable(field, value)));
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

export function expectedHistogram(
  events: readonly StoredEvent[],
  interval: number,
): { from: number; count: number }[] {
  const bars = new Map<number, number>();
  for (const event of events) {
    const from = Math.floor(Date.parse(event.time) / interval) * interval;
    bars.set(from, (bars.get(from) ?? 0) + 1);
  }
  return [...bars].map(([from, count]) => ({ from, count })).sort((a, b) => a.from - b.from);
}
