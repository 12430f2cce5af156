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
    fails: [
      'creates a cursor only where there is none',
      'changes only the very revision it was told',
      'gives every change a revision of its own, also when nothing differs',
      'answers a swap of what is not there with nothing',
      'lets one of many swaps from one revision win',
    ],
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
    fails: ['gives every change a revision of its own, also when nothing differs'],
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
    fails: ['creates a cursor only where there is none', 'changes only the very revision it was told'],
  },
  {
    does: 'keeps one cursor for all streams of a source',
    sabotage: () => store => ({
      ...store,
      load: (scope, ref) => store.load(scope, { ...ref, stream }),
      swap: (scope, ref, expected, value) => store.swap(scope, { ...ref, stream }, expected, value),
    }),
    fails: ['lets one of many swaps from one revision win', 'keeps streams and tenants apart'],
  },
  {
    does: 'keeps what was read of all tenants together',
    sabotage: () => store => ({
      ...store,
      markRead: (_scope, ref, names, at) => store.markRead(scopeOf(contoso), ref, names, at),
      unread: (_scope, ref, names) => store.unread(scopeOf(contoso), ref, names),
      forgetRead: (_scope, ref, before) => store.forgetRead(scopeOf(contoso), ref, before),
    }),
    fails: ['keeps what was read of each stream and tenant apart'],
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
    fails: ['forgets what was read before a time, and not what was read again since'],
  },
  {
    does: 'begins anew where it cannot read',
    sabotage: () => store => ({ ...store, load: (scope, ref) => store.load(scope, ref).catch(() => null) }),
    fails: ['never takes a damaged cursor for a new start'],
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
    fails: ['tells which objects are unread, in the order asked, each once'],
  },
];
