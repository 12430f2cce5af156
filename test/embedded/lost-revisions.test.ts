import { expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../shared/adapters/embedded/open-database.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import { contoso, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const scope = scopeOf(contoso);
const at = instant(Date.UTC(2026, 9, 6));
const changing = (body: string): NewEvent => sampleEvent('changing', { body });

/** A store with an event of three revisions, positions 2 to 4, of which one document was lost. */
async function without(position: number): Promise<{ database: Database; store: EventStore }> {
  const database = openHoldfastDatabase(await tempFolder());
  onTestFinished(() => database.close());
  const store = sqliteEventStore(database);
  const bodies = ['one', 'two', 'three'].map(changing);
  await store.upsert(scope, [sampleEvent('before'), ...bodies, sampleEvent('after')], at);
  expect(database.prepare('DELETE FROM revisions WHERE position = ?').run(position).changes).toBe(1);
  return { database, store };
}

const versions = (database: Database): unknown =>
  database.prepare('SELECT * FROM event_versions ORDER BY position').all();

// What comes before it in a call decides what is tried first: to insert an event, or to look at a known one.
test.each([
  ['after a new event', sampleEvent('new')],
  ['after a known one', sampleEvent('before')],
])('an event that lost a document takes no record %s: it might be the lost one', async (_, first) => {
  for (const position of [2, 3, 4]) {
    const { database, store } = await without(position);
    const was = [versions(database), await store.counts(scope)];
    for (const body of ['one', 'two', 'three', 'four']) {
      const upserted = store.upsert(scope, [first, changing(body)], at);
      await expect(upserted, `${position} ${body}`).rejects.toMatchObject({ code: 'store.corrupt' });
    }
    expect([versions(database), await store.counts(scope)]).toEqual(was);
    const others = { inserted: 0, replaced: 0, unchanged: 2 };
    expect(
      await store.upsert(
        scope,
        ['before', 'after'].map(key => sampleEvent(key)),
        at,
      ),
    ).toEqual(others);
  }
});

test('an event whose newest document is lost is not expired, and nothing else of its step', async () => {
  const { database, store } = await without(4);
  const was = [versions(database), await store.counts(scope)];
  await expect(store.expire(scope, source, at)).rejects.toMatchObject({ code: 'store.corrupt' });
  expect([versions(database), await store.counts(scope)]).toEqual(was);
});
