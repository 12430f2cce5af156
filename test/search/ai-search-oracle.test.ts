import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSearchIndex } from '../../shared/adapters/embedded/fts-search-index.ts';
import type { SearchPage } from '../../shared/model/query.ts';
import { comparable } from '../../shared/query/evaluate.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { printQuery } from '../../shared/query/print.ts';
import { startAiSearch } from '../fakes/ai-search/ai-search-fake.ts';
import { aiSearchOn } from '../support/fresh-ai-search.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { seed } from '../support/seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventsAndSearches } from './arbitrary-search.ts';
import { checkPage } from './check-page.ts';
import { plainRequest } from './naive-index.ts';

/** What two indexes must agree on: hits but for the order within one instant, and every count. */
const comparedParts = (page: SearchPage) => ({
  hits: page.hits.map(hit => hit.id).sort(),
  total: page.total,
  histogram: page.histogram,
  facets: Object.fromEntries(
    Object.entries(page.facets).map(([field, facet]) => [
      field,
      Object.fromEntries(facet.values.map(one => [comparable(field as never, one.value), one.count])),
    ]),
  ),
});

test('both indexes find what the oracle finds, over any events and any queries', async () => {
  const fake = await startAiSearch();
  const azure = aiSearchOn(fake);
  const embedded = openSearchIndex(await tempFolder());
  try {
    await fc.assert(
      fc.asyncProperty(eventsAndSearches, async ([events, searches]) => {
        const half = Math.floor(events.length / 2);
        for (const index of [azure, embedded]) {
          await index.clear();
          await index.put(events.slice(half));
          await index.put(events.slice(0, half));
        }
        for (const [asked, tenants] of searches) {
          const scopes = tenants.map(scopeOf);
          const page = await azure.search(scopes, asked);
          try {
            checkPage(events, tenants, asked, page);
            expect(comparedParts(page)).toEqual(comparedParts(await embedded.search(scopes, asked)));
          } catch (thrown) {
            throw new Error(`for ${printQuery(asked.node)}`, { cause: thrown });
          }
        }
      }),
      { seed, numRuns: Number(process.env['HOLDFAST_RUNS'] ?? 60) },
    );
  } finally {
    embedded.close();
    await fake.close();
  }
});

test('the deepest and the widest query the parser takes is within the service’s limits', async () => {
  const fake = await startAiSearch();
  const index = aiSearchOn(fake);
  await index.prepare();
  const deep = `${'a OR (b '.repeat(12)}c${')'.repeat(12)}`;
  const negated = `${'-(b '.repeat(6)}c${')'.repeat(6)}`;
  const wide = (clause: string): string => Array.from({ length: 50 }, (_, n) => `${clause}${n}`).join(' OR ');
  const longest = 'm'.repeat(900);
  for (const text of [
    deep, negated, wide('w'), wide('ip:2001:db8::'), wide('some-long-identifier-'), wide('operation:>=m'), `app:[${longest} TO ${longest}z]`,
  ]) {
    const page = await index.search([scopeOf(contoso)], { ...plainRequest, node: parseQuery(text) });
    expect(page.total).toEqual({ value: 0, exact: true });
  }
  await fake.close();
}); // prettier-ignore
