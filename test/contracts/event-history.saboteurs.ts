import type { EventStore } from '../../shared/ports/event-store.ts';
import type { Saboteur } from './contract.ts';

const byPages = 'gives a history by pages of any size, and says whether there is more';
const ofLarge = 'gives of large revisions as many as memory holds, and says that there are more';

export const eventHistorySaboteurs: readonly Saboteur<EventStore>[] = [
  {
    does: 'calls a history that was cut short its end',
    sabotage: () => store => ({
      ...store,
      history: async (...asked) => ({ ...(await store.history(...asked)), more: false }),
    }),
    fails: [byPages, ofLarge],
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
    fails: [byPages, ofLarge],
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
