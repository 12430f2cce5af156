import { sha256 } from '../../shared/kernel/hash.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import type { Saboteur } from './contract.ts';

export const rebuiltEventSaboteurs: readonly Saboteur<EventStore>[] = [
  {
    does: 'takes an event made anew for a change of its record',
    sabotage: () => {
      let n = 0;
      return store => ({
        ...store,
        async rebuild(scope, rebuilt, at) {
          for (const { was, event } of rebuilt) {
            if (event.id !== was || event.tenant !== scope.tenantId) continue;
            const { revision: _revision, ...said } = event;
            await store.upsert(scope, [{ ...said, recordHash: sha256(`anew ${(n += 1)}`) }], at);
          }
          return store.rebuild(scope, rebuilt, at);
        },
      });
    },
    fails: [
      'puts an event made anew in the place of its revision',
      'feeds an event made anew once more, and no longer as it was',
      'changes nothing for an event made anew that says the same',
      'makes one revision of several anew, and leaves the others',
      'does nothing for an event that is not there, or was made from another record',
      'makes all of a call anew or nothing, and nothing of another tenant',
      'has what was made anew for every other handle',
      'counts an event as long as one of its revisions stays',
    ],
  },
  {
    does: 'makes events anew without telling the feed',
    sabotage: () => store => ({
      ...store,
      async changes(scopes, after, limit) {
        const page = await store.changes(scopes, after, limit);
        return { ...page, changes: page.changes.filter(({ event }) => event.rebuiltAt === undefined) };
      },
    }),
    fails: [
      'feeds an event made anew once more, and no longer as it was',
      'changes nothing for an event made anew that says the same',
      'has what was made anew for every other handle',
    ],
  },
  {
    does: 'keeps a moved event under its old id too',
    sabotage: () => store => ({
      ...store,
      async rebuild(scope, rebuilt, at) {
        const old = await Promise.all(rebuilt.map(({ was }) => store.get(scope, was)));
        const counts = await store.rebuild(scope, rebuilt, at);
        for (const event of old) {
          if (event === null || (await store.get(scope, event.id)) !== null) continue;
          const { ingestedAt: _ingested, revision: _revision, ...said } = event;
          await store.upsert(scope, [{ ...said, recordHash: sha256(event.id) }], at);
        }
        return counts;
      },
    }),
    fails: [
      'moves an event whose identity reads otherwise, with its record',
      'gives again the newest of those that stay where a revision moves',
      'counts an event as long as one of its revisions stays',
      'moves several revisions of an id in one call',
    ],
  },
];
