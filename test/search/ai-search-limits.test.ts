import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoredEvent } from '../../shared/model/event.ts';
import type { QueryField, SearchPage } from '../../shared/model/query.ts';
import { startAiSearch, type AiSearchFake } from '../fakes/ai-search/ai-search-fake.ts';
import { mustReject } from '../contracts/contract.ts';
import { storedEvent } from '../query/arbitrary-event.ts';
import { aiSearchOn } from '../support/fresh-ai-search.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { plainRequest } from './naive-index.ts';

let fake: AiSearchFake;
beforeEach(async () => {
  fake = await startAiSearch();
});
afterEach(async () => {
  await fake.close();
});

type Index = ReturnType<typeof aiSearchOn>;
const found = (index: Index, node: Parameters<Index['search']>[1]['node']): Promise<SearchPage> =>
  index.search([scopeOf(contoso)], { ...plainRequest, limit: 10, node });
const word = (value: string) => ({ kind: 'match', field: null, value, prefix: false }) as const;
const range = (field: QueryField, from: string, to: string | null = null) =>
  ({ kind: 'range', field, from, to, includeFrom: true, includeTo: true }) as const;

test.each([408, 409])(
  'a %i while the index is made or written is nobody’s defect, and passes',
  async status => {
    for (const on of ['manage', 'write', 'search'] as const) {
      // Two workers that make the index at once: the service refuses one of them.
      const index = aiSearchOn(fake);
      fake.faults.answers.push({ status, times: 1, on });
      await mustReject(
        index.position().then(() => index.put([storedEvent('a')])),
        'index.unavailable',
      );
      await index.put([storedEvent('a')]);
      expect((await found(index, { kind: 'all' })).total.value).toBe(1);
      await index.clear();
    }
  },
);

test('an event of more revisions than an answer has documents leaves the index whole', async () => {
  const index = aiSearchOn(fake);
  const often: StoredEvent = { ...storedEvent('often'), revision: 2_300 };
  await index.put([{ ...often, revision: 2_299 }, storedEvent('once')]);
  await index.put([often]);
  await index.remove([often.id]);
  expect((await found(index, { kind: 'all' })).hits.map(hit => hit.id)).toEqual([storedEvent('once').id]);
  await index.put([often]);
  expect((await found(index, { kind: 'all' })).total.value).toBe(2);
});

test('an event of very much text is indexed by its first half a million characters, and does not hold up the others', async () => {
  const index = aiSearchOn(fake);
  const long = { ...storedEvent('long'), summary: `needle ${'the same words again '.repeat(900_000)}` };
  await index.put([long, storedEvent('after')]);
  expect((await found(index, word('needle'))).hits.map(hit => hit.id)).toEqual([long.id]);
});

test.each([
  ['Latin', 'z'.repeat(256)],
  ['digits', '0'.repeat(256)],
  ['Cyrillic', 'ж'.repeat(256)],
  ['emoji', '🜁'.repeat(128)],
])(
  'a range whose bound is as long as a keyword, in %s, is answered or refused with a reason',
  async (_, bound) => {
    const index = aiSearchOn(fake);
    const inside = { ...storedEvent('inside'), operation: `${bound.slice(0, 254)}🜂` };
    await index.put([inside, { ...storedEvent('outside'), operation: '' }]);
    const answer = await found(index, range('operation', bound)).catch((thrown: unknown) => thrown);
    if (answer instanceof Error) expect(answer).toMatchObject({ code: 'request.invalid', target: 'q' });
    else expect((answer as SearchPage).total.value).toBeLessThanOrEqual(1);
  },
);
