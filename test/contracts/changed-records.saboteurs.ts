import type { NewEvent } from '../../shared/model/event.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import type { Saboteur } from './contract.ts';

export const changedRecordSaboteurs: readonly Saboteur<EventStore>[] = [
  {
    does: 'inserts another version as well',
    sabotage: () => store => ({
      ...store,
      insert: async (scope, events, at) => {
        const { changed, ...counts } = await store.insert(scope, events, at);
        await store.upsert(scope, changed, at);
        return { ...counts, changed };
      },
    }),
    fails: [
      'inserts what is new, passes by what is there, and gives back what would be another version',
      'gives back the further versions of one that is inserted by the same call',
    ],
  },
  {
    does: 'keeps to itself what is another version',
    sabotage: () => store => ({
      ...store,
      insert: async (scope, events, at) => {
        const { changed, ...counts } = await store.insert(scope, events, at);
        return { ...counts, unchanged: counts.unchanged + changed.length, changed: [] };
      },
    }),
    fails: [
      'inserts what is new, passes by what is there, and gives back what would be another version',
      'gives back the further versions of one that is inserted by the same call',
    ],
  },
  {
    does: 'inserts one by one',
    sabotage: () => store => ({
      ...store,
      insert: async (scope, events, at) => {
        const all = { inserted: 0, unchanged: 0, changed: [] as NewEvent[] };
        for (const event of events) {
          const one = await store.insert(scope, [event], at);
          all.inserted += one.inserted;
          all.unchanged += one.unchanged;
          all.changed.push(...one.changed);
        }
        return all;
      },
    }),
    fails: ['inserts all of a call or nothing, and nothing of another tenant'],
  },
];
