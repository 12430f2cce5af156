import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSearchIndex } from '../../shared/adapters/embedded/fts-search-index.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import {
  facetFields,
  queryFields,
  type QueryField,
  type QueryNode,
  type SearchPage,
  type SearchRequest,
} from '../../shared/model/query.ts';
import { comparable } from '../../shared/query/evaluate.ts';
import { valuesOf } from '../../shared/query/field-values.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { printQuery } from '../../shared/query/print.ts';
import { resolveTimes } from '../../shared/query/resolve-times.ts';
import { arbitraryEvent } from '../query/arbitrary-event.ts';
import { clause, treeOf } from '../query/arbitrary-query.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { seed } from '../support/seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { expectedEvents, expectedFacet, expectedHistogram, plainRequest } from './naive-index.ts';

const asOf = instant(Date.UTC(2026, 9, 6));

const tenantLists = [[contoso], [fabrikam], [contoso, fabrikam], [contoso, contoso]];

const fields = Object.keys(queryFields).filter(field => field !== 'time') as QueryField[];

/** A clause about something one of the events says: all of a value, some of it, or two values run together. */
function clauseAbout(events: readonly StoredEvent[]): fc.Arbitrary<QueryNode> {
  const values = events.flatMap(event =>
    fields.flatMap(field =>
      valuesOf(event, field).map((value, n, all) => ({ field, value, next: all[n + 1] ?? value })),
    ),
  );
  if (values.length === 0) return clause;
  return fc
    .tuple(
      fc.constantFrom(...values),
      fc.constantFrom('whole', 'begin', 'end', 'both', 'caps', 'octets'),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([{ field, value, next }, how, bare, prefix]): QueryNode => {
      const letters = Array.from(value);
      const half = Math.ceil(letters.length / 2);
      const texts = {
        whole: value, begin: letters.slice(0, half).join(''), end: letters.slice(half).join(''),
        both: `${value} ${next}`, caps: value.toUpperCase(),
        octets: value.slice(0, value.lastIndexOf('.') + 1),
      }; // prettier-ignore
      const text = texts[how as keyof typeof texts];
      return { kind: 'match', field: bare ? null : field, value: text === '' ? value : text, prefix };
    });
}

const request = (events: readonly StoredEvent[]): fc.Arbitrary<SearchRequest> =>
  fc
    .record({
      node: fc.oneof(
        { weight: 4, arbitrary: clauseAbout(events) },
        { weight: 1, arbitrary: clause },
        { weight: 2, arbitrary: treeOf(fc.oneof(clause, clauseAbout(events))) },
      ),
      window: fc.constantFrom(
        null,
        null,
        { from: instant(Date.UTC(2026, 9, 1)), to: instant(Date.UTC(2026, 9, 5)) },
        {
          from: instant(Date.UTC(2026, 9, 5, 9, 12, 44, 183)),
          to: instant(Date.UTC(2026, 9, 5, 9, 12, 44, 184)),
        },
      ),
      order: fc.constantFrom('newest' as const, 'oldest' as const),
      interval: fc.constantFrom(3_600_000, 86_400_000, 604_800_000),
    })
    .map(over => ({ ...plainRequest, facets: facetFields, ...over, node: resolveTimes(over.node, asOf) }));

const eventsAndSearches = fc
  .uniqueArray(arbitraryEvent, { maxLength: 30, selector: event => event.id })
  .chain(events =>
    fc.tuple(
      fc.constant(events),
      fc.array(fc.tuple(request(events), fc.constantFrom(...tenantLists)), { minLength: 1, maxLength: 15 }),
    ),
  );

function check(
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

test(
  'the index finds what the oracle finds, over any events and any queries',
  { timeout: 300_000 },
  async () => {
    const index = openSearchIndex(await tempFolder());
    try {
      await fc.assert(
        fc.asyncProperty(eventsAndSearches, async ([events, searches]) => {
          await index.clear();
          const half = Math.floor(events.length / 2);
          await index.put(events.slice(half));
          await index.put(events.slice(0, half));
          for (const [asked, tenants] of searches) {
            const page = await index.search(tenants.map(scopeOf), asked);
            try {
              check(events, tenants, asked, page);
            } catch (thrown) {
              throw new Error(`for ${printQuery(asked.node)}`, { cause: thrown });
            }
          }
        }),
        { seed, numRuns: Number(process.env['HOLDFAST_RUNS'] ?? 150) },
      );
    } finally {
      index.close();
    }
  },
);

test('the deepest query the parser takes is one the index can answer', async () => {
  const index = openSearchIndex(await tempFolder());
  const deep = `${'a OR (b '.repeat(12)}c${')'.repeat(12)}`;
  const negated = `${'-(b '.repeat(6)}c${')'.repeat(6)}`;
  const left = `${'('.repeat(12)}a${' b OR c)'.repeat(12)}`;
  const wide = Array.from({ length: 50 }, (_, n) => `w${n}`).join(' OR ');
  for (const text of [deep, negated, left, wide, `-${'-'.repeat(11)}a`]) {
    const page = await index.search([scopeOf(contoso)], { ...plainRequest, node: parseQuery(text) });
    expect(page.total).toEqual({ value: 0, exact: true });
  }
  index.close();
});
