import type { IdempotencyStore } from '../../shared/ports/idempotency-store.ts';
import type { Saboteur } from './contract.ts';

export const idempotencyStoreSaboteurs: readonly Saboteur<IdempotencyStore>[] = [
  {
    does: 'takes any body for the first one',
    sabotage: () => store => ({ ...store, begin: (key, _fingerprint, now) => store.begin(key, 'body', now) }),
    fails: [
      'tells another body under the same key',
      'lets a call that was cut short be taken over, by its own body and after its lease',
    ],
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
      'lets a call that was cut short be taken over, by its own body and after its lease',
      'hears no more of a call that was taken over',
      'lets one of many callers take over',
      'lets one of many callers at once be the first',
    ],
  },
  {
    does: 'never lets go of a call that was cut short',
    sabotage: () => {
      const begun = new Map<string, Parameters<IdempotencyStore['begin']>[2]>();
      return store => ({
        ...store,
        begin: async (key, fingerprint, now) => {
          const first = begun.get(key);
          const isYoung = first !== undefined && now - first < 86_400_000;
          const state = await store.begin(key, fingerprint, isYoung ? first : now);
          if (state.is === 'new' && !isYoung) begun.set(key, now);
          return state;
        },
      });
    },
    fails: [
      'lets a call that was cut short be taken over, by its own body and after its lease',
      'hears no more of a call that was taken over',
      'lets one of many callers take over',
    ],
  },
  {
    does: 'lets whoever was first finish what another took over',
    sabotage: () => {
      const latest = new Map<string, Parameters<IdempotencyStore['begin']>[2]>();
      return store => ({
        ...store,
        begin: async (key, fingerprint, now) => {
          const state = await store.begin(key, fingerprint, now);
          if (state.is === 'new') latest.set(key, now);
          return state;
        },
        finish: ({ key, at }, reply) => store.finish({ key, at: latest.get(key) ?? at }, reply),
        abandon: ({ key, at }) => store.abandon({ key, at: latest.get(key) ?? at }),
      });
    },
    fails: ['hears no more of a call that was taken over'],
  },
  {
    does: 'keeps replies for ever',
    sabotage: () => {
      const kept = new Map<string, Parameters<IdempotencyStore['begin']>[2]>();
      return store => ({
        ...store,
        begin: (key, fingerprint, now) => store.begin(key, fingerprint, kept.get(key) ?? now),
        finish: (begun, reply) => {
          kept.set(begun.key, begun.at);
          return store.finish(begun, reply);
        },
      });
    },
    fails: ['forgets a key after a day'],
  },
  {
    does: 'mixes up the body of a reply',
    sabotage: () => store => ({
      ...store,
      finish: (begun, reply) =>
        store.finish(begun, { ...reply, body: Buffer.from(reply.body).toString('latin1') }),
    }),
    fails: [
      'gives the kept reply to every repeat, on every handle',
      'tells another body under the same key',
      'takes an abandoned key as new, and keeps a finished one',
      'lets a call that was cut short be taken over, by its own body and after its lease',
      'hears no more of a call that was taken over',
    ],
  },
];
