import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  beginningsAfter,
  keywordOf,
  longestTerm,
  piecesOf,
  termsBeginning,
  tokenOf,
} from '../../shared/adapters/azure/search-token.ts';
import type { QueryNode } from '../../shared/model/query.ts';
import { compareText, keyword } from '../../shared/query/fold.ts';
import { startAiSearch, type AiSearchFake } from '../fakes/ai-search/ai-search-fake.ts';
import { storedEvent } from '../query/arbitrary-event.ts';
import { anyText } from '../query/arbitrary-query.ts';
import { aiSearchOn } from '../support/fresh-ai-search.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { seed } from '../support/seed.ts';
import { expectedEvents, plainRequest } from './naive-index.ts';

const keywords = fc
  .oneof(anyText, fc.string({ unit: 'binary', maxLength: 4 }), fc.string({ maxLength: 260 }))
  .map(keyword);
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

test('a token is of our alphabet, comes back as its keyword and sorts as it does', () => {
  fc.assert(
    fc.property(keywords, keywords, (a, b) => {
      expect(tokenOf(a)).toMatch(/^[0-9a-z%_]+$/);
      expect(keywordOf(tokenOf(a))).toBe(a);
      expect(Math.sign(compareText(a, b))).toBe(order(tokenOf(a), tokenOf(b)));
    }),
    { seed, numRuns: 500 },
  );
});

test.each(['', 'A', 'z', 'z2', '%2', '%zz', 'a b', 'z1110000', 'ä'])('%j is no token', text => {
  expect(keywordOf(text)).toBeNull();
});

test('no term is longer than the analyzer is told', () => {
  const longest = tokenOf('\u{10ffff}'.repeat(128));
  expect(Math.max(...piecesOf(longest).map(piece => piece.length))).toBeLessThanOrEqual(longestTerm);
});

/** Whether the pieces, with all their beginnings, hold the terms one after the other. */
const holds = (pieces: readonly string[], terms: readonly string[]): boolean =>
  pieces.some((_, at) => terms.every((term, n) => pieces[at + n]?.startsWith(term)));

test('the beginnings after a token are those of all greater ones and of no other', () => {
  fc.assert(
    fc.property(keywords, keywords, (a, b) => {
      for (const other of [b, `${a}${b}`, a, a.slice(0, -1)].map(keyword)) {
        const pieces = piecesOf(tokenOf(other));
        const found = beginningsAfter(tokenOf(a)).some(beginning => holds(pieces, termsBeginning(beginning)));
        expect([a, other, found]).toEqual([a, other, compareText(other, a) > 0]);
        if (a !== '')
          expect(holds(pieces, termsBeginning(tokenOf(a)))).toBe(tokenOf(other).startsWith(tokenOf(a)));
      }
    }),
    { seed, numRuns: 200 },
  );
});

const awkward = [
  '\u0301', '!', '0', '09', 'a', 'a b', 'ab', 'abc', 'Ä', 'z', 'zz', 'z0', '~', '東京', '🎉', "o'brien|x,y", '"quoted\\"',
  'x'.repeat(99), 'x'.repeat(100), 'x'.repeat(101), 'x'.repeat(256), `${'x'.repeat(100)}a`, 'NaN', '2026-10-05T09:12:44Z',
]; // prettier-ignore

let fake: AiSearchFake;
beforeAll(async () => {
  fake = await startAiSearch();
});
afterAll(() => fake.close());

const addresses = [
  '0.0.0.0', '10.0.0.0', '10.0.0.1', '10.0.1.0', '255.255.255.255', '::', '::1', '2001:db8::', '2001:db8::7', '2001:db8:0:1::',
  '2001:db8:0:1:1::', '2001:db8::ffff:ffff', '2001:db8::1:0:0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'unknown',
]; // prettier-ignore

test('addresses are found in networks and ranges as the oracle finds them', async () => {
  const index = aiSearchOn(fake);
  await index.clear();
  const events = addresses.map((ip, n) =>
    storedEvent(`event ${n}`, {
      client: {
        ip, port: null, userAgent: null, app: null, device: null, os: null, country: null, city: null,
      },
    }),
  ); // prettier-ignore
  await index.put(events);
  const bounds = [null, ...addresses];
  const nodes = [
    ...addresses.flatMap(one =>
      [0, 7, 8, 31, 32, 48, 64, 95, 96, 97, 127, 128].map((bits): QueryNode => ({
        kind: 'cidr',
        network: `${one}/${bits}`,
      })),
    ),
    ...bounds.flatMap(from =>
      bounds.map((to, n): QueryNode => {
        const includeFrom = from === null || n % 2 === 0;
        return { kind: 'range', field: 'ip', from, to, includeFrom, includeTo: to === null || n % 3 === 0 };
      }),
    ),
  ];
  for (const node of nodes) {
    const asked = { ...plainRequest, node };
    const page = await index.search([scopeOf(contoso)], asked);
    const expected = expectedEvents(events, [contoso], asked).map(event => event.client?.ip);
    const found = page.hits.map(hit => events.find(event => event.id === hit.id)?.client?.ip);
    expect([node, new Set(found)]).toEqual([node, new Set(expected)]);
    expect(found).toHaveLength(expected.length);
  }
});

test('awkward values are found, compared and counted as the oracle does', async () => {
  const index = aiSearchOn(fake);
  await index.clear();
  const events = awkward.map((value, n) =>
    storedEvent(`event ${n}`, {
      operation: value,
      client: {
        ip: null, port: null, userAgent: value, app: value, device: value, os: null, country: null, city: null,
      },
    }),
  ); // prettier-ignore
  await index.put(events);
  const found = async (node: QueryNode): Promise<readonly string[]> =>
    (await index.search([scopeOf(contoso)], { ...plainRequest, node })).hits.map(hit => hit.id).sort();
  const expected = (node: QueryNode): readonly string[] =>
    expectedEvents(events, [contoso], { ...plainRequest, node })
      .map(event => event.id as string)
      .sort();
  const nodes = awkward.flatMap((value): QueryNode[] => [
    { kind: 'match', field: 'operation', value, prefix: false },
    { kind: 'match', field: 'operation', value, prefix: true },
    { kind: 'match', field: 'userAgent', value, prefix: true },
    { kind: 'match', field: null, value, prefix: true },
    ...[true, false].flatMap((include): QueryNode[] => [
      { kind: 'range', field: 'operation', from: value, to: null, includeFrom: include, includeTo: true },
      { kind: 'range', field: 'device', from: null, to: value, includeFrom: true, includeTo: include },
      { kind: 'range', field: 'app', from: 'a', to: value, includeFrom: include, includeTo: include },
    ]),
  ]);
  for (const node of nodes) expect([node, await found(node)]).toEqual([node, expected(node)]);
});

test('facets come back as the values were spelled, also those a library would take for dates or numbers', async () => {
  const index = aiSearchOn(fake);
  await index.clear();
  const spelled = ['NaN', 'INF', '2026-10-05T09:12:44Z', 'Add User'];
  await index.put([
    ...spelled.map((operation, n) => storedEvent(`event ${n}`, { operation })),
    storedEvent('again', { operation: 'Add User' }),
    storedEvent('otherwise', { operation: 'add user' }),
  ]);
  const page = await index.search([scopeOf(contoso)], { ...plainRequest, facets: ['operation'] });
  const values = page.facets.operation?.values ?? [];
  expect(values[0]).toEqual({ value: 'Add User', count: 3 });
  expect(values.map(one => one.value).sort()).toEqual([...spelled].sort());
});
