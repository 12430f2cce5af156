import { AppError } from '../../shared/kernel/errors.ts';
import { sha256 } from '../../shared/kernel/hash.ts';
import { eventBytes, isTooLarge, largestEvent } from '../../shared/model/event-size.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { changedRecordSaboteurs } from './changed-records.saboteurs.ts';
import type { Saboteur } from './contract.ts';
import { eventHistorySaboteurs } from './event-history.saboteurs.ts';
import { movedRevisionSaboteurs } from './moved-revisions.saboteurs.ts';
import { rebuiltEventSaboteurs } from './rebuilt-events.saboteurs.ts';

/** What is none stays as it is: to refuse it is the adapter's part. */
const isHash = (text: string) => /^[0-9a-f]{64}$/.test(text);
const both = [scopeOf(contoso), scopeOf(fabrikam)];

export const eventStoreSaboteurs: readonly Saboteur<EventStore>[] = [
  ...changedRecordSaboteurs,
  {
    does: 'takes every record read again for a new version',
    sabotage: () => {
      let n = 0;
      return store => ({
        ...store,
        upsert: async (scope, events, at) =>
          store.upsert(
            scope,
            [...events].map(event => ({
              ...event,
              recordHash: isHash(event.recordHash) ? sha256(`${(n += 1)}`) : event.recordHash,
            })),
            at,
          ),
      });
    },
    fails: [
      'calls a record that any revision was made from unchanged',
      'takes two events of one id in one call as two calls',
      'counts each event once when handles store at the same time',
      'inserts what is new, passes by what is there, and gives back what would be another version',
      'feeds every revision once, in the order stored, by pages of any size',
      'remembers what a history of random writes makes',
      'feeds nothing for a record read again',
      'puts an event made anew in the place of its revision',
      'makes one revision of several anew, and leaves the others',
      'moves an event whose identity reads otherwise, with its record',
      'knows the records of those that stay where a revision moves',
      'counts an event as long as one of its revisions stays',
      'moves several revisions of an id in one call',
      'takes an event as large as one may be, among others',
      'moves one of two revisions that are as large as one may be',
    ],
  },
  {
    does: 'compares with the newest version only',
    sabotage: () => {
      const newest = new Map<string, string>();
      let n = 0;
      return store => ({
        ...store,
        async upsert(scope, events, at) {
          const told = [...events].map(event => {
            const known = newest.get(`${event.tenant} ${event.id}`);
            newest.set(`${event.tenant} ${event.id}`, event.recordHash);
            if (known === undefined || known === event.recordHash || !isHash(event.recordHash)) return event;
            return { ...event, recordHash: sha256(`${(n += 1)}`) };
          });
          return store.upsert(scope, told, at);
        },
      });
    },
    fails: [
      'calls a record that any revision was made from unchanged',
      'takes two events of one id in one call as two calls',
      'inserts what is new, passes by what is there, and gives back what would be another version',
      'feeds every revision once, in the order stored, by pages of any size',
      'remembers what a history of random writes makes',
      'makes one revision of several anew, and leaves the others',
      'knows the records of those that stay where a revision moves',
      'counts an event as long as one of its revisions stays',
      'moves several revisions of an id in one call',
      'moves one of two revisions that are as large as one may be',
    ],
  },
  ...eventHistorySaboteurs,
  ...rebuiltEventSaboteurs,
  ...movedRevisionSaboteurs,
  {
    does: 'stores a call event by event',
    sabotage: () => store => ({
      ...store,
      async upsert(scope, events, at) {
        const sum = { inserted: 0, replaced: 0, unchanged: 0 };
        for (const event of events) {
          const one = await store.upsert(scope, [event], at);
          sum.inserted += one.inserted;
          sum.replaced += one.replaced;
          sum.unchanged += one.unchanged;
        }
        return sum;
      },
    }),
    fails: [
      'refuses an event of another tenant, and stores nothing of that call',
      'stores all of a call or nothing',
      'stores nothing of a call whose events end in an error',
      'refuses an event larger than one may be, and stores nothing of that call',
    ],
  },
  {
    does: 'cuts an event that is too large',
    sabotage: () => store => ({
      ...store,
      upsert: async (scope, events, at) =>
        store.upsert(
          scope,
          [...events].map(event => (isTooLarge(event) ? { ...event, reason: null } : event)),
          at,
        ),
      rebuild: (scope, rebuilt, at) =>
        store.rebuild(
          scope,
          rebuilt.map(one =>
            isTooLarge(one.event) ? { ...one, event: { ...one.event, reason: null } } : one,
          ),
          at,
        ),
    }),
    fails: [
      'refuses an event larger than one may be, and stores nothing of that call',
      'makes an event among large ones anew, as large as one may be and no larger',
    ],
  },
  {
    does: 'takes no event as large as one may be',
    sabotage: () => store => ({
      ...store,
      async upsert(scope, events, at) {
        const all = [...events];
        if (all.some(event => eventBytes(event) > 0.9 * largestEvent)) {
          throw new AppError('bug', 'give-up', 'Too large for this store.');
        }
        return store.upsert(scope, all, at);
      },
    }),
    fails: [
      'gives of large revisions as many as memory holds, and says that there are more',
      'takes an event as large as one may be, among others',
      'feeds of large events as many as memory holds, and says that there are more',
      'moves one of two revisions that are as large as one may be',
    ],
  },
  {
    does: 'ignores the scope of a read',
    sabotage: () => store => {
      const anyones = async <T>(
        read: (scope: (typeof both)[number]) => Promise<T>,
        empty: (t: T) => boolean,
      ): Promise<T> => {
        const [first, second] = [await read(scopeOf(contoso)), await read(scopeOf(fabrikam))];
        return empty(first) ? second : first;
      };
      return {
        ...store,
        get: (_scope, id) =>
          anyones(
            scope => store.get(scope, id),
            one => one === null,
          ),
        history: (_scope, id, after, limit) =>
          anyones(
            scope => store.history(scope, id, after, limit),
            page => page.revisions.length === 0,
          ),
      };
    },
    fails: ['keeps tenants apart'],
  },
  {
    does: 'feeds every tenant to everybody',
    sabotage: () => store => ({
      ...store,
      changes: (scopes, after, limit) =>
        store.changes(scopes === null || scopes.length === 0 ? scopes : both, after, limit),
    }),
    fails: [
      'feeds every revision once, in the order stored, by pages of any size',
      'says where to go on, also when nothing is new',
    ],
  },
  {
    does: 'loses the last change of a full page',
    sabotage: () => store => ({
      ...store,
      async changes(scopes, after, limit) {
        const page = await store.changes(scopes, after, limit);
        return page.changes.length < limit || limit < 2
          ? page
          : { ...page, changes: page.changes.slice(0, -1) };
      },
    }),
    fails: [
      'counts each event once when handles store at the same time',
      'feeds every revision once, in the order stored, by pages of any size',
      'says whether there is more',
      'feeds an event made anew once more, and no longer as it was',
      'gives again the newest of those that stay where a revision moves',
    ],
  },
  {
    does: 'says to go on one change too far',
    sabotage: () => store => ({
      ...store,
      async changes(scopes, after, limit) {
        const page = await store.changes(scopes, after, limit);
        const beyond = await store.changes(scopes, page.next, 1);
        return { ...page, next: beyond.next };
      },
    }),
    fails: [
      'counts each event once when handles store at the same time',
      'feeds every revision once, in the order stored, by pages of any size',
      'says whether there is more',
      'feeds an event made anew once more, and no longer as it was',
      'gives again the newest of those that stay where a revision moves',
      'feeds of large events as many as memory holds, and says that there are more',
    ],
  },
  {
    does: 'answers as if empty when it fails',
    sabotage: () => store => ({
      ...store,
      get: (scope, id) => store.get(scope, id).catch(() => null),
      getMany: (scope, ids) => store.getMany(scope, ids).catch(() => []),
      history: (...asked) => store.history(...asked).catch(() => ({ revisions: [], more: false })),
    }),
    fails: ['never answers what is damaged as absent or as stored'],
  },
  {
    does: 'starts over from a position it cannot read',
    sabotage: () => store => ({
      ...store,
      changes: (scopes, after, limit) =>
        store.changes(scopes, after, limit).catch(() => store.changes(scopes, null, limit)),
    }),
    fails: ['refuses a position that it never gave'],
  },
  {
    does: 'expires the sources of a tenant together',
    sabotage: () => store => ({
      ...store,
      async expire(scope, _source, before) {
        let removed = 0;
        const sources = new Set(
          (await store.changes([scope], null, 10_000)).changes.map(one => one.event.source),
        );
        for (const source of sources) removed += (await store.expire(scope, source, before)).removed;
        return { removed };
      },
    }),
    fails: ['expires the events of one source before a time, with all revisions'],
  },
  {
    does: 'quarantines a record again each time it is read',
    sabotage: () => {
      let n = 0;
      return store => ({
        ...store,
        quarantine: (scope, records) =>
          store.quarantine(
            scope,
            records.map(one => ({ ...one, recordHash: sha256(`${one.recordHash}-${(n += 1)}`) })),
          ),
      });
    },
    fails: [
      'keeps what could not be read, in order, by pages of any size',
      'keeps a record that could not be read once',
      'keeps each of equal records of a page, however often the page is read',
      "keeps tenants' quarantines apart",
      'lets out what has been read, and nothing else',
    ],
  },
  {
    does: 'quarantines one of equal records',
    sabotage: () => store => ({
      ...store,
      quarantine: (scope, records) =>
        store.quarantine(scope, [...new Map(records.map(one => [one.recordHash, one])).values()]),
    }),
    fails: ['keeps each of equal records of a page, however often the page is read'],
  },
  {
    does: 'calls a feed that was cut short its end',
    sabotage: () => store => ({
      ...store,
      changes: async (...asked) => ({ ...(await store.changes(...asked)), more: false }),
    }),
    fails: [
      'says whether there is more',
      'feeds of large events as many as memory holds, and says that there are more',
    ],
  },
  {
    does: 'takes a full page of the feed for one with more behind it',
    sabotage: () => store => ({
      ...store,
      async changes(scopes, after, limit) {
        const page = await store.changes(scopes, after, limit);
        return { ...page, more: page.more || page.changes.length === limit };
      },
    }),
    fails: ['says whether there is more'],
  },
  {
    does: 'feeds as many events as are asked for, however large',
    sabotage: () => store => ({
      ...store,
      async changes(scopes, after, limit) {
        let page = await store.changes(scopes, after, limit);
        while (page.more && page.changes.length < limit) {
          const rest = await store.changes(scopes, page.next, limit - page.changes.length);
          page = { ...rest, changes: [...page.changes, ...rest.changes] };
        }
        return page;
      },
    }),
    fails: ['feeds of large events as many as memory holds, and says that there are more'],
  },
  {
    does: 'lets everything out of quarantine at once',
    sabotage: () => store => ({
      ...store,
      async release(scope) {
        await store.release(scope, (await store.quarantined(scope, null, 1_000)).records);
      },
    }),
    fails: [
      'keeps each of equal records of a page, however often the page is read',
      'lets out what has been read, and nothing else',
    ],
  },
];
