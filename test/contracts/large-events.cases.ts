import { deepEqual, equal, ok } from 'node:assert/strict';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import {
  eventBytes,
  isTooLarge,
  largestEvent,
  mostBytes,
  mostTogether,
} from '../../shared/model/event-size.ts';
import type { Changes, EventStore, Rebuilt } from '../../shared/ports/event-store.ts';
import { noise } from '../support/noise.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';
import { mustReject, type CaseBody } from './contract.ts';
import { feedOf } from './event-feed.cases.ts';

const ours = scopeOf(contoso);
const at = instant(Date.UTC(2026, 9, 5, 12));

/** A sample of so many bytes as isTooLarge counts them, which compression makes little of. */
export function eventOf(key: string, bytes: number): NewEvent {
  const text = noise(bytes, key).replace(/["\\]/g, '~');
  const bare = eventBytes(sampleEvent(key, { reason: '' }));
  return sampleEvent(key, { reason: text.slice(0, bytes - bare) });
}
function anew(event: NewEvent, bytes: number): Rebuilt {
  const { recordHash: _hash, ...said } = event;
  return { was: event.id, event: { ...said, reason: eventOf(event.id, bytes).reason, revision: 1 } };
}
const reasonOf = async (store: EventStore, { id }: NewEvent): Promise<string | null | undefined> =>
  (await store.get(ours, id))?.reason;

/** What an EventStore promises of events as large as one may be, and of larger ones. */
export const largeEventCases: Readonly<Record<string, CaseBody<EventStore>>> = {
  'takes an event as large as one may be, among others': async store => {
    const large = [eventOf('large', largestEvent), eventOf('half', largestEvent / 2)];
    deepEqual(large.map(isTooLarge), [false, false]);
    const events = [sampleEvent('a'), ...large, sampleEvent('b')];
    deepEqual(await store.upsert(ours, events, at), { inserted: 4, replaced: 0, unchanged: 0 });
    deepEqual(await store.upsert(ours, events, at), { inserted: 0, replaced: 0, unchanged: 4 });
    for (const event of events) equal(await reasonOf(store, event), event.reason);
    deepEqual(
      (await feedOf(store, [ours])).map(({ event }) => event.reason),
      events.map(event => event.reason),
    );
  },
  'feeds of large events as many as memory holds, and says that there are more': async store => {
    const large = Array.from({ length: 14 }, (_, n) => eventOf(`large ${n}`, largestEvent));
    for (const event of large) await store.upsert(ours, [event], at);
    for (const scopes of [null, [ours]]) {
      const found: string[] = [];
      const positions: string[] = [];
      let page: Changes;
      let after: string | null = null;
      do {
        page = await store.changes(scopes, after, 100);
        const weights = page.changes.map(({ event }) => mostBytes(event));
        const butTheLast = weights.slice(0, -1).reduce((sum, one) => sum + one, 0);
        ok(butTheLast <= mostTogether, 'goes on beyond what is held together');
        found.push(...page.changes.map(({ event }) => event.id));
        positions.push(...page.changes.map(({ position }) => position));
        after = page.next;
      } while (page.more);
      deepEqual(
        found,
        large.map(({ id }) => id),
      );
      // The last ones, of which the very last goes beyond what is held together.
      const last = await store.changes(scopes, positions.at(-7) ?? null, 100);
      deepEqual([last.changes.length, last.more], [6, false]);
    }
  },
  'refuses an event larger than one may be, and stores nothing of that call': async store => {
    const larger = eventOf('larger', largestEvent + 1);
    equal(isTooLarge(larger), true);
    await mustReject(store.upsert(ours, [sampleEvent('a'), larger], at), 'bug');
    deepEqual(await feedOf(store, [ours]), []);
    deepEqual(await store.counts(ours), { events: 0, revisions: 0, quarantined: 0 });
  },
  'makes an event among large ones anew, as large as one may be and no larger': async store => {
    const events = ['one', 'two', 'three'].map(key => eventOf(key, 0.55 * largestEvent));
    const [first] = events;
    if (first === undefined) throw new Error('no events');
    await store.upsert(ours, events, at);
    const largest = anew(first, largestEvent);
    deepEqual(await store.rebuild(ours, [largest], at), { rebuilt: 1, moved: 0, unchanged: 0, gone: 0 });
    await mustReject(store.rebuild(ours, [anew(first, largestEvent + 1)], at), 'bug');
    equal(await reasonOf(store, first), largest.event.reason);
    for (const event of events.slice(1)) equal(await reasonOf(store, event), event.reason);
  },
  'moves one of two revisions that are as large as one may be': async store => {
    const { id } = sampleEvent('a');
    const [first, second] = ['one', 'two'].map(key => ({ ...eventOf(key, largestEvent), id }));
    if (first === undefined || second === undefined) throw new Error('no events');
    await store.upsert(ours, [first, second], at);
    const { next } = await store.changes([ours], null, 10);
    const moving = { ...anew(first, largestEvent), was: id };
    const elsewhere = { ...moving, event: { ...moving.event, id: sampleEvent('b').id } };
    deepEqual(await store.rebuild(ours, [elsewhere], at), { rebuilt: 0, moved: 1, unchanged: 0, gone: 0 });
    const { changes } = await store.changes([ours], next, 10);
    equal(changes.length, 2);
    deepEqual(
      new Set(changes.map(({ event }) => event.reason)),
      new Set([elsewhere.event.reason, second.reason]),
    );
    equal((await feedOf(store, [ours])).length, 2);
    deepEqual(await store.upsert(ours, [second], at), { inserted: 0, replaced: 0, unchanged: 1 });
    deepEqual(await store.counts(ours), { events: 2, revisions: 2, quarantined: 0 });
  },
};
