import type { CursorStore } from '../../shared/ports/cursor-store.ts';
import { contoso, scopeOf, stream } from '../support/sample.ts';
import type { Saboteur } from './contract.ts';

export const cursorStoreSaboteurs: readonly Saboteur<CursorStore>[] = [
  {
    does: 'lets the last write win',
    sabotage: () => store => ({
      ...store,
      async swap(scope, ref, expected, value) {
        const current = await store.load(scope, ref);
        const lost = await store.swap(scope, ref, current === null ? null : current.rev, value);
        return lost.ok ? lost : this.swap(scope, ref, expected, value);
      },
    }),
    fails: [],
  },
  {
    does: 'gives an unchanged cursor its old revision',
    sabotage: () => store => ({
      ...store,
      async swap(scope, ref, expected, value) {
        const current = await store.load(scope, ref);
        if (
          current !== null &&
          expected === current.rev &&
          JSON.stringify(current.value) === JSON.stringify(value)
        ) {
          return { ok: true, rev: current.rev };
        }
        return store.swap(scope, ref, expected, value);
      },
    }),
    fails: [],
  },
  {
    does: 'says nothing of the cursor that won',
    sabotage: () => store => ({
      ...store,
      async swap(scope, ref, expected, value) {
        const swapped = await store.swap(scope, ref, expected, value);
        return swapped.ok ? swapped : { ok: false, current: null };
      },
    }),
    fails: [],
  },
  {
    does: 'keeps one cursor for all streams of a source',
    sabotage: () => store => ({
      ...store,
      load: (scope, ref) => store.load(scope, { ...ref, stream }),
      swap: (scope, ref, expected, value) => store.swap(scope, { ...ref, stream }, expected, value),
    }),
    fails: [],
  },
  {
    does: 'keeps what was read of all tenants together',
    sabotage: () => store => ({
      ...store,
      markRead: (_scope, ref, names, at) => store.markRead(scopeOf(contoso), ref, names, at),
      unread: (_scope, ref, names) => store.unread(scopeOf(contoso), ref, names),
      forgetRead: (_scope, ref, before) => store.forgetRead(scopeOf(contoso), ref, before),
    }),
    fails: [],
  },
  {
    does: 'forgets by when a name was first read',
    sabotage: () => {
      const marked = new Set<string>();
      return store => ({
        ...store,
        markRead: (scope, ref, names, at) => {
          const fresh = names.filter(name => !marked.has(`${scope.tenantId} ${ref.stream} ${name}`));
          for (const name of fresh) marked.add(`${scope.tenantId} ${ref.stream} ${name}`);
          return store.markRead(scope, ref, fresh, at);
        },
      });
    },
    fails: [],
  },
  {
    does: 'asks for the same object twice',
    sabotage: () => store => ({
      ...store,
      async unread(scope, ref, names) {
        const unread = new Set(await store.unread(scope, ref, names));
        return names.filter(name => unread.has(name));
      },
    }),
    fails: [],
  },
];
