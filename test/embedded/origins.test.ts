import { expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../shared/adapters/embedded/open-database.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant, plus, seconds } from '../../shared/kernel/time.ts';
import type { NewEvent, StoredEvent } from '../../shared/model/event.ts';
import type { SourceId, StreamId } from '../../shared/model/ids.ts';
import type { EventStore, Rebuilt } from '../../shared/ports/event-store.ts';
import { contoso, fabrikam, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const scope = scopeOf(contoso);
const at = instant(Date.UTC(2026, 9, 6));
const other = 'exchange.message-trace' as SourceId;

async function opened(): Promise<{ database: Database; store: EventStore }> {
  const database = openHoldfastDatabase(await tempFolder());
  onTestFinished(() => database.close());
  return { database, store: sqliteEventStore(database) };
}

const numbersOf = (database: Database): number[] =>
  database
    .prepare<{ number: number }>('SELECT number FROM origins ORDER BY number')
    .all()
    .map(({ number }) => number);

/** Some events of one page. */
const pageOf = (name: string, over: Partial<NewEvent> = {}): NewEvent[] =>
  Array.from({ length: 3 }, (_, index) =>
    sampleEvent(`${name} ${index}`, { ...over, raw: { ...sampleEvent(name).raw, key: name, index } }),
  );

function asStored(event: NewEvent): StoredEvent {
  const { recordHash: _hash, ...rest } = event;
  return { ...rest, ingestedAt: new Date(at).toISOString(), revision: 1 };
}

function anew(event: StoredEvent, over: Partial<StoredEvent>): Rebuilt {
  const { ingestedAt: _ingested, ...rest } = event;
  return { was: event.id, event: { ...rest, ...over } as Rebuilt['event'] };
}

test('events of one page have one origin, and give back what was stored', async () => {
  const { database, store } = await opened();
  const digest = { mappingDigest: 'b5b3aab357b499fa' };
  const pages = [
    pageOf('a'),
    pageOf('b', digest),
    pageOf('c', { source: other }),
    pageOf('d', { mapping: 2 }),
  ];
  await store.upsert(scope, pages.flat(), at);
  expect(numbersOf(database)).toEqual([1, 4, 7, 10]);
  for (const event of pages.flat()) expect(await store.get(scope, event.id)).toStrictEqual(asStored(event));
});

test.each<[string, Partial<NewEvent>]>([
  ['object', { raw: { key: 'another', index: 1, sha256: sampleEvent('a').raw.sha256 } }],
  ['object of its name', { raw: { key: 'a', index: 1, sha256: sampleEvent('b').recordHash } }],
  ['source', { source: other }],
  ['stream', { stream: 'more' as StreamId }],
  ['mapping', { mapping: 2 }],
  ['digest', { mappingDigest: 'b5b3aab357b499fa' }],
])('an event of another %s than the one before it has its own origin', async (_, over) => {
  const { database, store } = await opened();
  const [first, second, third] = pageOf('a');
  if (first === undefined || second === undefined || third === undefined)
    throw new TypeError('a page of three');
  const all = [first, { ...second, ...over }, third];
  await store.upsert(scope, all, at);
  expect(numbersOf(database)).toEqual([1, 2, 3]);
  for (const event of all) expect(await store.get(scope, event.id)).toStrictEqual(asStored(event));
});

test('events made anew together keep the times at which each was stored', async () => {
  const { store } = await opened();
  const [first, second] = pageOf('a');
  if (first === undefined || second === undefined) throw new TypeError('a page of three');
  await store.upsert(scope, [first], at);
  await store.upsert(scope, [second], plus(at, seconds(1)));
  const said = { summary: 'made anew' };
  await store.rebuild(
    scope,
    [anew(asStored(first), said), anew(asStored(second), said)],
    plus(at, seconds(2)),
  );
  const times = (await store.getMany(scope, [first.id, second.id])).map(({ ingestedAt }) => ingestedAt);
  expect(times).toEqual(['2026-10-06T00:00:00.000Z', '2026-10-06T00:00:01.000Z']);
});

test('each write has origins of its own, and one taken back none', async () => {
  const { database, store } = await opened();
  const [first, second, third] = pageOf('a');
  const tearing = function* (): Generator<NewEvent> {
    if (first !== undefined) yield first;
    throw new RangeError('torn');
  };
  await expect(store.upsert(scope, tearing(), at)).rejects.toBeInstanceOf(AppError);
  expect(numbersOf(database)).toEqual([]);
  for (const event of [first, second, third])
    await store.upsert(scope, event === undefined ? [] : [event], at);
  expect(numbersOf(database)).toEqual([1, 2, 3]);
  for (const event of pageOf('a')) expect(await store.get(scope, event.id)).toStrictEqual(asStored(event));
});

test('an origin goes with the last event it is of', async () => {
  const { database, store } = await opened();
  const [kept, ...gone] = pageOf('half', { source: other });
  await store.upsert(scope, pageOf('before', { source: other }), at);
  await store.upsert(scope, [...gone.map(event => ({ ...event, source })), ...(kept ? [kept] : [])], at);
  await store.upsert(scope, pageOf('old'), at);
  await store.upsert(scopeOf(fabrikam), pageOf('theirs', { tenant: fabrikam }), at);
  const [early, ...late] = pageOf('last');
  const time = new Date(at).toISOString();
  await store.upsert(scope, [...(early ? [early] : []), ...late.map(event => ({ ...event, time }))], at);
  expect(numbersOf(database)).toEqual([1, 4, 6, 7, 10, 13]);
  expect(await store.expire(scope, source, at)).toEqual({ removed: 6 });
  expect(numbersOf(database)).toEqual([1, 6, 10, 13]);
  expect((await store.changes(null, null, 100)).changes).toHaveLength(9);
});

test('events made anew, and moved between them, keep their origins when others expire', async () => {
  const { database, store } = await opened();
  const [one, two, three] = pageOf('a', { source: other }).map(asStored);
  await store.upsert(scope, [...pageOf('a', { source: other }), ...pageOf('old')], at);
  if (one === undefined || two === undefined || three === undefined) throw new TypeError('a page of three');
  const { id } = sampleEvent('elsewhere', { source: other });
  const said = { summary: 'made anew' };
  const counts = await store.rebuild(
    scope,
    [anew(one, said), anew(two, { ...said, id }), anew(three, said)],
    at,
  );
  expect(counts).toEqual({ rebuilt: 2, moved: 1, unchanged: 0, gone: 0 });
  expect(await store.expire(scope, source, at)).toEqual({ removed: 3 });
  expect(numbersOf(database).every(number => number > 6)).toBe(true);
  const summaries = await store.getMany(scope, [one.id, id, three.id]);
  expect(summaries.map(({ summary }) => summary)).toEqual(Array(3).fill('made anew'));
  await store.rebuild(scope, [anew(one, { summary: 'and again' })], at);
  await store.upsert(scope, pageOf('more'), at);
  await store.expire(scope, source, at);
  expect((await store.changes(null, null, 100)).changes).toHaveLength(3);
});

test.each([
  ['gone', 'DELETE FROM origins WHERE number = 1'],
  ['damaged', `UPDATE origins SET doc = replace(doc, 'directory', 'dirextory') WHERE number = 1`],
  ['of another tenant', 'UPDATE origins SET (seal, doc) = (SELECT seal, doc FROM origins WHERE number = 4)'],
])('an event whose origin is %s is damaged', async (_, damage) => {
  const { database, store } = await opened();
  await store.upsert(scope, pageOf('a'), at);
  await store.upsert(scopeOf(fabrikam), pageOf('theirs', { tenant: fabrikam }), at);
  database.exec(damage);
  const corrupt = { code: 'store.corrupt' };
  const [event] = pageOf('a');
  await expect(store.get(scope, event?.id ?? '')).rejects.toMatchObject(corrupt);
  await expect(store.history(scope, event?.id ?? '', 0, 10)).rejects.toMatchObject(corrupt);
  await expect(store.changes([scope], null, 10)).rejects.toMatchObject(corrupt);
  await expect(store.expire(scope, source, at)).rejects.toMatchObject(corrupt);
});
