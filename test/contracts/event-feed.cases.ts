import { deepEqual, equal, ok } from 'node:assert/strict';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { TenantScope } from '../../shared/model/scope.ts';
import type { Change, EventStore } from '../../shared/ports/event-store.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { contoso, fabrikam, sampleEvent, scopeOf } from '../support/sample.ts';
import { wholeHistory } from '../support/whole-history.ts';
import { mustReject, type CaseBody } from './contract.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);
const at = instant(Date.UTC(2026, 9, 5, 12));

/** The whole feed, by pages. */
export async function feedOf(
  store: EventStore,
  scopes: readonly TenantScope[] | null,
  limit = 100,
): Promise<readonly Change[]> {
  const all: Change[] = [];
  for (let after: string | null = null; ;) {
    const { changes, next } = await store.changes(scopes, after, limit);
    ok(changes.length <= limit);
    // Bounded: a broken feed may begin anew for ever.
    if (changes.length === 0 || all.length > 5_000) return all;
    all.push(...changes);
    after = next;
  }
}

const told = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ event }) => `${event.tenant} ${event.id} ${event.revision}`);

/** What the feed of an EventStore promises. */
export const eventFeedCases = (seed: number): Readonly<Record<string, CaseBody<EventStore>>> => ({
  'feeds every revision once, in the order stored, by pages of any size': async store => {
    const stored = await storeAtRandom(store, seed);
    for (const limit of [1, 2, 7, 1_000]) {
      deepEqual(told(await feedOf(store, null, limit)), stored);
      deepEqual(told(await feedOf(store, [ours, theirs, ours], limit)), stored);
      for (const scope of [ours, theirs]) {
        const own = stored.filter(line => line.startsWith(scope.tenantId));
        deepEqual(told(await feedOf(store, [scope], limit)), own);
      }
    }
    deepEqual(await feedOf(store, []), []);
  },
  'remembers what a history of random writes makes': async store => {
    const stored = await storeAtRandom(store, seed + 1);
    const newest = new Map(stored.map(line => [line.split(' ').slice(0, 2).join(' '), line]));
    for (const [key, line] of newest) {
      const [tenant, id = ''] = key.split(' ');
      const scope = tenant === contoso ? ours : theirs;
      const history = await wholeHistory(store, scope, id);
      equal(`${key} ${(await store.get(scope, id))?.revision}`, line);
      deepEqual(
        history.map(one => one.revision),
        history.map((_, i) => i + 1),
      );
    }
    const of = (tenant: string): number => [...newest.keys()].filter(key => key.startsWith(tenant)).length;
    equal((await store.counts(ours)).events, of(contoso));
    equal((await store.counts(theirs)).events, of(fabrikam));
  },
  'goes on after any change, by its position, in the order of text': async store => {
    await store.upsert(
      ours,
      Array.from({ length: 12 }, (_, i) => sampleEvent(`e${i}`)),
      at,
    );
    const all = await feedOf(store, [ours]);
    deepEqual(
      all.map(one => one.position),
      all.map(one => one.position).sort(),
    );
    for (const [i, change] of all.entries()) {
      const { changes } = await store.changes([ours], change.position, 100);
      deepEqual(told(changes), told(all.slice(i + 1)));
    }
  },
  'says where to go on, also when nothing is new': async store => {
    deepEqual(await store.changes([ours], null, 10), { changes: [], next: null, more: false });
    await store.upsert(ours, [sampleEvent('a')], at);
    await store.upsert(theirs, [sampleEvent('x', { tenant: fabrikam })], at);
    const first = await store.changes([ours], null, 10);
    equal(first.next, first.changes[0]?.position);
    deepEqual(await store.changes([ours], first.next, 10), { changes: [], next: first.next, more: false });
    await store.upsert(ours, [sampleEvent('b')], at);
    deepEqual(told((await store.changes([ours], first.next, 10)).changes), [
      `${contoso} ${sampleEvent('b').id} 1`,
    ]);
  },
  'says whether there is more': async store => {
    await store.upsert(
      ours,
      ['a', 'b', 'c'].map(key => sampleEvent(key)),
      at,
    );
    for (const scopes of [null, [ours]]) {
      const first = await store.changes(scopes, null, 2);
      deepEqual([first.changes.length, first.more], [2, true]);
      const rest = await store.changes(scopes, first.next, 2);
      deepEqual([rest.changes.length, rest.more], [1, false]);
      // A page that is full and the last: nobody asks for an empty one.
      for (const [after, left] of [
        [null, 3],
        [first.next, 1],
        [rest.next, 0],
      ] as const) {
        const full = await store.changes(scopes, after, Math.max(1, left));
        deepEqual([full.changes.length, full.more], [left, false]);
      }
    }
  },
  'feeds nothing for a record read again': async store => {
    await store.upsert(ours, [sampleEvent('a')], at);
    const { next } = await store.changes(null, null, 10);
    await store.upsert(ours, [sampleEvent('a')], at);
    deepEqual((await store.changes(null, next, 10)).changes, []);
  },
  'refuses a position that it never gave': async (store, { elsewhere }) => {
    const longer = await elsewhere();
    await store.upsert(ours, [sampleEvent('a')], at);
    await longer.upsert(ours, [sampleEvent('a'), sampleEvent('b')], at);
    const ahead = (await longer.changes(null, null, 10)).next;
    for (const position of ['', 'nonsense', '-1', '1e3', ahead ?? '']) {
      await mustReject(store.changes(null, position, 10), 'continuation.invalid');
      await mustReject(store.changes([ours], position, 10), 'continuation.invalid');
    }
  },
});

/** Stores batches of both tenants with repeats and changes; answers the feed they should make. */
async function storeAtRandom(store: EventStore, seed: number): Promise<readonly string[]> {
  const dice = seededNumbers(seed, 'history');
  const upTo = (n: number): number => Math.floor(dice() * n);
  const bodies = new Map<string, string[]>();
  const feed: string[] = [];
  for (let call = 0; call < 25; call += 1) {
    const scope = upTo(3) === 0 ? theirs : ours;
    const batch: NewEvent[] = [];
    const expected = { inserted: 0, replaced: 0, unchanged: 0 };
    for (let n = upTo(8); n > 0; n -= 1) {
      const body = `version ${upTo(4)}`;
      const event = sampleEvent(`e${upTo(30)}`, { tenant: scope.tenantId, body });
      const key = `${event.tenant} ${event.id}`;
      const known = bodies.get(key) ?? [];
      batch.push(event);
      if (known.includes(body)) {
        expected.unchanged += 1;
        continue;
      }
      expected[known.length === 0 ? 'inserted' : 'replaced'] += 1;
      bodies.set(key, [...known, body]);
      feed.push(`${key} ${known.length + 1}`);
    }
    deepEqual(await store.upsert(scope, batch, at), expected);
  }
  return feed;
}
