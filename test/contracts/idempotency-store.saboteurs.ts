import type { IdempotencyStore } from '../../shared/ports/idempotency-store.ts';
import type { Saboteur } from './contract.ts';

export const idempotencyStoreSaboteurs: readonly Saboteur<IdempotencyStore>[] = [
  {
    does: 'takes any body for the first one',
    sabotage: () => store => ({ ...store, begin: (key, _fingerprint, now) => store.begin(key, 'body', now) }),
    fails: ['tells another body under the same key'],
  },
  {
    does: 'never lets go of an abandoned key',
    sabotage: () => store => ({ ...store, abandon: () => Promise.resolve() }),
    fails: ['takes an abandoned key as new, and keeps a finished one'],
  },
  {
    does: 'knows a key only after its reply',
    sabotage: () => store => ({
      ...store,
      async begin(key, fingerprint, now) {
        const begun = await store.begin(key, fingerprint, now);
        return begun.is === 'repeat' && begun.reply === null ? { is: 'new' } : begun;
      },
    }),
    fails: [
      'calls a key new once, and running until it is finished',
      'forgets a key after a day',
      'lets one of many callers at once be the first',
    ],
  },
  {
    does: 'keeps replies for ever',
    sabotage: () => {
      const kept = new Map<string, Parameters<IdempotencyStore['begin']>[2]>();
      return store => ({
        ...store,
        begin: (key, fingerprint, now) => {
          const first = kept.get(key) ?? now;
          kept.set(key, first);
          return store.begin(key, fingerprint, first);
        },
      });
    },
    fails: ['forgets a key after a day'],
  },
  {
    does: 'mixes up the body of a reply',
    sabotage: () => store => ({
      ...store,
      finish: (key, reply) =>
        store.finish(key, { ...reply, body: Buffer.from(reply.body).toString('latin1') }),
    }),
    fails: [
      'gives the kept reply to every repeat, on every handle',
      'tells another body under the same key',
      'takes an abandoned key as new, and keeps a finished one',
    ],
  },
];
