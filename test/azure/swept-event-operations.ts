import { cosmosEventStore } from '../../shared/adapters/azure/cosmos-event-store.ts';
import { sha256 } from '../../shared/kernel/hash.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent, QuarantinedRecord } from '../../shared/model/event.ts';
import type { EventStore, Rebuilt } from '../../shared/ports/event-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, sampleEvent, scopeOf, source, stream } from '../support/sample.ts';
import { wholeHistory } from '../support/whole-history.ts';
import { nothing, swept, type SweptOperation } from './swept-operation.ts';

const now = new ManualClock().now();
const scope = scopeOf(contoso);
const noon = instant(Date.parse('2026-10-05T12:00:00.000Z'));

const events = (from: number, to: number, more: Partial<NewEvent> = {}): readonly NewEvent[] =>
  Array.from({ length: to - from }, (_, n) => {
    const day = String(3 + ((from + n) % 3)).padStart(2, '0');
    const hour = (from + n) % 2 === 0 ? '09' : '15';
    return sampleEvent(`e${from + n}`, { time: `2026-10-${day}T${hour}:00:00.000Z`, ...more });
  });
const anew = (all: readonly NewEvent[], summary: string): readonly Rebuilt[] =>
  all.map(({ recordHash: _hash, ...said }) => ({ was: said.id, event: { ...said, revision: 1, summary } }));
const versions = ['one', 'two', 'three'].map(body => sampleEvent('changing', { body, summary: body }));
/** Some of the versions, moved to another id. */
const moved = (...numbers: readonly number[]): readonly Rebuilt[] =>
  versions.flatMap(({ recordHash: _hash, ...said }, n) =>
    numbers.includes(n + 1)
      ? [{ was: said.id, event: { ...said, id: sampleEvent('elsewhere').id, revision: n + 1 } }]
      : [],
  );
const records: readonly QuarantinedRecord[] = [0, 1, 2].map(index => ({
  source,
  stream,
  raw: { key: 'entra.directory-audits/default/2026/10/05/x/page-1', index, sha256: sha256('page') },
  recordHash: sha256(`record ${index}`),
  problem: 'the field time is missing',
  at: now,
}));

/** All that the store tells: the feed, each event's revisions, the figures, the quarantine. */
async function eventsLeft(store: EventStore): Promise<unknown> {
  const { changes } = await store.changes(null, null, 1_000);
  const told = changes.map(({ event }) => `${event.id} ${event.revision} ${event.summary}`).sort();
  const ids = [...new Set(changes.map(({ event }) => event.id))].sort();
  const histories = await Promise.all(
    ids.map(async id => (await wholeHistory(store, scope, id)).map(one => one.summary)),
  );
  const { records: kept } = await store.quarantined(scope, null, 100);
  return { told, histories, counts: await store.counts(scope), kept: kept.map(one => one.recordHash).sort() };
}

const storing = swept(['events','feed','quarantine'], cosmos => cosmosEventStore(cosmos), eventsLeft, {
  'events are stored for the first time': [nothing, store => store.upsert(scope, events(0, 6), now)],
  'events are stored among others': [
    store => store.upsert(scope, events(0, 6), now),
    store =>
      store.upsert(scope, [...events(2, 9), ...events(0, 2, { recordHash: sha256('another') })], now),
  ],
  'the feed is read': [
    store => store.upsert(scope, events(0, 6), now),
    async store => {
      const { next } = await store.changes(null, null, 2);
      await store.changes([scope], next, 100);
    },
  ],
  'events are made anew': [
    store => store.upsert(scope, events(0, 6), now),
    store => store.rebuild(scope, anew(events(1, 5), 'anew'), now),
  ],
  'revisions move and others stay': [
    store => store.upsert(scope, [...events(0, 2), ...versions], now),
    store => store.rebuild(scope, moved(1, 3), now),
  ],
  'events expire': [
    async store => {
      await store.upsert(scope, events(0, 6), now);
      await store.upsert(scope, events(6, 12), now);
      await store.changes(null, null, 1);
    },
    store => store.expire(scope, source, noon),
  ],
  'records are quarantined': [
    store => store.quarantine(scope, records.slice(0, 1)),
    store => store.quarantine(scope, records),
  ],
  'records leave quarantine': [
    store => store.quarantine(scope, records),
    store => store.release(scope, records.slice(1).map(one => ({ ...one, nth: 0 }))),
  ],
  'a tenant is counted and its events read': [
    store => store.upsert(scope, events(0, 6), now),
    async store => {
      await store.counts(scope);
      const found = await store.getMany(scope, events(0, 6).map(one => one.id));
      if (found.length !== 6) throw new Error(`${found.length} of 6 events`);
    },
  ],
}); // prettier-ignore

/** A small volume: every few events turn one over. */
const turningOver = swept(
  ['events', 'feed', 'quarantine'],
  cosmos => cosmosEventStore(cosmos, { volumeBytes: 1_000, feedEntriesPerVolume: 3 }),
  eventsLeft,
  {
    'a full volume is closed and the next begun': [
      store => store.upsert(scope, events(0, 3), now),
      store => store.upsert(scope, events(2, 4), now),
    ],
    'the feed turns its volume over': [
      async store => {
        for (let n = 0; n < 2; n += 1) await store.upsert(scope, events(n * 2, n * 2 + 2), now);
      },
      store => store.changes(null, null, 100),
    ],
    'events of several volumes are made anew': [
      async store => {
        for (let n = 0; n < 2; n += 1) await store.upsert(scope, events(n * 3, n * 3 + 3), now);
      },
      store => store.rebuild(scope, anew(events(2, 5), 'anew'), now),
    ],
    'revisions of several volumes move and others stay': [
      async store => {
        for (const version of versions) await store.upsert(scope, [version], now);
      },
      store => store.rebuild(scope, moved(1, 2), now),
    ],
    'events of several volumes expire': [
      async store => {
        for (let n = 0; n < 2; n += 1) await store.upsert(scope, events(n * 3, n * 3 + 3), now);
        await store.changes(null, null, 1);
      },
      store => store.expire(scope, source, noon),
    ],
  },
);

/** The operations of the store of events. */
export const sweptEventOperations: readonly SweptOperation[] = [...storing, ...turningOver];
