import type { Instant } from '../../shared/kernel/time.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { TenantScope } from '../../shared/model/scope.ts';
import type { PullDeps } from '../../shared/pipeline/pull-types.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import { mortal, type Moment } from './mortal.ts';

/** The same product, but each of its effects may be the last thing it does. */
export function mortalDeps(
  deps: PullDeps,
  at: number | null,
  moment: Moment,
): { deps: PullDeps; effects: readonly string[] } {
  const life = mortal(at, moment);
  const wrapped: PullDeps = {
    ...deps,
    archive: life.wrap('archive', deps.archive, ['put']),
    events: life.wrap('events', deps.events, ['insert', 'upsert', 'quarantine']),
    cursors: life.wrap('cursors', deps.cursors, ['load', 'swap', 'markRead', 'unread', 'forgetRead']),
    ledger: life.wrap('ledger', deps.ledger, ['append']),
    runs: life.wrap('runs', deps.runs, ['put']),
    http: tenant => life.wrap('http', deps.http(tenant), ['send']),
  };
  return { deps: wrapped, effects: life.effects };
}

/** The order this house forbids: the cursor moves first, and the events are stored when it next does. */
export function cursorFirst(deps: PullDeps): PullDeps {
  let waiting: (() => Promise<unknown>) | null = null;
  const later = (scope: TenantScope, events: Iterable<NewEvent>, at: Instant): number => {
    const all = [...events];
    waiting = () => deps.events.upsert(scope, all, at);
    return all.length;
  };
  const aside: Pick<EventStore, 'insert' | 'upsert'> = {
    insert: async (...asked) => ({ inserted: later(...asked), unchanged: 0, changed: [] }),
    upsert: async (...asked) => ({ inserted: later(...asked), replaced: 0, unchanged: 0 }),
  };
  return {
    ...deps,
    events: new Proxy(deps.events, {
      get: (store, name) => (name === 'insert' || name === 'upsert' ? aside[name] : Reflect.get(store, name)),
    }),
    cursors: new Proxy(deps.cursors, {
      get: (store, name) => {
        if (name !== 'swap') return Reflect.get(store, name);
        return async (...args: Parameters<typeof store.swap>) => {
          const swapped = await store.swap(...args);
          await waiting?.();
          waiting = null;
          return swapped;
        };
      },
    }),
  };
}
