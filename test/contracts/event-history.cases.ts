import { deepEqual, equal, ok } from 'node:assert/strict';
import { instant } from '../../shared/kernel/time.ts';
import { largestEvent, mostBytes, mostTogether } from '../../shared/model/event-size.ts';
import type { EventStore, History } from '../../shared/ports/event-store.ts';
import { contoso, fabrikam, sampleEvent, scopeOf } from '../support/sample.ts';
import { wholeHistory } from '../support/whole-history.ts';
import type { CaseBody } from './contract.ts';
import { eventOf } from './large-events.cases.ts';

const ours = scopeOf(contoso);
const at = instant(Date.UTC(2026, 9, 5, 12));
const { id } = sampleEvent('a');

/** What an EventStore promises of the history of one event. */
export const eventHistoryCases: Readonly<Record<string, CaseBody<EventStore>>> = {
  'gives a history by pages of any size, and says whether there is more': async store => {
    const bodies = ['1', '2', '3', '4', '5', '6', '7'];
    for (const body of bodies) {
      const others = [sampleEvent('b', { body }), sampleEvent('c', { body })];
      await store.upsert(ours, [...others, sampleEvent('a', { body, summary: body })], at);
      const twin = { ...sampleEvent('a', { body }), tenant: fabrikam };
      await store.upsert(scopeOf(fabrikam), [twin], at);
    }
    for (const limit of [1, 2, 3, 6, 7, 8, 1_000]) {
      const found = await wholeHistory(store, ours, id, limit);
      deepEqual(
        found.map(one => one.summary),
        bodies,
      );
      for (let after = 0; after <= 8; after += 1) {
        const { revisions, more } = await store.history(ours, id, after, limit);
        deepEqual(
          revisions.map(one => one.summary),
          bodies.slice(after, after + limit),
        );
        equal(more, after + limit < bodies.length);
      }
    }
  },
  'gives of large revisions as many as memory holds, and says that there are more': async store => {
    const large = Array.from({ length: 8 }, (_, n) => ({ ...eventOf(`large ${n}`, largestEvent), id }));
    for (const event of large) await store.upsert(ours, [event], at);
    equal((await store.get(ours, id))?.revision, large.length);
    const found: (string | null)[] = [];
    let page: History;
    let pages = 0;
    do {
      page = await store.history(ours, id, found.length, 100);
      const weights = page.revisions.map(mostBytes);
      const butTheLast = weights.slice(0, -1).reduce((sum, one) => sum + one, 0);
      ok(butTheLast <= mostTogether, 'goes on beyond what is held together');
      found.push(...page.revisions.map(one => one.reason));
      pages += 1;
    } while (page.more && pages < 100);
    deepEqual(
      found,
      large.map(one => one.reason),
    );
  },
};
