import type { OperationStore } from '../../shared/ports/operation-store.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import type { Saboteur } from './contract.ts';

export const operationStoreSaboteurs: readonly Saboteur<OperationStore>[] = [
  {
    does: 'lets the last write win',
    sabotage: () => store => ({
      ...store,
      async swap(scope, expected, value) {
        const current = value.tenant === scope.tenantId ? await store.get(scope, value.id) : null;
        const swapped = await store.swap(scope, current === null ? null : current.rev, value);
        return swapped.ok ? swapped : this.swap(scope, expected, value);
      },
    }),
    fails: [
      'creates an operation only where there is none',
      'changes only the very revision it was told',
      'lets one of many swaps from one revision win',
      'keeps tenants apart',
    ],
  },
  {
    does: 'says nothing of the operation that is there',
    sabotage: () => store => ({
      ...store,
      async swap(scope, expected, value) {
        const swapped = await store.swap(scope, expected, value);
        return swapped.ok ? swapped : { ok: false, current: null };
      },
    }),
    fails: ['creates an operation only where there is none', 'changes only the very revision it was told'],
  },
  {
    does: 'lists the oldest first',
    sabotage: () => store => ({
      ...store,
      async list(scopes, after, limit) {
        const page = await store.list(scopes, after, limit);
        return { ...page, operations: [...page.operations].reverse() };
      },
    }),
    fails: [
      'lists the newest first, each once, by pages of any size',
      'goes on where it was when newer ones arrive',
    ],
  },
  {
    does: 'finds operations of other tenants by id',
    sabotage: () => store => ({
      ...store,
      get: async (_scope, id) => (await store.get(scopeOf(contoso), id)) ?? store.get(scopeOf(fabrikam), id),
    }),
    fails: ['keeps tenants apart'],
  },
  {
    does: 'starts over from a page it cannot read',
    sabotage: () => store => ({
      ...store,
      list: (scopes, after, limit) =>
        store.list(scopes, after, limit).catch(() => store.list(scopes, null, limit)),
    }),
    fails: ['refuses a page it never gave'],
  },
];
