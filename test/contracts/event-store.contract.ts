import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { AppError } from '../../shared/kernel/errors.ts';
import { sha256 } from '../../shared/kernel/hash.ts';
import { instant } from '../../shared/kernel/time.ts';
import { storedEventSchema, type MailFacts, type NewEvent } from '../../shared/model/event.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import { contoso, fabrikam, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { wholeHistory } from '../support/whole-history.ts';
import { changedRecordCases } from './changed-records.cases.ts';
import { contractOf, mustReject, type CaseBody, type Contract } from './contract.ts';
import { eventFeedCases, feedOf } from './event-feed.cases.ts';
import { eventHistoryCases } from './event-history.cases.ts';
import { largeEventCases } from './large-events.cases.ts';
import { movedRevisionCases } from './moved-revisions.cases.ts';
import { quarantineCases } from './quarantine.cases.ts';
import { rebuiltEventCases } from './rebuilt-events.cases.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);
const at = instant(Date.UTC(2026, 9, 5, 12));
const day = (n: number): string => `2026-10-0${n}T00:00:00.000Z`;
const exchange = 'exchange.message-trace' as SourceId;
const revisions = async (store: EventStore, event: NewEvent): Promise<readonly number[]> =>
  (await wholeHistory(store, ours, event.id)).map(one => one.revision);

/** What every EventStore promises. The seed decides the order of a random history. */
export const eventStoreContract = (seed: number): Contract<EventStore> =>
  contractOf<EventStore>({
    ...versions,
    ...changedRecordCases,
    ...borders,
    ...expiry,
    ...eventFeedCases(seed),
    ...rebuiltEventCases,
    ...movedRevisionCases,
    ...eventHistoryCases,
    ...largeEventCases,
    ...quarantineCases,
  });

const versions: Readonly<Record<string, CaseBody<EventStore>>> = {
  'gives back every field of an event': async store => {
    const mail: MailFacts = {
      messageId: '<7@contoso.example>', sender: 'oskar.lind@contoso.example', recipients: ['a@b.example'],
      subject: 'Grüße 🎉 \u2028 "\\', direction: 'inbound', status: 'delivered', size: 4711,
    }; // prettier-ignore
    const mappingDigest = '0123456789abcdef';
    const event = sampleEvent('full', { mail, reason: 'because \u0000', targets: [], mappingDigest });
    await store.upsert(ours, [event], at);
    const found = await store.get(ours, event.id);
    const { recordHash: _hash, ...kept } = event;
    deepEqual({ ...found }, { ...kept, mail, ingestedAt: '2026-10-05T12:00:00.000Z', revision: 1 });
    const everyField = Object.keys(storedEventSchema.shape).filter(field => field !== 'rebuiltAt');
    deepEqual(Object.keys(found ?? {}).sort(), everyField.sort());
  },
  'stores a new event as its first revision': async store => {
    const events = [sampleEvent('a'), sampleEvent('b')];
    deepEqual(await store.upsert(ours, events, at), { inserted: 2, replaced: 0, unchanged: 0 });
    deepEqual(await revisions(store, sampleEvent('a')), [1]);
    deepEqual(await store.upsert(ours, [], at), { inserted: 0, replaced: 0, unchanged: 0 });
  },
  'keeps every version of a changed record, the newest in front': async store => {
    const bodies = ['pending', 'delivered', 'expanded'];
    for (const body of bodies) await store.upsert(ours, [sampleEvent('a', { body, summary: body })], at);
    const { id } = sampleEvent('a');
    equal((await store.get(ours, id))?.summary, 'expanded');
    deepEqual(
      (await wholeHistory(store, ours, id)).map(one => [one.revision, one.summary]),
      [[1, 'pending'], [2, 'delivered'], [3, 'expanded']],
    ); // prettier-ignore
  },
  'calls a record that any revision was made from unchanged': async store => {
    for (const body of ['one', 'two']) await store.upsert(ours, [sampleEvent('a', { body })], at);
    const again = ['one', 'two'].map(body => sampleEvent('a', { body, summary: 'read again' }));
    deepEqual(await store.upsert(ours, again, at), { inserted: 0, replaced: 0, unchanged: 2 });
    deepEqual(await revisions(store, sampleEvent('a')), [1, 2]);
    notEqual((await store.get(ours, sampleEvent('a').id))?.summary, 'read again');
  },
  'takes two events of one id in one call as two calls': async store => {
    const events = ['one', 'two', 'one', 'three'].map(body => sampleEvent('a', { body, summary: body }));
    deepEqual(await store.upsert(ours, events, at), { inserted: 1, replaced: 2, unchanged: 1 });
    deepEqual(
      (await wholeHistory(store, ours, sampleEvent('a').id)).map(one => one.summary),
      ['one', 'two', 'three'],
    );
  },
  'gives many in the order asked, without those it does not have': async store => {
    const events = ['a', 'b', 'c'].map(key => sampleEvent(key));
    await store.upsert(ours, events, at);
    await store.upsert(ours, [sampleEvent('b', { body: 'changed' })], at);
    const ids = [events[2]?.id ?? '', 'nothing', events[1]?.id ?? '', sampleEvent('d').id];
    deepEqual(
      (await store.getMany(ours, ids)).map(one => [one.id, one.revision]),
      [[ids[0], 1], [ids[2], 2]],
    ); // prettier-ignore
  },
  'never answers what is damaged as absent or as stored': async (store, { damage }) => {
    const event = sampleEvent('a');
    await store.upsert(ours, [event], at);
    await damage();
    await mustReject(store.get(ours, event.id), 'store.corrupt');
    await mustReject(store.getMany(ours, [event.id]), 'store.corrupt');
    await mustReject(wholeHistory(store, ours, event.id), 'store.corrupt');
    await mustReject(store.changes([ours], null, 10), 'store.corrupt');
  },
  'answers null and nothing for an id it does not have': async store => {
    for (const id of [sampleEvent('a').id, '', 'nothing', '%']) {
      equal(await store.get(ours, id), null);
      deepEqual(await wholeHistory(store, ours, id), []);
    }
  },
  'has the events for every other handle when upsert resolves': async (store, { open }) => {
    const other = await open();
    await store.upsert(ours, [sampleEvent('a')], at);
    equal((await other.get(ours, sampleEvent('a').id))?.revision, 1);
    equal((await feedOf(other, [ours])).length, 1);
  },
  'counts each event once when handles store at the same time': async (store, { open }) => {
    const handles = [store, await open(), await open()];
    const batches = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 20 }, (_entry, j) => sampleEvent(`e${i * 10 + j}`)),
    );
    const outcomes = await Promise.all(batches.map((events, i) => handles[i % 3]?.upsert(ours, events, at)));
    equal(
      outcomes.reduce((sum, one) => sum + (one?.inserted ?? 0), 0),
      130,
    );
    equal((await feedOf(store, [ours])).length, 130);
    deepEqual(await store.counts(ours), { events: 130, revisions: 130, quarantined: 0 });
  },
};

const borders: Readonly<Record<string, CaseBody<EventStore>>> = {
  'refuses an event of another tenant, and stores nothing of that call': async store => {
    const events = [sampleEvent('a'), sampleEvent('b', { tenant: fabrikam })];
    await mustReject(store.upsert(ours, events, at), 'bug');
    equal(await store.get(ours, sampleEvent('a').id), null);
    deepEqual(await feedOf(store, null), []);
    deepEqual(await store.counts(ours), { events: 0, revisions: 0, quarantined: 0 });
  },
  'stores all of a call or nothing': async store => {
    const broken = sampleEvent('b', { recordHash: 'no hash' as NewEvent['recordHash'] });
    await mustReject(store.upsert(ours, [sampleEvent('a'), broken], at), 'bug');
    equal(await store.get(ours, sampleEvent('a').id), null);
    deepEqual(await feedOf(store, null), []);
    deepEqual(await store.counts(ours), { events: 0, revisions: 0, quarantined: 0 });
  },
  'refuses a record hash of another length, or with a letter that is no digit': async store => {
    const whole = sampleEvent('a').recordHash;
    for (const [i, none] of [whole.slice(1), `${whole}00`, `${whole.slice(1)}x`].entries()) {
      const broken = sampleEvent(`b${i}`, { recordHash: none as NewEvent['recordHash'] });
      await mustReject(store.upsert(ours, [broken], at), 'bug');
    }
    deepEqual(await store.counts(ours), { events: 0, revisions: 0, quarantined: 0 });
  },
  'stores nothing of a call whose events end in an error': async store => {
    function* ending(): Generator<NewEvent, void> {
      yield sampleEvent('a');
      throw new AppError('provider.malformed', 'retry', 'The rest of the page cannot be read.');
    }
    await mustReject(store.upsert(ours, ending(), at), 'provider.malformed');
    equal(await store.get(ours, sampleEvent('a').id), null);
    deepEqual(await store.counts(ours), { events: 0, revisions: 0, quarantined: 0 });
    // And the same event is taken afterwards as if nothing had been.
    deepEqual(await store.upsert(ours, [sampleEvent('a')], at), { inserted: 1, replaced: 0, unchanged: 0 });
  },
  'keeps tenants apart': async store => {
    const event = sampleEvent('a');
    await store.upsert(ours, [event], at);
    // The same id under another tenant: the real ids differ, but the store must not depend on that.
    const twin = { ...event, tenant: fabrikam, summary: 'theirs' };
    equal(await store.get(theirs, event.id), null);
    deepEqual(await wholeHistory(store, theirs, event.id), []);
    deepEqual(await store.getMany(theirs, [event.id]), []);
    deepEqual(await store.counts(theirs), { events: 0, revisions: 0, quarantined: 0 });
    deepEqual(await store.upsert(theirs, [twin], at), { inserted: 1, replaced: 0, unchanged: 0 });
    equal((await store.get(theirs, event.id))?.summary, 'theirs');
    equal((await store.get(ours, event.id))?.tenant, contoso);
    deepEqual(await store.expire(theirs, source, instant(at + 1)), { removed: 1 });
    equal((await store.get(ours, event.id))?.revision, 1);
  },
};

const expiry: Readonly<Record<string, CaseBody<EventStore>>> = {
  'expires the events of one source before a time, with all revisions': async store => {
    const made = [3, 4, 5].map(n => sampleEvent(`day ${n}`, { time: day(n) }));
    const last = sampleEvent('last', { time: '2026-10-04T23:59:59.999Z' });
    const other = sampleEvent('other', { time: day(3), source: exchange });
    await store.upsert(ours, [...made, last, other], at);
    await store.upsert(ours, [{ ...last, recordHash: sha256('changed') }], at);
    deepEqual(await store.expire(ours, source, instant(Date.parse(day(5)))), { removed: 3 });
    const left = [sampleEvent('day 5', { time: day(5) }).id, other.id];
    deepEqual((await feedOf(store, [ours])).map(one => one.event.id).sort(), [...left].sort());
    equal(await store.get(ours, last.id), null);
    deepEqual(await wholeHistory(store, ours, last.id), []);
    deepEqual(await store.counts(ours), { events: 2, revisions: 2, quarantined: 0 });
    deepEqual(await store.expire(ours, source, instant(Date.parse(day(5)))), { removed: 0 });
  },
  'expires more than fits one step': async store => {
    const events = Array.from({ length: 2_100 }, (_, i) => sampleEvent(`e${i}`, { time: day(1 + (i % 3)) }));
    await store.upsert(ours, events, at);
    deepEqual(await store.expire(ours, source, at), { removed: 2_100 });
    deepEqual(await store.counts(ours), { events: 0, revisions: 0, quarantined: 0 });
  },
  'takes an expired record again as a new one': async store => {
    await store.upsert(ours, [sampleEvent('a')], at);
    await store.expire(ours, source, at);
    deepEqual(await store.upsert(ours, [sampleEvent('a')], at), { inserted: 1, replaced: 0, unchanged: 0 });
    deepEqual(await revisions(store, sampleEvent('a')), [1]);
  },
  'never gives a position twice, not even after expiry': async store => {
    await store.upsert(ours, [sampleEvent('a'), sampleEvent('b')], at);
    const { next } = await store.changes(null, null, 10);
    ok(next !== null);
    await store.expire(ours, source, at);
    await store.upsert(ours, [sampleEvent('c')], at);
    deepEqual(
      (await store.changes(null, next, 10)).changes.map(one => one.event.id),
      [sampleEvent('c').id],
    );
  },
};
