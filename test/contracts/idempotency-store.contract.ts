import { deepEqual, equal } from 'node:assert/strict';
import { hours, instant, plus } from '../../shared/kernel/time.ts';
import type { IdempotencyStore } from '../../shared/ports/idempotency-store.ts';
import { contractOf, type Contract } from './contract.ts';

const noon = instant(Date.UTC(2026, 9, 5, 12));
const nextDay = plus(noon, hours(24));
const reply = {
  status: 202,
  headers: { 'operation-location': '/api/v1/operations/1' },
  body: '{"id":"1 ä"}',
};

/** What every IdempotencyStore promises. */
export const idempotencyStoreContract = (): Contract<IdempotencyStore> =>
  contractOf<IdempotencyStore>({
    'calls a key new once, and running until it is finished': async store => {
      deepEqual(await store.begin('k', 'body', noon), { is: 'new' });
      deepEqual(await store.begin('k', 'body', noon), { is: 'repeat', reply: null });
      deepEqual(await store.begin('other', 'body', noon), { is: 'new' });
    },
    'gives the kept reply to every repeat, on every handle': async (store, { open }) => {
      const other = await open();
      await store.begin('k', 'body', noon);
      await store.finish('k', reply);
      deepEqual(await other.begin('k', 'body', instant(nextDay - 1)), { is: 'repeat', reply });
    },
    'tells another body under the same key': async store => {
      await store.begin('k', 'body', noon);
      deepEqual(await store.begin('k', 'another body', noon), { is: 'different' });
      await store.finish('k', reply);
      deepEqual(await store.begin('k', 'another body', noon), { is: 'different' });
      deepEqual(await store.begin('k', 'body', noon), { is: 'repeat', reply });
    },
    'takes an abandoned key as new, and keeps a finished one': async store => {
      await store.begin('k', 'body', noon);
      await store.abandon('k');
      deepEqual(await store.begin('k', 'another body', noon), { is: 'new' });
      await store.finish('k', reply);
      await store.abandon('k');
      deepEqual(await store.begin('k', 'another body', noon), { is: 'repeat', reply });
    },
    'forgets a key after a day': async store => {
      await store.begin('k', 'body', noon);
      await store.finish('k', reply);
      deepEqual(await store.begin('k', 'another body', nextDay), { is: 'new' });
      deepEqual(await store.begin('k', 'another body', nextDay), { is: 'repeat', reply: null });
    },
    'lets one of many callers at once be the first': async (store, { open }) => {
      const handles = [store, await open()];
      const begun = await Promise.all(
        Array.from({ length: 8 }, (_, i) => handles[i % 2]?.begin('k', 'body', noon)),
      );
      equal(begun.filter(one => one?.is === 'new').length, 1);
      equal(begun.filter(one => one?.is === 'repeat').length, 7);
    },
  });
