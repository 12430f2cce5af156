import { expect, onTestFinished, test } from 'vitest';
import type { Database, Row, Statement } from '../../shared/adapters/embedded/open-database.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const scope = scopeOf(contoso);
const at = instant(Date.UTC(2026, 9, 6));
const versionsOf = (key: string, from: number, to: number): NewEvent[] =>
  Array.from({ length: to - from }, (_, n) => sampleEvent(key, { body: `version ${from + n}` }));

interface Looked {
  readonly database: Database;
  readonly store: EventStore;
  /** How many stored revisions it has asked about, over all its reads of the index of ids, since asked last. */
  looked(): number;
}

/** A store that tells how many revisions its reads by id go over: each is asked of the database once more. */
async function opened(): Promise<Looked> {
  const database = openHoldfastDatabase(await tempFolder());
  onTestFinished(() => database.close());
  const count = database.prepare<{ n: number }>(
    'SELECT count(*) AS n FROM event_versions WHERE tenant = ? AND id = ?',
  );
  let revisions = 0;
  const seen: Database = {
    ...database,
    prepare<R extends Row>(sql: string): Statement<R> {
      const statement = database.prepare<R>(sql);
      if (!sql.includes('FROM event_versions v LEFT JOIN revisions')) return statement;
      const add = (asked: readonly Parameters<Statement<R>['get']>[number][]): void => {
        revisions += count.get(...asked.slice(-2))?.n ?? 0;
      };
      return {
        ...statement,
        get(...asked) {
          add(asked);
          return statement.get(...asked);
        },
        all(...asked) {
          add(asked);
          return statement.all(...asked);
        },
      };
    },
  };
  const looked = (): number => {
    const since = revisions;
    revisions = 0;
    return since;
  };
  return { database, store: sqliteEventStore(seen), looked };
}

test('each of very many versions of one id is compared with no more for those before it', async () => {
  const { store, looked } = await opened();
  const all = versionsOf('a', 0, 4_000);
  expect(await store.upsert(scope, all, at)).toEqual({ inserted: 1, replaced: 3_999, unchanged: 0 });
  expect(looked()).toBeLessThan(2 * all.length);
  expect(await store.upsert(scope, all, at)).toEqual({ inserted: 0, replaced: 0, unchanged: 4_000 });
  expect(looked()).toBeLessThan(3 * all.length);
  const { changed, ...counts } = await store.insert(scope, versionsOf('a', 3_000, 5_000), at);
  expect(counts).toEqual({ inserted: 0, unchanged: 1_000 });
  expect(changed).toEqual(versionsOf('a', 4_000, 5_000));
  expect(looked()).toBeLessThan(3 * all.length);
  expect((await store.get(scope, all[0]?.id ?? ''))?.revision).toBe(4_000);
});

test('versions of several ids that come by turns are told apart, new ones and known ones', async () => {
  const { store, looked } = await opened();
  const turns = (from: number, to: number): NewEvent[] =>
    versionsOf('a', from, to).flatMap((version, n) => [
      version,
      ...versionsOf('b', from + n, from + n + 1),
      sampleEvent(`new ${from + n}`),
    ]);
  expect(await store.upsert(scope, turns(0, 500), at)).toEqual({
    inserted: 502,
    replaced: 998,
    unchanged: 0,
  });
  const again = turns(250, 750);
  expect(await store.upsert(scope, [...again, ...again], at)).toEqual({
    inserted: 250,
    replaced: 500,
    unchanged: 750 + 1_500,
  });
  expect(looked()).toBeLessThan(10_000);
  expect(await store.counts(scope)).toEqual({ events: 752, revisions: 2_250, quarantined: 0 });
  for (const key of ['a', 'b']) {
    const { revisions } = await store.history(scope, sampleEvent(key).id, 0, 1_000);
    expect(revisions.map(({ revision }) => revision)).toEqual(Array.from({ length: 750 }, (_, n) => n + 1));
  }
});

test('versions of ids that have more together than are remembered are told apart', async () => {
  const { store } = await opened();
  const stored = ['a', 'b'].flatMap(key => versionsOf(key, 0, 25_001));
  expect(await store.upsert(scope, stored, at)).toMatchObject({ inserted: 2, replaced: 50_000 });
  const turns = Array.from({ length: 6 }, (_, n) => n * 4_000).flatMap(n =>
    ['a', 'b'].flatMap(key => [...versionsOf(key, n, n + 1), ...versionsOf(key, 30_000 + n, 30_001 + n)]),
  );
  expect(await store.upsert(scope, turns, at)).toEqual({ inserted: 0, replaced: 12, unchanged: 12 });
  expect(await store.upsert(scope, turns, at)).toEqual({ inserted: 0, replaced: 0, unchanged: 24 });
});

test('an id that comes once is looked at once, however many versions it has', async () => {
  const { store, looked } = await opened();
  await store.upsert(scope, versionsOf('a', 0, 100), at);
  looked();
  await store.upsert(scope, [sampleEvent('b'), ...versionsOf('a', 0, 1), sampleEvent('c')], at);
  // The one after it is tried as a known one first, and is none.
  expect(looked()).toBe(100);
});

test('where one of many versions lost its document none is taken, however often its id comes', async () => {
  const { database, store } = await opened();
  await store.upsert(scope, versionsOf('a', 0, 50), at);
  database.exec('DELETE FROM revisions WHERE position = 20');
  for (const more of [versionsOf('a', 19, 20), versionsOf('a', 0, 5), versionsOf('a', 50, 60)]) {
    await expect(store.upsert(scope, [sampleEvent('new'), ...more], at)).rejects.toMatchObject({
      code: 'store.corrupt',
    });
  }
  expect(await store.counts(scope)).toEqual({ events: 1, revisions: 50, quarantined: 0 });
});

test('a call that ends in an error leaves nothing of what it knew for the next', async () => {
  const { store } = await opened();
  function* ending(): Generator<NewEvent, void> {
    yield* versionsOf('a', 0, 100);
    throw new AppError('provider.malformed', 'retry', 'The rest of the page cannot be read.');
  }
  const cut = store.upsert(scope, ending(), at);
  await expect(cut).rejects.toMatchObject({ code: 'provider.malformed' });
  expect(await store.upsert(scope, versionsOf('a', 50, 150), at)).toEqual({
    inserted: 1,
    replaced: 99,
    unchanged: 0,
  });
});
