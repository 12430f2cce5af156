import { deepEqual, equal } from 'node:assert/strict';
import { hours, instant, plus } from '../../shared/kernel/time.ts';
import { replyLease, type IdempotencyStore } from '../../shared/ports/idempotency-store.ts';
import { contractOf, type Contract } from './contract.ts';

const noon = instant(Date.UTC(2026, 9, 5, 12));
const nextDay = plus(noon, hours(24));
const begun = { key: 'k', at: noon };
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
      await store.finish(begun, reply);
      deepEqual(await other.begin('k', 'body', instant(nextDay - 1)), { is: 'repeat', reply });
    },
    'tells another body under the same key': async store => {
      await store.begin('k', 'body', noon);
      deepEqual(await store.begin('k', 'another body', noon), { is: 'different' });
      await store.finish(begun, reply);
      deepEqual(await store.begin('k', 'another body', noon), { is: 'different' });
      deepEqual(await store.begin('k', 'body', noon), { is: 'repeat', reply });
    },
    'takes an abandoned key as new, and keeps a finished one': async store => {
      await store.begin('k', 'body', noon);
      await store.abandon(begun);
      deepEqual(await store.begin('k', 'another body', noon), { is: 'new' });
      await store.finish(begun, reply);
      await store.abandon(begun);
      deepEqual(await store.begin('k', 'another body', noon), { is: 'repeat', reply });
    },
    'forgets a key after a day': async store => {
      await store.begin('k', 'body', noon);
      await store.finish(begun, reply);
      deepEqual(await store.begin('k', 'another body', nextDay), { is: 'new' });
      deepEqual(await store.begin('k', 'another body', nextDay), { is: 'repeat', reply: null });
    },
    'lets a call that was cut short be taken over, by its own body and after its lease': async store => {
      await store.begin('k', 'body', noon);
      const over = plus(noon, replyLease);
      deepEqual(await store.begin('k', 'body', instant(over - 1)), { is: 'repeat', reply: null });
      deepEqual(await store.begin('k', 'another body', over), { is: 'different' });
      deepEqual(await store.begin('k', 'body', over), { is: 'new' });
      deepEqual(await store.begin('k', 'body', over), { is: 'repeat', reply: null });
      // The lease is the second's now.
      deepEqual(await store.begin('k', 'body', instant(over + replyLease - 1)), {
        is: 'repeat',
        reply: null,
      });
      await store.finish({ key: 'k', at: over }, reply);
      deepEqual(await store.begin('k', 'body', plus(over, replyLease)), { is: 'repeat', reply });
    },
    'hears no more of a call that was taken over': async store => {
      const over = plus(noon, replyLease);
      await store.begin('k', 'body', noon);
      await store.begin('k', 'body', over);
      await store.abandon(begun);
      deepEqual(await store.begin('k', 'body', over), { is: 'repeat', reply: null });
      await store.finish(begun, { ...reply, body: 'too late' });
      deepEqual(await store.begin('k', 'body', over), { is: 'repeat', reply: null });
      await store.finish({ key: 'k', at: over }, reply);
      deepEqual(await store.begin('k', 'body', over), { is: 'repeat', reply });
    },
    'lets one of many callers take over': async (store, { open }) => {
      const handles = [store, await open()];
      await store.begin('k', 'body', noon);
      const later = plus(noon, replyLease);
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, i) => handles[i % 2]?.begin('k', 'body', later)),
      );
      equal(taken.filter(one => one?.is === 'new').length, 1);
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
