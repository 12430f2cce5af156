import { deepEqual } from 'node:assert/strict';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import { contoso, fabrikam, sampleEvent, scopeOf } from '../support/sample.ts';
import { wholeHistory } from '../support/whole-history.ts';
import { mustReject, type CaseBody } from './contract.ts';
import { feedOf } from './event-feed.cases.ts';

const ours = scopeOf(contoso);
const at = instant(Date.UTC(2026, 9, 5, 12));
const said = async (store: EventStore, event: NewEvent): Promise<readonly string[]> =>
  (await wholeHistory(store, ours, event.id)).map(one => one.summary);
const version = (body: string): NewEvent => sampleEvent('a', { body, summary: body });

/** What insert promises. */
export const changedRecordCases: Readonly<Record<string, CaseBody<EventStore>>> = {
  'inserts what is new, passes by what is there, and gives back what would be another version':
    async store => {
      await store.upsert(ours, [version('one'), version('two')], at);
      const fresh = sampleEvent('b');
      const asked = [version('three'), version('one'), fresh, version('two'), version('four')];
      const { changed, ...counts } = await store.insert(ours, asked, at);
      deepEqual(counts, { inserted: 1, unchanged: 2 });
      deepEqual(changed, [version('three'), version('four')]);
      deepEqual(await said(store, version('one')), ['one', 'two']);
      deepEqual(await said(store, fresh), [fresh.summary]);
      deepEqual((await feedOf(store, [ours])).length, 3);
      deepEqual(await store.counts(ours), { events: 2, revisions: 3, quarantined: 0 });
    },
  'gives back the further versions of one that is inserted by the same call': async store => {
    const { changed, ...counts } = await store.insert(ours, ['one', 'two', 'one'].map(version), at);
    deepEqual({ ...counts, changed }, { inserted: 1, unchanged: 1, changed: [version('two')] });
    deepEqual(await store.upsert(ours, changed, at), { inserted: 0, replaced: 1, unchanged: 0 });
    deepEqual(await said(store, version('one')), ['one', 'two']);
    deepEqual(await store.insert(ours, [], at), { inserted: 0, unchanged: 0, changed: [] });
  },
  'inserts all of a call or nothing, and nothing of another tenant': async store => {
    await store.upsert(ours, [version('one')], at);
    const theirs = sampleEvent('c', { tenant: fabrikam });
    await mustReject(store.insert(ours, [sampleEvent('b'), version('two'), theirs], at), 'bug');
    function* ending(): Generator<NewEvent, void> {
      yield sampleEvent('b');
      throw new AppError('provider.malformed', 'retry', 'The rest of the page cannot be read.');
    }
    await mustReject(store.insert(ours, ending(), at), 'provider.malformed');
    deepEqual(await store.counts(ours), { events: 1, revisions: 1, quarantined: 0 });
    deepEqual(await said(store, version('one')), ['one']);
  },
};
