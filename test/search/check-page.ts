import { expect } from 'vitest';
import type { StoredEvent } from '../../shared/model/event.ts';
import { facetFields, type SearchPage, type SearchRequest } from '../../shared/model/query.ts';
import { comparable } from '../../shared/query/evaluate.ts';
import { expectedEvents, expectedFacet, expectedHistogram } from './naive-index.ts';

/** Whether an index's answer is the one a plain scan of the same events gives. */
export function checkPage(
  events: readonly StoredEvent[],
  tenants: readonly string[],
  asked: SearchRequest,
  page: SearchPage,
): void {
  const expected = expectedEvents(events, tenants, asked);
  const byId = new Map(events.map(event => [event.id as string, event]));
  expect(page.hits.map(hit => hit.id).sort()).toEqual(expected.map(event => event.id).sort());
  expect(page.hits.map(hit => byId.get(hit.id)?.time)).toEqual(expected.map(event => event.time));
  expect(page.hits.every(hit => byId.get(hit.id)?.tenant === hit.tenant)).toBe(true);
  expect(page.total).toEqual({ value: expected.length, exact: true });
  for (const field of facetFields) {
    const facet = page.facets[field];
    expect(facet?.exact).toBe(true);
    const counts = (facet?.values ?? []).map(one => [comparable(field, one.value), one.count] as const);
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(expectedFacet(expected, field)));
    expect(counts.map(([, count]) => count)).toEqual(counts.map(([, count]) => count).sort((a, b) => b - a));
  }
  expect(page.histogram).toEqual({ exact: true, values: expectedHistogram(expected, asked.interval ?? 1) });
}
