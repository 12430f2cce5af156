import { deepEqual, equal } from 'node:assert/strict';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent, StoredEvent } from '../../shared/model/event.ts';
import type { EventStore, Rebuilt } from '../../shared/ports/event-store.ts';
import { contoso, fabrikam, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { wholeHistory } from '../support/whole-history.ts';
import { mustReject, type CaseBody } from './contract.ts';
import { feedOf } from './event-feed.cases.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);
const at = instant(Date.UTC(2026, 9, 5, 12));
const later = instant(Date.UTC(2026, 9, 6, 12));
const none = { rebuilt: 0, moved: 0, unchanged: 0, gone: 0 };

/** What a better mapping makes of a sample. */
function anew(event: NewEvent, over: Partial<StoredEvent> = {}): Rebuilt {
  const { recordHash: _hash, ...said } = event;
  return { was: event.id, event: { ...said, revision: 1, mapping: 2, summary: 'anew', ...over } };
}
const told = async (store: EventStore, after: string | null = null): Promise<readonly string[]> =>
  (await store.changes([ours], after, 100)).changes.map(({ event }) => `${event.revision} ${event.summary}`);

/** What an EventStore promises of events that are made anew from their records. */
export const rebuiltEventCases: Readonly<Record<string, CaseBody<EventStore>>> = {
  'puts an event made anew in the place of its revision': async store => {
    const event = sampleEvent('a');
    await store.upsert(ours, [event], at);
    deepEqual(await store.rebuild(ours, [anew(event)], later), { ...none, rebuilt: 1 });
    const found = await store.get(ours, event.id);
    deepEqual([found?.summary, found?.mapping, found?.revision], ['anew', 2, 1]);
    deepEqual(
      [found?.ingestedAt, found?.rebuiltAt],
      ['2026-10-05T12:00:00.000Z', '2026-10-06T12:00:00.000Z'],
    );
    deepEqual(await wholeHistory(store, ours, event.id), [found]);
    deepEqual(await store.counts(ours), { events: 1, revisions: 1, quarantined: 0 });
    // The record is known still: reading it again changes nothing.
    deepEqual(await store.upsert(ours, [event], later), { inserted: 0, replaced: 0, unchanged: 1 });
    equal((await store.get(ours, event.id))?.summary, 'anew');
  },
  'feeds an event made anew once more, and no longer as it was': async store => {
    const events = ['a', 'b', 'c'].map(key => sampleEvent(key, { summary: key }));
    await store.upsert(ours, events, at);
    const { next } = await store.changes([ours], null, 100);
    await store.rebuild(ours, [anew(sampleEvent('b', { summary: 'b' }))], later);
    deepEqual(await told(store, next), ['1 anew']);
    deepEqual(await told(store), ['1 a', '1 c', '1 anew']);
    // By pages of any size: a store that remembers what it stored last must not answer from that.
    for (const limit of [1, 2, 100]) {
      const whole = (await feedOf(store, null, limit)).map(({ event }) => event.summary);
      deepEqual(whole, ['a', 'c', 'anew']);
    }
  },
  'changes nothing for an event made anew that says the same': async store => {
    const event = sampleEvent('a');
    await store.upsert(ours, [event], at);
    const { recordHash: _hash, ...same } = event;
    const { next } = await store.changes([ours], null, 100);
    const again = [{ was: event.id, event: { ...same, revision: 1 } }];
    deepEqual(await store.rebuild(ours, again, later), { ...none, unchanged: 1 });
    await store.rebuild(ours, [anew(event)], later);
    deepEqual(await store.rebuild(ours, [anew(event)], instant(later + 1)), { ...none, unchanged: 1 });
    deepEqual(await told(store, next), ['1 anew']);
  },
  'makes one revision of several anew, and leaves the others': async store => {
    const versions = ['one', 'two', 'three'].map(body => sampleEvent('a', { body, summary: body }));
    await store.upsert(ours, versions, at);
    const [, second] = versions;
    if (second === undefined) throw new Error('no second version');
    await store.rebuild(ours, [anew(second, { revision: 2 })], later);
    deepEqual(
      (await wholeHistory(store, ours, second.id)).map(one => one.summary),
      ['one', 'anew', 'three'],
    );
    equal((await store.get(ours, second.id))?.summary, 'three');
    deepEqual(await store.upsert(ours, versions, at), { inserted: 0, replaced: 0, unchanged: 3 });
  },
  'does nothing for an event that is not there, or was made from another record': async store => {
    const event = sampleEvent('a');
    await store.upsert(ours, [event], at);
    const raw = { ...event.raw, index: 7 };
    const strangers = [anew(sampleEvent('b')), anew(event, { revision: 2 }), anew(event, { raw })];
    deepEqual(await store.rebuild(ours, strangers, later), { ...none, gone: 3 });
    deepEqual(await told(store), [`1 ${event.summary}`]);
  },
  'moves an event whose identity reads otherwise, with its record': async store => {
    const event = sampleEvent('a');
    await store.upsert(ours, [event, sampleEvent('b', { summary: 'b' })], at);
    const moved = sampleEvent('a', { time: '2026-10-04T09:12:44.183Z' });
    const { id, time } = moved;
    deepEqual(await store.rebuild(ours, [anew(event, { id, time })], later), { ...none, moved: 1 });
    equal(await store.get(ours, event.id), null);
    deepEqual(await wholeHistory(store, ours, event.id), []);
    equal((await store.get(ours, id))?.summary, 'anew');
    deepEqual(await store.counts(ours), { events: 2, revisions: 2, quarantined: 0 });
    deepEqual(await told(store), ['1 b', '1 anew']);
    // Moved again, as after a crash: it is there already, and the old one is not.
    deepEqual(await store.rebuild(ours, [anew(event, { id, time })], later), { ...none, gone: 1 });
    deepEqual(await store.upsert(ours, [moved], at), { inserted: 0, replaced: 0, unchanged: 1 });
    deepEqual(await store.expire(ours, source, instant(Date.parse('2026-10-05T00:00:00Z'))), { removed: 1 });
  },
  'makes all of a call anew or nothing, and nothing of another tenant': async store => {
    const event = sampleEvent('a');
    await store.upsert(ours, [event], at);
    const stranger = anew(sampleEvent('b', { tenant: fabrikam }));
    await mustReject(store.rebuild(ours, [anew(event), stranger], later), 'bug');
    equal((await store.get(ours, event.id))?.summary, event.summary);
    deepEqual(await store.rebuild(theirs, [anew({ ...event, tenant: fabrikam })], later), {
      ...none,
      gone: 1,
    });
    equal((await store.get(ours, event.id))?.summary, event.summary);
  },
  'has what was made anew for every other handle': async (store, { open }) => {
    const other = await open();
    const event = sampleEvent('a');
    await store.upsert(ours, [event], at);
    const { next } = await other.changes([ours], null, 10);
    await store.rebuild(ours, [anew(event)], later);
    deepEqual(await told(other, next), ['1 anew']);
  },
};
