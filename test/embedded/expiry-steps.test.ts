import { expect, onTestFinished, test } from 'vitest';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import { feedOf } from '../contracts/event-feed.cases.ts';
import { contoso, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const scope = scopeOf(contoso);
const noon = '2026-10-05T12:00:00.000Z';
const before = instant(Date.parse(noon));
/** As many events as one step looks at. */
const step = 1_000;

const some = (count: number, key: string, over: Partial<NewEvent>): NewEvent[] =>
  Array.from({ length: count }, (_, i) => sampleEvent(`${key} ${i}`, over));

// Ids of one day come in no order: the old lie among the others.
const old = some(20, 'old', { time: '2026-10-05T11:59:59.999Z' });

test.each([
  ['another source', some(2 * step + 100, 'other', { source: 'exchange.message-trace' as SourceId })],
  ['a later time', some(2 * step + 100, 'late', { time: noon })],
])('expiry passes over more events of %s than one step has, to those behind them', async (_, others) => {
  const newest = old.map(event => event.id).sort().at(-1) ?? ''; // prettier-ignore
  expect(others.filter(event => event.id < newest).length).toBeGreaterThan(step);
  const database = openHoldfastDatabase(await tempFolder());
  onTestFinished(() => database.close());
  const store = sqliteEventStore(database);
  await store.upsert(scope, [...others, ...old], before);
  expect(await store.expire(scope, source, before)).toEqual({ removed: old.length });
  const left = (await feedOf(store, [scope], step)).map(({ event }) => event.id as string);
  expect(left).toEqual(others.map(event => event.id));
  const counts = { events: others.length, revisions: others.length, quarantined: 0 };
  expect(await store.counts(scope)).toEqual(counts);
  expect(await store.expire(scope, source, before)).toEqual({ removed: 0 });
});
