import { expect, onTestFinished, test } from 'vitest';
import { cosmosEventStore } from '../../shared/adapters/azure/cosmos-event-store.ts';
import type { Change, EventStore } from '../../shared/ports/event-store.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { openCosmos, sharedCosmos } from '../support/azure-cosmos.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, fabrikam, sampleEvent, scopeOf } from '../support/sample.ts';
import { seed } from '../support/seed.ts';
import { wholeHistory } from '../support/whole-history.ts';

const at = new ManualClock().now();
const told = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ position, event }) => `${position} ${event.tenant} ${event.id} ${event.revision}`);

async function stores(count: number): Promise<readonly EventStore[]> {
  const server = await sharedCosmos();
  const database = await server.makeDatabase(['events', 'feed', 'quarantine']);
  return Array.from({ length: count }, () => {
    const cosmos = openCosmos(server, database);
    onTestFinished(() => cosmos.close());
    return cosmosEventStore(cosmos, { volumeBytes: 20_000, feedEntriesPerVolume: 12 });
  });
}

/** Follows the feed until told to stop, and then to its end. */
async function follow(store: EventStore, limit: number, isOver: () => boolean): Promise<readonly Change[]> {
  const seen: Change[] = [];
  for (let after: string | null = null; ;) {
    const over = isOver();
    const { changes, next } = await store.changes(null, after, limit);
    seen.push(...changes);
    after = next;
    if (over && changes.length === 0) return seen;
  }
}

test('whoever follows the feed while others write sees every revision once, in one order', async () => {
  const [first, second, third, fourth, ...readers] = await stores(7);
  if (first === undefined || second === undefined || third === undefined || fourth === undefined) {
    throw new Error('no stores');
  }
  const dice = seededNumbers(seed, 'feed races');
  const upTo = (n: number): number => Math.floor(dice() * n);
  let writing = true;
  const following = readers.map((store, i) => follow(store, [1_000, 3, 20][i] ?? 10, () => !writing));
  let inserted = 0;
  let replaced = 0;
  // Two workers on each tenant, who often mean the same events.
  await Promise.all(
    [first, second, third, fourth].map(async (store, i) => {
      const tenant = i % 2 === 0 ? contoso : fabrikam;
      for (let call = 0; call < 10; call += 1) {
        const events = Array.from({ length: 1 + upTo(6) }, () =>
          sampleEvent(`e${upTo(40)}`, { tenant, body: `version ${upTo(3)}` }),
        );
        const counts = await store.upsert(scopeOf(tenant), events, at);
        inserted += counts.inserted;
        replaced += counts.replaced;
      }
    }),
  );
  writing = false;
  const feeds = await Promise.all(following);
  const whole = told(await follow(first, 1_000, () => true));
  expect(whole).toHaveLength(inserted + replaced);
  expect(new Set(whole.map(line => line.split(' ')[0])).size).toBe(whole.length);
  for (const feed of feeds) expect(told(feed)).toEqual(whole);
  // Of one event's revisions each comes after the one before it.
  const newest = new Map<string, number>();
  for (const line of whole) {
    const [, tenant, id, revision] = line.split(' ');
    const key = `${tenant} ${id}`;
    expect(Number(revision)).toBe((newest.get(key) ?? 0) + 1);
    newest.set(key, Number(revision));
  }
  const counts = await Promise.all([contoso, fabrikam].map(tenant => first.counts(scopeOf(tenant))));
  expect(counts.reduce((sum, one) => sum + one.events, 0)).toBe(newest.size);
  expect(counts.reduce((sum, one) => sum + one.revisions, 0)).toBe(whole.length);
});

test('a worker that died between storing and numbering leaves nothing out', async () => {
  const [writer, reader] = await stores(2);
  const server = await sharedCosmos();
  onTestFinished(() => {
    server.fault = null;
  });
  if (writer === undefined || reader === undefined) throw new Error('no stores');
  await writer.upsert(scopeOf(contoso), [sampleEvent('a')], at);
  // The entries are written and the answer is lost: the marks stay, and must not be numbered again.
  server.fault = call => (call.container === 'feed' && call.kind === 'batch' ? 'cut' : null);
  await expect(writer.changes(null, null, 10)).rejects.toMatchObject({ code: 'store.unavailable' });
  server.fault = null;
  await writer.upsert(scopeOf(contoso), [sampleEvent('b')], at);
  const { changes } = await reader.changes(null, null, 10);
  expect(changes.map(one => one.event.id)).toEqual([sampleEvent('a').id, sampleEvent('b').id]);
  expect(told((await writer.changes(null, null, 10)).changes)).toEqual(told(changes));
});

test('whoever reads an event while it is made anew always finds it, and once', async () => {
  const [writer, reader, storer] = await stores(3);
  if (writer === undefined || reader === undefined || storer === undefined) throw new Error('no stores');
  const scope = scopeOf(contoso);
  const events = Array.from({ length: 30 }, (_, i) => sampleEvent(`e${i}`));
  await writer.upsert(scope, events, at);
  // Into later volumes, so that what is made anew lies in one that is closed.
  for (let i = 0; i < 8; i += 1) {
    await writer.upsert(
      scope,
      Array.from({ length: 100 }, (_, n) => sampleEvent(`more ${i} ${n}`)),
      at,
    );
  }
  // A query in pages: between two of them a revision may change its pack.
  const server = await sharedCosmos();
  server.pageSize = 1;
  let making = true;
  const looking = (async () => {
    let looks = 0;
    while (making) {
      const found = await reader.getMany(
        scope,
        events.map(event => event.id),
      );
      expect(found.length).toBe(events.length);
      for (const { id } of events.slice(0, 2)) expect((await wholeHistory(reader, scope, id)).length).toBe(1);
      // A page read again meanwhile is still known.
      expect(await storer.upsert(scope, events.slice(0, 3), at)).toMatchObject({ unchanged: 3 });
      looks += 1;
    }
    return looks;
  })();
  try {
    for (let round = 0; round < 6; round += 1) {
      const anew = events.slice(0, 10).map(({ recordHash: _hash, ...said }) => ({
        was: said.id,
        event: { ...said, revision: 1, summary: `round ${round}` },
      }));
      expect(await writer.rebuild(scope, anew, at)).toMatchObject({ rebuilt: 10 });
    }
  } finally {
    making = false;
    server.pageSize = null;
  }
  expect(await looking).toBeGreaterThan(0);
  const told = await follow(reader, 100, () => true);
  expect(new Set(told.map(({ event }) => event.id)).size).toBe(told.length);
  expect(told.filter(({ event }) => event.summary === 'round 5').length).toBe(10);
});
