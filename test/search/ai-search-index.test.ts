import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAiSearch } from '../../shared/adapters/azure/search-index.ts';
import { definitions } from '../../shared/adapters/azure/search-index-definition.ts';
import { batchesOf } from '../../shared/adapters/azure/search-write.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { Secret } from '../../shared/kernel/secret.ts';
import { sha256 } from '../../shared/kernel/hash.ts';
import type { SearchPage, SearchRequest } from '../../shared/model/query.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { startAiSearch, type AiSearchFake } from '../fakes/ai-search/ai-search-fake.ts';
import { storedEvent } from '../query/arbitrary-event.ts';
import { aiSearchOn } from '../support/fresh-ai-search.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { selfSigned } from '../support/self-signed.ts';
import { expectedHistogram, plainRequest } from './naive-index.ts';

let fake: AiSearchFake;
beforeEach(async () => {
  fake = await startAiSearch();
});
afterEach(() => fake.close());

const ask = (index: ReturnType<typeof aiSearchOn>, over: Partial<SearchRequest> = {}): Promise<SearchPage> =>
  index.search([scopeOf(contoso)], { ...plainRequest, ...over });
const many = (count: number, over: (n: number) => Parameters<typeof storedEvent>[1] = () => ({})) =>
  Array.from({ length: count }, (_, n) => storedEvent(`event ${n}`, over(n)));

async function failure(work: Promise<unknown>): Promise<AppError> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof AppError)) throw new Error('the work did not fail with an AppError');
  return thrown;
}

describe('a definition', () => {
  // Attributes cannot be changed in the service: whoever changes a field must add a version.
  test('of a version that has been given out is never changed', () => {
    const prints = definitions.map(one => `${one.version} ${sha256(JSON.stringify(one)).slice(0, 16)}`);
    expect(prints).toEqual(['1 c88e1ae0653ad01f']);
  });

  test('makes the index of its version and points the alias at it', async () => {
    await aiSearchOn(fake).prepare();
    expect(fake.index('events-v1')?.schema.fields.size).toBeLessThanOrEqual(100);
    expect(fake.aliasOf('events')).toBe('events-v1');
  });
});

describe('figures', () => {
  test('of a facet with very many values are exact, and say so', async () => {
    const index = aiSearchOn(fake);
    await index.put(many(900, n => ({ operation: `Operation ${n % 450}` })));
    const page = await ask(index, { facets: ['operation', 'outcome'], facetLimit: 450, limit: 1 });
    expect(page.facets.operation?.exact).toBe(true);
    expect(page.facets.operation?.values).toHaveLength(450);
    expect(
      page.facets.operation?.values.every(one => one.count === 2 && one.value.startsWith('Operation ')),
    ).toBe(true);
    const few = await ask(index, { facets: ['operation'], facetLimit: 3, limit: 1 });
    expect(few.facets.operation?.values.map(one => one.count)).toEqual([2, 2, 2]);
  });

  test('of bars wider than the service’s numbers are added up from parts', async () => {
    const index = aiSearchOn(fake);
    const events = many(60, n => ({
      time: new Date(Date.UTC(2026, 0, 1) + n * 20 * 86_400_000).toISOString(),
    }));
    await index.put(events);
    for (const interval of [1, 999, 365 * 86_400_000, 90 * 86_400_000]) {
      const page = await ask(index, { interval, limit: 1 });
      expect(page.histogram).toEqual({ exact: true, values: expectedHistogram(events, interval) });
    }
  });

  test('of more than 5,000 bars are refused with the interval to ask for', async () => {
    const index = aiSearchOn(fake);
    await index.put(many(5_001, n => ({ time: new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString() })));
    const refused = await failure(ask(index, { interval: 1_000, limit: 1 }));
    expect([refused.code, refused.target]).toEqual(['request.invalid', 'interval']);
  });
});

describe('paging', () => {
  test('goes through thousands of one instant, a thousand at a time', async () => {
    const index = aiSearchOn(fake);
    await index.put(many(2_300));
    const ids = new Set<string>();
    let after: string | null = null;
    const sizes: number[] = [];
    do {
      const page: SearchPage = await ask(index, { after });
      for (const hit of page.hits) ids.add(hit.id);
      sizes.push(page.hits.length);
      after = page.next;
    } while (after !== null);
    expect([sizes, ids.size]).toEqual([[1_000, 1_000, 300], 2_300]);
  });

  test('follows an answer the service cut short', async () => {
    const index = aiSearchOn(fake);
    await index.put(many(50));
    fake.faults.pageSize = 7;
    const page = await ask(index, { limit: 40 });
    expect([page.hits.length, new Set(page.hits.map(hit => hit.id)).size]).toEqual([40, 40]);
    expect(page.next).not.toBeNull();
  });

  test.each(['', '1', '1.2', '1.2.3.4', 'a.b.c', '1.2.3 or true', '99999999999999999.1.1'])(
    'refuses to go on from %j',
    async after => {
      expect((await failure(ask(aiSearchOn(fake), { after }))).code).toBe('continuation.invalid');
    },
  );
});

describe('writing', () => {
  test('keeps batches within a thousand documents and sixteen megabytes', () => {
    const documents = (count: number, length: number) =>
      Array.from({ length: count }, (_, n) => ({
        kind: 'upload' as const,
        document: { key: `k${n}`, text: '"'.repeat(length) },
      }));
    expect(batchesOf(documents(2_500, 10)).map(batch => batch.length)).toEqual([1_000, 1_000, 500]);
    for (const batch of batchesOf(documents(400, 100_000))) {
      const bytes = Buffer.byteLength(JSON.stringify(batch.map(one => one.document)));
      expect(bytes).toBeLessThan(16 * 1024 * 1024);
    }
    expect(batchesOf([])).toEqual([]);
  });

  test('takes an event of great length whole', async () => {
    const index = aiSearchOn(fake);
    await index.put(
      many(3, n => ({ summary: `${'long words '.repeat(20_000)} last${n}`, operation: 'x'.repeat(70_000) })),
    );
    expect((await ask(index, { node: parseQuery('last2') })).total.value).toBe(1);
    expect((await ask(index, { node: parseQuery(`operation:${'x'.repeat(1_000)}`) })).total.value).toBe(3);
  });

  test('removes every revision of an event, also those put in whatever order', async () => {
    const index = aiSearchOn(fake);
    const [one, other] = [storedEvent('a'), storedEvent('b')];
    for (const revision of [3, 1, 7, 2])
      await index.put([
        { ...one, revision },
        { ...other, revision },
      ]);
    await index.remove([one.id]);
    expect((await ask(index)).hits.map(hit => hit.id)).toEqual([other.id]);
    await index.put([one]);
    expect((await ask(index)).total.value).toBe(2);
  });
});

describe('failures', () => {
  test.each([
    [401, 'index.unavailable', 'retry-later'],
    [403, 'index.unavailable', 'retry-later'],
    [400, 'bug', 'give-up'],
    [413, 'bug', 'give-up'],
    [418, 'bug', 'retry'],
  ])('%i is %s, and the service’s words stay inside', async (status, code, recovery) => {
    const index = aiSearchOn(fake);
    await index.prepare();
    fake.faults.answers.push({ status, times: 1 });
    const failed = await failure(ask(index));
    expect([failed.code, failed.recovery, failed.facts]).toEqual([code, recovery, { status }]);
    expect(failed.message).not.toContain('planned');
    expect(failed.message).not.toContain(fake.endpoint);
  });

  test('a wrong key is refused with the roles that are missing', async () => {
    const options = { endpoint: fake.endpoint, credential: new Secret('wrong'), indexName: 'events' };
    expect((await failure(openAiSearch(options).position())).message).toContain(
      'Search Index Data Contributor',
    );
  });

  test('an address where nobody answers is unavailable, to be tried later', async () => {
    const { endpoint } = fake;
    await fake.close();
    const index = openAiSearch({ endpoint, credential: new Secret('x'), indexName: 'events' });
    const failed = await failure(index.put([storedEvent('a')]));
    expect([failed.code, failed.recovery]).toEqual(['index.unavailable', 'retry-later']);
    fake = await startAiSearch();
  });
});

test('signs in with a token of its own, and only over TLS', async () => {
  const tls = selfSigned('localhost');
  const secure = await startAiSearch({ tls, tokens: ['a-token'] });
  const scopes: string[] = [];
  const credential = {
    async getToken(asked: string | string[]) {
      scopes.push(String(asked));
      return { token: 'a-token', expiresOnTimestamp: 4e12 };
    },
  };
  const index = openAiSearch({
    endpoint: secure.endpoint,
    credential,
    indexName: 'events',
    trusted: tls.cert,
  });
  await index.put([storedEvent('a')]);
  expect((await ask(index)).total.value).toBe(1);
  expect(new Set(scopes)).toEqual(new Set(['https://search.azure.com/.default']));
  const plain = openAiSearch({ endpoint: fake.endpoint, credential, indexName: 'events' });
  await failure(plain.position());
  expect(fake.counted).toEqual({ write: 0, search: 0, manage: 0, bytes: 0 });
  await secure.close();
});
