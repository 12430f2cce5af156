import { deepEqual, equal, ok } from 'node:assert/strict';
import { hours, instant, plus } from '../../shared/kernel/time.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import { facetFields, type SearchPage, type SearchRequest } from '../../shared/model/query.ts';
import { comparable } from '../../shared/query/evaluate.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import type { SearchIndex } from '../../shared/ports/search-index.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { storedEvent } from '../query/arbitrary-event.ts';
import { expectedEvents, expectedFacet, expectedHistogram, plainRequest } from '../search/naive-index.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { contractOf, mustReject, type CaseBody, type Contract } from './contract.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);
const noon = instant(Date.UTC(2026, 9, 5, 12));
type Bodies = Readonly<Record<string, CaseBody<SearchIndex>>>;

/** What every SearchIndex promises. The seed decides the events. */
export const searchIndexContract = (seed: number): Contract<SearchIndex> =>
  contractOf<SearchIndex>({ ...writing, ...finding(seed), ...counting(seed), ...keeping });

const asked = (q: string, over: Partial<SearchRequest> = {}): SearchRequest => ({
  ...plainRequest,
  node: parseQuery(q),
  ...over,
});
const find = (index: SearchIndex, q: string, over: Partial<SearchRequest> = {}): Promise<SearchPage> =>
  index.search([ours], asked(q, over));
const ids = (page: SearchPage): string[] => page.hits.map(hit => hit.id);
const minute = (n: number): string => new Date(noon + n * 60_000).toISOString();

/** Events of two tenants over some days, many at the same instant. */
function someEvents(seed: number, count: number): StoredEvent[] {
  const dice = seededNumbers(seed, 'search-index');
  const pick = <T>(list: readonly T[]): T => list[Math.floor(dice() * list.length)] as T;
  return Array.from({ length: count }, (_, n) =>
    storedEvent(`event ${n}`, {
      tenant: pick([contoso, contoso, fabrikam]),
      time: minute(-Math.floor(dice() ** 2 * 200) * 30),
      operation: pick(['Add user', 'Delete user', 'Update group']),
      outcome: pick(['success', 'failure']),
      severity: pick(['low', 'medium', 'critical']),
      actor: { kind: 'user', id: null, name: null, address: `${pick(['mira', 'oskar'])}@contoso.example` },
      summary: `${pick(['red', 'green', 'blue'])} ${pick(['apple', 'pear'])} ${n}`,
      mail: {
        messageId: `<${n}@mail.contoso.example>`, sender: pick(['a@x.example', null]), subject: 'x', status: null, size: null,
        recipients: pick([[], ['one@x.example'], ['one@x.example', 'two@x.example', 'ONE@x.example']]), direction: 'inbound',
      },
    }),
  ); // prettier-ignore
}

const writing: Bodies = {
  'finds an event once, however often it is put': async index => {
    const event = storedEvent('a');
    await index.put([event, event]);
    await index.put([event]);
    const page = await find(index, '*', { facets: ['operation'] });
    deepEqual(
      page.hits.map(({ tenant, id }) => [tenant, id]),
      [[contoso, event.id]],
    );
    deepEqual(page.total, { value: 1, exact: true });
    deepEqual(page.facets.operation?.values, [{ value: event.operation, count: 1 }]);
  },
  'lets the higher revision win, in whatever order they come': async index => {
    const first = storedEvent('a', { summary: 'pending' });
    const second = { ...first, revision: 2, summary: 'delivered' };
    for (const batches of [[[first], [second]], [[second], [first]], [[first, second]], [[second, first]]]) {
      await index.clear();
      for (const batch of batches) await index.put(batch);
      deepEqual(ids(await find(index, 'delivered')), [first.id]);
      deepEqual(ids(await find(index, 'pending')), []);
      equal((await find(index, '*')).total.value, 1);
    }
  },
  'takes a revision put again as it is now: it may have been made anew': async index => {
    const first = storedEvent('a', { summary: 'somebody', time: minute(0) });
    const anew = { ...first, summary: 'Mira', time: minute(5), rebuiltAt: minute(90) };
    for (const batches of [[[first], [anew]], [[first, anew]]]) {
      await index.clear();
      for (const batch of batches) await index.put(batch);
      deepEqual(ids(await find(index, 'mira')), [first.id]);
      deepEqual(ids(await find(index, 'somebody')), []);
      equal((await find(index, '*')).total.value, 1);
    }
  },
  'finds a revision at its own time, also when that changed': async index => {
    const first = storedEvent('a', { time: minute(0) });
    const second = { ...first, revision: 2, time: minute(90) };
    const hour = { from: noon, to: plus(noon, hours(1)) };
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      await index.clear();
      for (const event of order) await index.put([event]);
      deepEqual(ids(await find(index, '*', { window: hour })), []);
      deepEqual(ids(await find(index, '*')), [first.id]);
    }
  },
  'finds nothing of what was removed, and everything else': async index => {
    const [a, b] = [storedEvent('a', { summary: 'one' }), storedEvent('b', { summary: 'two' })];
    await index.put([a, b]);
    await index.remove([a.id, 'no such id']);
    deepEqual(ids(await find(index, '*')), [b.id]);
    deepEqual(ids(await find(index, 'one')), []);
    await index.put([a]);
    deepEqual(ids(await find(index, 'one')), [a.id]);
  },
};

const finding = (seed: number): Bodies => ({
  'answers only events of the scopes’ tenants': async index => {
    const events = someEvents(seed, 200);
    await index.put(events);
    const request = asked('apple', { facets: facetFields, interval: 86_400_000 });
    for (const tenants of [[contoso], [fabrikam], [contoso, fabrikam]]) {
      const page = await index.search(tenants.map(scopeOf), request);
      const expected = expectedEvents(events, tenants, request);
      deepEqual(ids(page).sort(), expected.map(event => event.id as string).sort());
      equal(page.total.value, expected.length);
      equal(page.facets.tenant?.values.length, tenants.length);
    }
    const nobody = await index.search([], request);
    deepEqual([nobody.hits, nobody.total.value, nobody.facets.operation?.values], [[], 0, []]);
    deepEqual(ids(await find(index, `tenant:${fabrikam}`)), []);
    deepEqual(ids(await find(index, '-apple -pear -*')), []);
    const other = await find(index, '-apple');
    ok(other.hits.every(hit => hit.tenant === contoso));
  },
  'gives every match once over pages, by time, either way': async index => {
    const events = someEvents(seed, 210);
    await index.put(events);
    for (const order of ['newest', 'oldest'] as const) {
      const request = asked('apple OR pear', { order, limit: 7 });
      const expected = expectedEvents(events, [contoso], request);
      const found: string[] = [];
      let after: string | null = null;
      do {
        const page: SearchPage = await index.search([ours], { ...request, after });
        ok(page.hits.length <= 7);
        equal(page.total.value, expected.length);
        found.push(...ids(page));
        after = page.next;
      } while (after !== null && found.length <= events.length);
      const timeOf = new Map(events.map(event => [event.id as string, event.time]));
      deepEqual([...found].sort(), expected.map(event => event.id as string).sort());
      deepEqual(found.map(id => timeOf.get(id)), expected.map(event => event.time));
    }
  },
  'goes on behind any hit, by its place': async index => {
    await index.put(someEvents(seed, 40));
    for (const order of ['newest', 'oldest'] as const) {
      const { hits } = await find(index, '*', { order });
      // How many of them are this tenant's, the seed decides.
      ok(hits.length > 8);
      for (const n of [0, 7, hits.length - 1]) {
        const rest = await find(index, '*', { order, after: hits[n]?.place ?? null });
        deepEqual(rest.hits, hits.slice(n + 1));
      }
    }
  },
  'has no further page after the last match': async index => {
    await index.put(Array.from({ length: 6 }, (_, n) => storedEvent(`event ${n}`)));
    const first = await find(index, '*', { limit: 3 });
    equal((await find(index, '*', { limit: 3, after: first.next })).next, null);
    equal((await find(index, '*', { limit: 6 })).next, null);
  },
  'holds a window’s beginning and not its end': async index => {
    const [before, at, end] = [storedEvent('a', { time: minute(-1) }), storedEvent('b', { time: minute(0) }), storedEvent('c', { time: minute(60) })];
    await index.put([before, at, end]);
    deepEqual(ids(await find(index, '*', { window: { from: noon, to: plus(noon, hours(1)) } })), [at.id]);
  },
  'refuses a place to continue from that it never gave': async index => {
    await mustReject(find(index, '*', { after: 'nonsense' }), 'continuation.invalid');
  },
}); // prettier-ignore

const counting = (seed: number): Bodies => ({
  'counts total, facets and histogram exactly': async index => {
    const events = someEvents(seed, 300);
    await index.put(events);
    for (const q of ['*', 'apple', '-red', 'outcome:failure severity:>=medium', 'recipient:one', 'sender:*', 'nothing']) {
      const request = asked(q, { facets: facetFields, interval: 3_600_000 });
      const page = await index.search([ours, theirs], request);
      const expected = expectedEvents(events, [contoso, fabrikam], request);
      deepEqual(page.total, { value: expected.length, exact: true });
      deepEqual(page.histogram, { exact: true, values: expectedHistogram(expected, 3_600_000) });
      for (const field of facetFields) {
        const counts = (page.facets[field]?.values ?? []).map(one => [comparable(field, one.value), one.count]);
        deepEqual(new Map(counts as [string, number][]), expectedFacet(expected, field));
      }
    }
  },
  'gives the most frequent values of a facet, and no more than asked for': async index => {
    const names = ['a', 'b', 'b', 'b', 'c', 'c'];
    await index.put(names.map((operation, n) => storedEvent(`event ${n}`, { operation })));
    const page = await find(index, '*', { facets: ['operation'], facetLimit: 2 });
    deepEqual(page.facets.operation?.values, [{ value: 'b', count: 3 }, { value: 'c', count: 2 }]);
  },
  'is exact up to 10,000 matches and says so when it is not': async index => {
    const events = Array.from({ length: 20_000 }, (_, n) =>
      storedEvent(`event ${n}`, {
        time: minute(-n),
        operation: n % 2 === 0 ? 'Even' : 'Odd',
        summary: n < 10_000 ? 'young' : 'old',
      }),
    );
    for (let from = 0; from < events.length; from += 5_000) await index.put(events.slice(from, from + 5_000));
    const shape = { facets: ['operation'], interval: 86_400_000, limit: 10 } as const;
    const young = await find(index, 'young', shape);
    deepEqual(young.total, { value: 10_000, exact: true });
    const sorted = [...(young.facets.operation?.values ?? [])].sort((a, b) => a.value.localeCompare(b.value));
    deepEqual(sorted, [{ value: 'Even', count: 5_000 }, { value: 'Odd', count: 5_000 }]);
    equal(young.histogram?.exact, true);
    const all = await find(index, '*', shape);
    deepEqual(ids(all), events.slice(0, 10).map(event => event.id as string));
    labelled(all.total.exact, all.total.value, 20_000);
    for (const one of all.facets.operation?.values ?? []) labelled(all.facets.operation?.exact, one.count, 10_000);
    const bars = all.histogram?.values.reduce((sum, bar) => sum + bar.count, 0);
    labelled(all.histogram?.exact, bars ?? 0, 20_000);
  },
}); // prettier-ignore

/** Right to the last one, or said to be an estimate and not a wild one. */
function labelled(exact: boolean | undefined, value: number, truth: number): void {
  if (exact === false) ok(Math.abs(value - truth) < truth * 0.4, `${value} is no estimate of ${truth}`);
  else equal(value, truth);
}

const keeping: Bodies = {
  'has no position at first, and then the last one it was told': async (index, { open }) => {
    equal(await index.position(), null);
    await index.setPosition('one');
    await index.setPosition('two');
    equal(await index.position(), 'two');
    equal(await (await open()).position(), 'two');
  },
  'shows another handle what was put, and takes more from there': async (index, { open }) => {
    const other = await open();
    await index.put([storedEvent('a', { operation: 'First' })]);
    await other.put([storedEvent('b', { operation: 'Second' })]);
    await index.put([storedEvent('c', { operation: 'Third' })]);
    for (const handle of [index, other]) {
      const page = await find(handle, '*', { facets: ['operation'] });
      const values = page.facets.operation?.values.map(one => one.value).sort();
      deepEqual([page.total.value, values], [3, ['First', 'Second', 'Third']]);
    }
  },
  'is empty after clear, without a position, and can be filled again': async (index, { open }) => {
    const other = await open();
    await index.put([storedEvent('a', { operation: 'Old' })]);
    await index.setPosition('one');
    await other.clear();
    equal(await index.position(), null);
    deepEqual((await find(index, '*', { facets: ['operation'] })).total, { value: 0, exact: true });
    await index.put([storedEvent('b', { operation: 'New' })]);
    const page = await find(index, '*', { facets: ['operation'] });
    deepEqual(page.facets.operation?.values, [{ value: 'New', count: 1 }]);
  },
  'says so when what it keeps is damaged': async (index, { open, damage }) => {
    await index.put(Array.from({ length: 500 }, (_, n) => storedEvent(`event ${n}`)));
    await damage();
    await mustReject(
      open().then(other => find(other, '*', { facets: facetFields })),
      'store.corrupt',
    );
  },
};
