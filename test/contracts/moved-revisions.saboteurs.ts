import { sha256 } from '../../shared/kernel/hash.ts';
import type { NewEvent, StoredEvent } from '../../shared/model/event.ts';
import type { TenantScope } from '../../shared/model/scope.ts';
import type { EventStore, Rebuilt } from '../../shared/ports/event-store.ts';
import type { Saboteur } from './contract.ts';

const isMove = ({ was, event }: Rebuilt): boolean => event.id !== was;
const keyOf = ({ id, revision }: StoredEvent): string => `${id} ${revision}`;

/** What stays under the ids that a call names as left: the newest of each. */
async function staying(
  store: EventStore,
  scope: TenantScope,
  rebuilt: readonly Rebuilt[],
): Promise<readonly StoredEvent[]> {
  return store.getMany(scope, [...new Set(rebuilt.filter(isMove).map(({ was }) => was))]);
}

/** Does not feed those that `hides` names when a call has made events anew. */
const hiding =
  (
    hides: (
      stay: readonly StoredEvent[],
      counts: Awaited<ReturnType<EventStore['rebuild']>>,
    ) => readonly StoredEvent[],
  ): Saboteur<EventStore>['sabotage'] =>
  () => {
    const hidden = new Set<string>();
    return store => ({
      ...store,
      async rebuild(scope, rebuilt, at) {
        const counts = await store.rebuild(scope, rebuilt, at);
        for (const event of hides(await staying(store, scope, rebuilt), counts)) hidden.add(keyOf(event));
        return counts;
      },
      async changes(scopes, after, limit) {
        const page = await store.changes(scopes, after, limit);
        return { ...page, changes: page.changes.filter(({ event }) => !hidden.has(keyOf(event))) };
      },
    });
  };

/** Knows which ids a revision has left while others stayed. */
const afterMoves =
  (spoil: (store: EventStore, left: ReadonlySet<string>) => EventStore): Saboteur<EventStore>['sabotage'] =>
  () => {
    const left = new Set<string>();
    return store => ({
      ...spoil(store, left),
      async rebuild(scope, rebuilt, at) {
        const counts = await store.rebuild(scope, rebuilt, at);
        for (const { was } of rebuilt) left.delete(was);
        for (const { id } of await staying(store, scope, rebuilt)) left.add(id);
        return counts;
      },
    });
  };

export const movedRevisionSaboteurs: readonly Saboteur<EventStore>[] = [
  {
    does: 'gives nothing again of what stays where a revision moves',
    sabotage: hiding(stay => stay),
    fails: [
      'gives again the newest of those that stay where a revision moves',
      'gives it again where the revision has moved before',
      'moves several revisions of an id in one call',
      'moves one of two revisions that are as large as one may be',
    ],
  },
  {
    does: 'gives what stays again only where a revision has moved just now',
    sabotage: hiding((stay, { gone }) => (gone > 0 ? stay : [])),
    fails: ['gives it again where the revision has moved before'],
  },
  {
    does: 'calls what stays made anew where a revision moves',
    sabotage: afterMoves((store, left) => ({
      ...store,
      async get(scope, id) {
        const found = await store.get(scope, id);
        return found === null || !left.has(id) ? found : { ...found, rebuiltAt: found.ingestedAt };
      },
    })),
    fails: ['gives again the newest of those that stay where a revision moves'],
  },
  {
    does: 'forgets the records of what stays where a revision moves',
    sabotage: afterMoves((store, left) => {
      let n = 0;
      const strange = (events: Iterable<NewEvent>): readonly NewEvent[] =>
        Array.from(events, event =>
          left.has(event.id) ? { ...event, recordHash: sha256(`${(n += 1)}`) } : event,
        );
      return {
        ...store,
        insert: async (scope, events, at) => store.insert(scope, strange(events), at),
        upsert: async (scope, events, at) => store.upsert(scope, strange(events), at),
      };
    }),
    fails: [
      'knows the records of those that stay where a revision moves',
      'counts an event as long as one of its revisions stays',
      'moves several revisions of an id in one call',
      'moves one of two revisions that are as large as one may be',
    ],
  },
  {
    does: 'numbers anew what stays where a revision moves',
    sabotage: afterMoves((store, left) => ({
      ...store,
      async history(scope, id, after, limit) {
        const page = await store.history(scope, id, after, limit);
        if (!left.has(id) || after > 0) return page;
        return { ...page, revisions: page.revisions.map((event, n) => ({ ...event, revision: n + 1 })) };
      },
    })),
    fails: ['knows the records of those that stay where a revision moves'],
  },
  {
    does: 'counts an event away with any of its revisions',
    sabotage: afterMoves((store, left) => ({
      ...store,
      async counts(scope) {
        const counts = await store.counts(scope);
        return { ...counts, events: Math.max(0, counts.events - left.size) };
      },
    })),
    fails: [
      'counts an event as long as one of its revisions stays',
      'moves one of two revisions that are as large as one may be',
    ],
  },
  {
    does: 'does not count what expires of an event that a revision has left',
    sabotage: afterMoves((store, left) => ({
      ...store,
      async expire(scope, source, before) {
        const { removed } = await store.expire(scope, source, before);
        return { removed: Math.max(0, removed - left.size) };
      },
    })),
    fails: ['expires an event whose first revision has moved once'],
  },
  {
    does: 'moves one revision of an id in a call',
    sabotage: () => store => ({
      ...store,
      async rebuild(scope, rebuilt, at) {
        const first = rebuilt.filter((one, n) => rebuilt.findIndex(({ was }) => was === one.was) === n);
        const counts = await store.rebuild(scope, first, at);
        return { ...counts, gone: counts.gone + rebuilt.length - first.length };
      },
    }),
    fails: ['moves several revisions of an id in one call'],
  },
];
