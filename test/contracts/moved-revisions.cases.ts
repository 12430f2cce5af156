import { deepEqual, equal } from 'node:assert/strict';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent, StoredEvent } from '../../shared/model/event.ts';
import type { EventStore, Rebuilt } from '../../shared/ports/event-store.ts';
import { contoso, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { wholeHistory } from '../support/whole-history.ts';
import type { CaseBody } from './contract.ts';
import { feedOf } from './event-feed.cases.ts';

const ours = scopeOf(contoso);
const at = instant(Date.UTC(2026, 9, 5, 12));
const later = instant(Date.UTC(2026, 9, 6, 12));
const none = { rebuilt: 0, moved: 0, unchanged: 0, gone: 0 };
const { id } = sampleEvent('a');
const moved = sampleEvent('elsewhere');

const version = (body: string): NewEvent => sampleEvent('a', { body, summary: body });
const versions = ['one', 'two', 'three'].map(version);

/** The revision of that number, moved. */
function leaving(revision: number, to: string = moved.id): Rebuilt {
  const { recordHash: _hash, ...said } = versions[revision - 1] ?? version('none');
  return { was: id, event: { ...said, id: to as StoredEvent['id'], revision, summary: `moved ${revision}` } };
}
const told = async (store: EventStore, after: string | null = null): Promise<readonly string[]> =>
  (await store.changes([ours], after, 100)).changes.map(({ event }) => event.summary).sort();
const endOf = async (store: EventStore): Promise<string | null> =>
  (await store.changes([ours], null, 100)).next;
const said = async (store: EventStore, of = id): Promise<readonly string[]> =>
  (await wholeHistory(store, ours, of)).map(one => one.summary);

/** What an EventStore promises where a revision moves to another id and others stay. */
export const movedRevisionCases: Readonly<Record<string, CaseBody<EventStore>>> = {
  'gives again the newest of those that stay where a revision moves': async store => {
    await store.upsert(ours, [...versions, sampleEvent('b', { summary: 'b' })], at);
    const before = await store.get(ours, id);
    const first = await endOf(store);
    deepEqual(await store.rebuild(ours, [leaving(1)], later), { ...none, moved: 1 });
    deepEqual(await told(store, first), ['moved 1', 'three']);
    // As it was: it is not made anew.
    deepEqual(await store.get(ours, id), before);
    const second = await endOf(store);
    deepEqual(await store.rebuild(ours, [leaving(3)], later), { ...none, moved: 1 });
    deepEqual(await told(store, second), ['moved 3', 'two']);
    for (const limit of [1, 2, 100]) {
      const whole = (await feedOf(store, null, limit)).map(({ event }) => event.summary);
      deepEqual(whole.sort(), ['b', 'moved 1', 'moved 3', 'two']);
    }
    const third = await endOf(store);
    deepEqual(await store.rebuild(ours, [leaving(2)], later), { ...none, moved: 1 });
    deepEqual(await told(store, third), ['moved 2']);
  },
  'gives it again where the revision has moved before': async store => {
    await store.upsert(ours, versions, at);
    await store.rebuild(ours, [leaving(2)], later);
    const after = await endOf(store);
    deepEqual(await store.rebuild(ours, [leaving(2)], later), { ...none, gone: 1 });
    deepEqual(await told(store, after), ['three']);
    deepEqual(await told(store), ['moved 2', 'one', 'three']);
  },
  'knows the records of those that stay where a revision moves': async store => {
    for (const gone of [1, 3, 2]) {
      await store.expire(ours, source, instant(Date.UTC(2026, 9, 6)));
      await store.upsert(ours, versions, at);
      await store.rebuild(ours, [leaving(gone)], later);
      const stay = versions.filter((_, n) => n + 1 !== gone);
      deepEqual(
        (await wholeHistory(store, ours, id)).map(one => one.revision),
        [1, 2, 3].filter(number => number !== gone),
      );
      deepEqual(await store.upsert(ours, stay, later), { inserted: 0, replaced: 0, unchanged: 2 });
      deepEqual(await store.insert(ours, stay, later), { inserted: 0, unchanged: 2, changed: [] });
      deepEqual(await store.upsert(ours, [version('four')], later), {
        inserted: 0,
        replaced: 1,
        unchanged: 0,
      });
      const all = await wholeHistory(store, ours, id);
      deepEqual(
        all.map(one => one.summary),
        [...stay.map(one => one.summary), 'four'],
      );
      const numbers = all.map(one => one.revision);
      deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
      );
      deepEqual(await wholeHistory(store, ours, id, 1), all);
      equal((await store.get(ours, id))?.summary, 'four');
    }
  },
  'counts an event as long as one of its revisions stays': async store => {
    const counted = async (): Promise<readonly number[]> => {
      const { events, revisions } = await store.counts(ours);
      return [events, revisions];
    };
    await store.upsert(ours, versions, at);
    await store.rebuild(ours, [leaving(1)], later);
    deepEqual(await counted(), [2, 3]);
    await store.upsert(ours, versions.slice(1), later);
    deepEqual(await counted(), [2, 3]);
    await store.rebuild(ours, [leaving(2, sampleEvent('third').id)], later);
    deepEqual(await counted(), [3, 3]);
    const { recordHash: _hash, ...three } = version('three');
    await store.rebuild(ours, [{ was: id, event: { ...three, revision: 3, summary: 'anew' } }], later);
    deepEqual(await counted(), [3, 3]);
    await store.rebuild(ours, [leaving(3)], later);
    deepEqual(await counted(), [2, 3]);
    // Nothing is left under the id: its record is new again, and is counted once.
    deepEqual(await store.upsert(ours, [version('four')], later), { inserted: 1, replaced: 0, unchanged: 0 });
    deepEqual(await counted(), [3, 4]);
    deepEqual(await store.expire(ours, source, instant(Date.UTC(2026, 9, 6))), { removed: 3 });
    deepEqual(await counted(), [0, 0]);
  },
  'expires an event whose first revision has moved once': async store => {
    await store.upsert(ours, versions, at);
    await store.rebuild(ours, [leaving(1)], later);
    deepEqual(await store.expire(ours, source, instant(Date.UTC(2026, 9, 5, 10))), { removed: 2 });
    deepEqual(await store.counts(ours), { events: 0, revisions: 0, quarantined: 0 });
    deepEqual(await feedOf(store, null), []);
    deepEqual(await store.upsert(ours, versions, later), { inserted: 1, replaced: 2, unchanged: 0 });
  },
  'moves several revisions of an id in one call': async store => {
    await store.upsert(ours, versions, at);
    const call = [leaving(1), leaving(2)];
    const first = await endOf(store);
    deepEqual(await store.rebuild(ours, call, later), { ...none, moved: 2 });
    deepEqual([await said(store), await said(store, moved.id)], [['three'], ['moved 1', 'moved 2']]);
    deepEqual(await told(store, first), ['moved 1', 'moved 2', 'three']);
    deepEqual(await store.upsert(ours, versions.slice(2), later), { inserted: 0, replaced: 0, unchanged: 1 });
    // With the last of them the id goes, and with it whatever was kept in its place.
    deepEqual(await store.rebuild(ours, [leaving(3)], later), { ...none, moved: 1 });
    deepEqual([await said(store), await store.get(ours, id)], [[], null]);
    deepEqual(await store.upsert(ours, versions, later), { inserted: 1, replaced: 2, unchanged: 0 });
    deepEqual(await store.rebuild(ours, [1, 2, 3].map(n => leaving(n)), later), { ...none, moved: 3 }); // prettier-ignore
    equal(await store.get(ours, id), null);
    deepEqual(await store.counts(ours), { events: 1, revisions: 3, quarantined: 0 });
  },
};
