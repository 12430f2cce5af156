import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startAiSearch, type AiSearchFake } from './ai-search/ai-search-fake.ts';

/** The fake must refuse what the service refuses, and mean by a query what the service means. Asked over the wire. */
let fake: AiSearchFake;
beforeAll(async () => {
  fake = await startAiSearch();
});
afterAll(() => fake.close());

type Json = Record<string, unknown>;
interface Reply {
  readonly status: number;
  readonly body: Json;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const reply = await fetch(`${fake.endpoint}${path}?api-version=2026-04-01`, {
    method,
    headers: { 'content-type': 'application/json', 'api-key': fake.apiKey, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, body: text === '' ? {} : (JSON.parse(text) as Json) };
}

const field = (name: string, type: string, on: Json = {}): Json => ({
  name, type, searchable: false, filterable: false, sortable: false, facetable: false, ...on,
}); // prettier-ignore
const definition = (over: Json = {}): Json => ({
  name: 'hotels',
  fields: [
    field('id', 'Edm.String', { key: true, filterable: true }),
    field('name', 'Edm.String', { searchable: true, analyzer: 'standard.lucene' }),
    field('begins', 'Edm.String', { searchable: true, indexAnalyzer: 'grams', searchAnalyzer: 'whitespace' }),
    field('code', 'Edm.String', { searchable: true, analyzer: 'keyword', filterable: true, facetable: true, normalizer: 'lowercase' }),
    field('tags', 'Collection(Edm.String)', { filterable: true, facetable: true }),
    field('rating', 'Edm.Int32', { filterable: true, sortable: true, facetable: true }),
    field('opened', 'Edm.DateTimeOffset', { filterable: true, sortable: true, facetable: true }),
    field('open', 'Edm.Boolean', { filterable: true }),
    field('plain', 'Edm.String'),
    field('secret', 'Edm.String', { retrievable: false }),
  ],
  analyzers: [{ '@odata.type': '#Microsoft.Azure.Search.CustomAnalyzer', name: 'grams', tokenizer: 'whitespace', tokenFilters: ['front'] }],
  tokenFilters: [{ '@odata.type': '#Microsoft.Azure.Search.EdgeNGramTokenFilterV2', name: 'front', minGram: 1, maxGram: 20, side: 'front' }],
  ...over,
}); // prettier-ignore
const withField = (one: Json): Json => definition({ fields: [...(definition()['fields'] as Json[]), one] });

const hotels: readonly Json[] = [
  { id: '1', name: 'Grand Hotel by the sea', begins: 'grand hotel', code: 'AbC', tags: ['pool', 'bar'], rating: 5, opened: '2001-05-01T00:00:00Z', open: true },
  { id: '2', name: 'Sea View motel', begins: 'sea view', code: 'abd', tags: ['bar'], rating: 3, opened: '2010-01-02T03:04:05Z', open: false },
  { id: '3', name: 'Motel', begins: 'grandeur', code: null, tags: [], rating: null, opened: null, open: null },
]; // prettier-ignore

const write = (actions: readonly Json[]): Promise<Reply> =>
  call('POST', "/indexes('hotels')/docs/search.index", { value: actions });
const search = (asked: Json): Promise<Reply> =>
  call('POST', "/indexes('hotels')/docs/search.post.search", asked);
const found = async (asked: Json): Promise<unknown> => {
  const { status, body } = await search(asked);
  return status === 200 ? (body['value'] as Json[]).map(one => one['id']) : status;
};

beforeEach(async () => {
  await call('DELETE', "/aliases('inns')");
  await call('DELETE', "/indexes('hotels')");
  await call('PUT', "/indexes('hotels')", definition());
  const { status } = await write(hotels.map(one => ({ '@search.action': 'upload', ...one })));
  if (status !== 200) throw new Error(`the hotels were not taken: ${status}`);
});

describe('an index definition', () => {
  test.each<[string, Json]>([
    ['has one key', withField(field('other', 'Edm.String', { key: true }))],
    ['has no searchable number', withField(field('n', 'Edm.Int32', { searchable: true }))],
    ['has no sortable collection', withField(field('n', 'Collection(Edm.String)', { sortable: true }))],
    ['has an analyzer only where it searches', withField(field('n', 'Edm.String', { analyzer: 'keyword' }))],
    ['names an analyzer there is', withField(field('n', 'Edm.String', { searchable: true, analyzer: 'mine' }))],
    ['has both analyzers or one for both', withField(field('n', 'Edm.String', { searchable: true, indexAnalyzer: 'keyword' }))],
    ['has a normalizer only where it compares', withField(field('n', 'Edm.String', { normalizer: 'lowercase' }))],
    ['names a normalizer there is', withField(field('n', 'Edm.String', { filterable: true, normalizer: 'mine' }))],
    ['knows no other properties', withField(field('n', 'Edm.String', { lowercase: true }))],
    ['has grams that grow', definition({ tokenFilters: [{ '@odata.type': '#Microsoft.Azure.Search.EdgeNGramTokenFilterV2', name: 'front', minGram: 2, maxGram: 2 }] })],
    ['has at most a hundred fields', definition({ fields: Array.from({ length: 101 }, (_, n) => field(`f${n}`, 'Edm.String', n === 0 ? { key: true } : {})) })],
    ['has names in lower case', definition({ name: 'Hotels' })],
  ])('%s', async (_, sent) => {
    const name = String(sent['name']);
    await call('DELETE', `/indexes('${name}')`);
    expect((await call('PUT', `/indexes('${name}')`, sent)).status).toBe(400);
  }); // prettier-ignore

  test('takes new fields later and no change of those there are', async () => {
    expect((await call('PUT', "/indexes('hotels')", withField(field('more', 'Edm.String')))).status).toBe(
      200,
    );
    const changed = (definition()['fields'] as Json[]).map(one =>
      one['name'] === 'plain' ? { ...one, filterable: true } : one,
    );
    expect((await call('PUT', "/indexes('hotels')", definition({ fields: changed }))).status).toBe(400);
  });

  test('is not deleted while it has an alias, and is reached by it', async () => {
    expect((await call('PUT', "/aliases('inns')", { name: 'inns', indexes: ['hotels'] })).status).toBe(201);
    expect((await call('DELETE', "/indexes('hotels')")).status).toBe(400);
    expect((await call('POST', "/indexes('inns')/docs/search.post.search", { search: '*' })).status).toBe(
      200,
    );
    expect((await call('PUT', "/aliases('inns')", { name: 'inns', indexes: ['nowhere'] })).status).toBe(400);
  });
});

describe('a batch', () => {
  test.each<[string, readonly Json[], number]>([
    ['of unknown fields', [{ id: '9', colour: 'red' }], 400],
    ['of a wrong type', [{ id: '9', rating: '5' }], 400],
    ['of a null collection', [{ id: '9', tags: null }], 400],
    ['of half a character', [{ id: '9', plain: '\ud800' }], 400],
    ['of a key with a slash', [{ id: 'a/b' }], 400],
    ['of no key', [{ name: 'x' }], 400],
    ['of an unknown action', [{ '@search.action': 'replace', id: '9' }], 400],
    ['of 1,001 documents', Array.from({ length: 1_001 }, (_, n) => ({ id: String(n) })), 400],
    ['of more than 16 MB', [{ id: '9', plain: 'x'.repeat(17 * 1024 * 1024) }], 413],
    ['of a merge into nothing', [{ '@search.action': 'merge', id: '9' }, { id: '8' }], 207],
    ['of a term too large to sort', [{ id: '9', code: 'x'.repeat(40_000) }], 207],
  ])('%s is refused', async (_, actions, status) => {
    expect((await write(actions)).status).toBe(status);
  });

  test('merges what is named and leaves the rest; upload does not', async () => {
    await write([
      { '@search.action': 'mergeOrUpload', id: '1', rating: 1 },
      { '@search.action': 'upload', id: '2', rating: 1 },
      { '@search.action': 'delete', id: '3' },
    ]);
    expect(await found({ filter: "rating eq 1 and tags/any(t: t eq 'pool')" })).toEqual(['1']);
    expect(await found({ filter: 'rating eq 1 and not tags/any()' })).toEqual(['2']);
    expect(await found({ filter: "id eq '3'" })).toEqual([]);
  });
});

test.each<[string, unknown]>([
  ["code eq 'ABC'", ['1']],
  ["not (code eq 'abc')", ['2', '3']],
  ["code ne 'abc' and rating ge 3", ['2']],
  ["rating eq null or rating gt 4", ['1', '3']],
  ['not (rating lt 4)', ['1', '3']],
  ['3 le rating', ['1', '2']],
  ['open', ['1']],
  ['not open', ['2', '3']],
  ['true', ['1', '2', '3']],
  ['opened ge 2010-01-02T03:04:05Z', ['2']],
  ['rating eq 5 or rating eq 3 and open', ['1']],
  ["tags/any(t: t eq 'bar')", ['1', '2']],
  ["tags/any(t: t eq 'pool' or t eq 'x')", ['1']],
  ["tags/all(t: t ne 'pool')", ['2', '3']],
  ["tags/any(t: search.in(t, 'x|pool', '|'))", ['1']],
  ["search.in(code, 'abc, abd')", ['1', '2']],
  ["search.ismatch('motel', 'name', 'full', 'all')", ['2', '3']],
  ["search.ismatch('\"sea view\"', 'name', 'full', 'any') or rating eq 5", ['1', '2']],
  ["not search.ismatch('sea', 'name', 'full', 'any')", ['3']],
  ["search.ismatch('grand', 'begins', 'full', 'any')", ['1', '3']],
  ["search.ismatch('\"grand ho\"', 'begins', 'full', 'any')", ['1']],
  // What the service refuses.
  ["code gt 'a'", 400],
  ["plain eq 'x'", 400],
  ["colour eq 'x'", 400],
  ['rating eq null and rating gt null', 400],
  ["rating eq '5'", 400],
  ['not rating gt 5', 400],
  ["tags eq 'bar'", 400],
  ["tags/any(t: t ne 'bar')", 400],
  ["tags/any(t: t eq 'a' and t eq 'b')", 400],
  ["tags/all(t: t eq 'bar')", 400],
  ["tags/any(t: t gt 'a')", 400],
  ["tags/any(t: search.ismatch('bar'))", 400],
  ["tags/any(t: code eq 'bar')", 400],
  ["search.ismatch('x', 'rating', 'full', 'any')", 400],
  ["startswith(code, 'a')", 400],
  ["code eq 'a", 400],
  [Array.from({ length: 501 }, (_, n) => `rating eq ${n}`).join(' or '), 400],
])('$filter=%s', async (filter, expected) => {
  expect(await found({ filter })).toEqual(expected);
}); // prettier-ignore

test.each<[string, unknown]>([
  ['sea', ['1', '2']],
  ['SEA AND motel', ['2']],
  ['sea -motel', ['1']],
  ['grand OR motel', ['1', '2', '3']],
  ['+sea grand', ['1', '2']],
  ['"sea view"', ['2']],
  ['"grand sea"', []],
  ['"grand sea"~3', ['1']],
  ['name:(view OR grand)', ['1', '2']],
  ['mot*', ['2', '3']],
  ['/m.tel/', ['2', '3']],
  ['name:motle~', ['2', '3']],
  ['sea^2', ['1', '2']],
  ['code:AbC', ['1']],
  ['code:abc', []],
  ['\\"sea\\"', ['1', '2']],
  ['-sea', 400],
  ['sea AND', 400],
  ['(sea', 400],
  ['"sea', 400],
  ['plain:sea', 400],
  ['rating:[1 TO 5]', 400],
  ['*tel', 400],
  [`${'x'.repeat(1_001)}*`, 400],
  [Array.from({ length: 3_001 }, () => 'a').join(' '), 400],
  ['x'.repeat(100_001), 400],
])('search=%s', async (text, expected) => {
  expect(await found({ search: text, queryType: 'full' })).toEqual(expected);
});

test.each<[string, Json]>([
  ['an order by a field that is not sortable', { orderby: 'code asc' }],
  ['an order by no field', { orderby: 'colour' }],
  ['a facet of a field that is not facetable', { facets: ['plain'] }],
  ['a facet with both a count and an interval', { facets: ['rating,count:5,interval:2'] }],
  ['an interval of text', { facets: ['code,interval:2'] }],
  ['a field that may not be retrieved', { select: 'secret' }],
  ['a field there is not', { select: 'colour' }],
  ['a skip beyond 100,000', { skip: 100_001 }],
  [
    'a search of a field that is not searchable',
    { search: 'x', queryType: 'full', searchFields: 'code,rating' },
  ],
  ['a parameter it does not know', { sort: 'rating' }],
])('%s is refused', async (_, asked) => {
  expect((await search(asked)).status).toBe(400);
});

test('facets count values, numbers by interval and by ranges, and dates by their units', async () => {
  const { body } = await search({ search: '*', count: true, top: 1, facets: ['tags', 'rating,interval:2', 'opened,interval:day', 'code,count:1,sort:-value'] });
  expect(body['@odata.count']).toBe(3);
  expect(body['@search.facets']).toEqual({
    tags: [{ count: 2, value: 'bar' }, { count: 1, value: 'pool' }],
    rating: [{ count: 1, value: 2 }, { count: 1, value: 4 }],
    opened: [{ count: 1, value: '2001-05-01T00:00:00.000Z' }, { count: 1, value: '2010-01-02T00:00:00.000Z' }],
    code: [{ count: 1, value: 'abd' }],
  });
  const ranges = await search({ search: '*', facets: ['rating,values:4'] });
  expect(ranges.body['@search.facets']).toEqual({ rating: [{ count: 1, to: 4 }, { count: 1, from: 4 }] });
}); // prettier-ignore

test('nobody comes in without a key of its own', async () => {
  const asked = { search: '*' };
  const path = "/indexes('hotels')/docs/search.post.search";
  expect((await call('POST', path, asked, { 'api-key': 'another' })).status).toBe(403);
  expect((await call('POST', path, asked, { 'api-key': 'another', authorization: 'Bearer x' })).status).toBe(403);
  const bare = await fetch(`${fake.endpoint}${path}?api-version=2026-04-01`, { method: 'POST', body: '{}' });
  expect(bare.status).toBe(401);
  const old = await fetch(`${fake.endpoint}${path}?api-version=2020-06-30`, { method: 'POST', body: '{}', headers: { 'api-key': fake.apiKey } });
  expect(old.status).toBe(400);
  expect((await call('POST', "/indexes('nowhere')/docs/search.post.search", asked)).status).toBe(404);
}); // prettier-ignore

test('a short page names how to go on', async () => {
  fake.faults.pageSize = 2;
  const first = await search({ search: '*', orderby: 'opened asc', top: 3 });
  fake.faults.pageSize = 1_000;
  expect(first.body['value']).toHaveLength(2);
  const rest = await search(first.body['@search.nextPageParameters'] as Json);
  expect(rest.body['value']).toHaveLength(1);
  expect(rest.body['@search.nextPageParameters']).toBeUndefined();
});
