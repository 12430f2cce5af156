import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSearchIndex } from '../../shared/adapters/embedded/fts-search-index.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { printQuery } from '../../shared/query/print.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { seed } from '../support/seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { eventsAndSearches } from './arbitrary-search.ts';
import { checkPage } from './check-page.ts';
import { plainRequest } from './naive-index.ts';

test('the index finds what the oracle finds, over any events and any queries', async () => {
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
            checkPage(events, tenants, asked, page);
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
});

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
