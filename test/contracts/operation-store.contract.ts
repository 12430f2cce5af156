import { deepEqual, equal } from 'node:assert/strict';
import type { Operation } from '../../shared/model/run.ts';
import type { OperationStore } from '../../shared/ports/operation-store.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { contractOf, mustReject, type Contract } from './contract.ts';
import { pagedListCases } from './paged-list.cases.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);

const operation = (id: string, over: Partial<Operation> = {}): Operation => ({
  id,
  tenant: contoso,
  kind: 'backfill',
  status: 'NotStarted',
  percentComplete: 0,
  createdAt: '2026-10-05T09:00:00.000Z',
  updatedAt: '2026-10-05T09:00:00.000Z',
  createdBy: 'tid:oid',
  result: null,
  error: null,
  ...over,
});

async function create(store: OperationStore, value: Operation): Promise<string> {
  const made = await store.swap(ours, null, value);
  return made.ok ? made.rev : 'none';
}

/** What every OperationStore promises. */
export const operationStoreContract = (): Contract<OperationStore> =>
  contractOf<OperationStore>({
    'gives an operation back as it was stored, to every handle': async (store, { open }) => {
      const other = await open();
      const value = operation('a', { result: { events: 7, ids: ['x'] }, percentComplete: 12.5 });
      const rev = await create(store, value);
      deepEqual(await other.get(ours, 'a'), { value, rev });
      equal(await store.get(ours, 'b'), null);
    },
    'creates an operation only where there is none': async store => {
      const rev = await create(store, operation('a'));
      const current = { value: operation('a'), rev };
      deepEqual(await store.swap(ours, null, operation('a', { percentComplete: 5 })), { ok: false, current });
      deepEqual(await store.swap(ours, '1', operation('b')), { ok: false, current: null });
    },
    'changes only the very revision it was told': async store => {
      const rev = await create(store, operation('a'));
      const running = operation('a', { status: 'Running' });
      const second = await store.swap(ours, rev, running);
      const current = { value: running, rev: second.ok ? second.rev : '' };
      deepEqual(await store.swap(ours, rev, operation('a', { status: 'Canceled' })), { ok: false, current });
      deepEqual(await store.get(ours, 'a'), current);
      deepEqual((await store.list([ours], null, 10)).operations, [running]);
    },
    'lets one of many swaps from one revision win': async (store, { open }) => {
      const handles = [store, await open()];
      const rev = await create(store, operation('a'));
      const swaps = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          handles[i % 2]?.swap(ours, rev, operation('a', { percentComplete: i + 1 })),
        ),
      );
      equal(swaps.filter(one => one?.ok === true).length, 1);
      const winner = swaps.findIndex(one => one?.ok === true);
      equal((await store.get(ours, 'a'))?.value.percentComplete, winner + 1);
    },
    'keeps tenants apart': async store => {
      const rev = await create(store, operation('a'));
      equal(await store.get(theirs, 'a'), null);
      await mustReject(store.swap(theirs, null, operation('b')), 'bug');
      const twin = operation('a', { tenant: fabrikam, status: 'Failed' });
      deepEqual(await store.swap(theirs, rev, twin), { ok: false, current: null });
      equal((await store.swap(theirs, null, twin)).ok, true);
      equal((await store.get(ours, 'a'))?.value.status, 'NotStarted');
    },
    ...pagedListCases<OperationStore, Operation>({
      add: async (store, scope, id, at) => {
        await store.swap(scope, null, operation(id, { tenant: scope.tenantId, createdAt: at }));
      },
      page: async (store, scopes, after, limit) => {
        const { operations, next } = await store.list(scopes, after, limit);
        return { items: operations, next };
      },
      name: one => one.id,
    }),
  });
