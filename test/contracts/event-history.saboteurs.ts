import type { EventStore } from '../../shared/ports/event-store.ts';
import type { Saboteur } from './contract.ts';

const ofThoseThatStay = 'knows the records of those that stay where a revision moves';
const byPages = 'gives a history by pages of any size, and says whether there is more';
const ofLarge = 'gives of large revisions as many as memory holds, and says that there are more';

export const eventHistorySaboteurs: readonly Saboteur<EventStore>[] = [
  {
    does: 'lets the last write win: no history',
    sabotage: () => store => ({
      ...store,
      history: async (scope, id, after, limit) => ({
        revisions: (await store.history(scope, id, after, limit)).revisions.slice(-1),
        more: false,
      }),
    }),
    fails: [
      'keeps every version of a changed record, the newest in front',
      'calls a record that any revision was made from unchanged',
      'takes two events of one id in one call as two calls',
      'inserts what is new, passes by what is there, and gives back what would be another version',
      'gives back the further versions of one that is inserted by the same call',
      'remembers what a history of random writes makes',
      'makes one revision of several anew, and leaves the others',
      'knows the records of those that stay where a revision moves',
      'moves several revisions of an id in one call',
      'gives a history by pages of any size, and says whether there is more',
      'gives of large revisions as many as memory holds, and says that there are more',
    ],
  },
  {
    does: 'calls a history that was cut short its end',
    sabotage: () => store => ({
      ...store,
      history: async (...asked) => ({ ...(await store.history(...asked)), more: false }),
    }),
    fails: [ofThoseThatStay, byPages, ofLarge],
  },
  {
    does: 'takes a full page of a history for one with more behind it',
    sabotage: () => store => ({
      ...store,
      async history(scope, id, after, limit) {
        const page = await store.history(scope, id, after, limit);
        return { ...page, more: page.more || page.revisions.length === limit };
      },
    }),
    fails: [byPages],
  },
  {
    does: 'goes on in a history one revision too far',
    sabotage: () => store => ({
      ...store,
      history: (scope, id, after, limit) => store.history(scope, id, after === 0 ? 0 : after + 1, limit),
    }),
    fails: [ofThoseThatStay, byPages, ofLarge],
  },
  {
    does: 'gives as many revisions as are asked for, however large',
    sabotage: () => store => ({
      ...store,
      async history(scope, id, after, limit) {
        let page = await store.history(scope, id, after, limit);
        while (page.more && page.revisions.length < limit) {
          const last = page.revisions.at(-1)?.revision ?? 0;
          const rest = await store.history(scope, id, last, limit - page.revisions.length);
          page = { ...rest, revisions: [...page.revisions, ...rest.revisions] };
        }
        return page;
      },
    }),
    fails: [ofLarge],
  },
];
