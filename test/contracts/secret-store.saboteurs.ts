import { AppError } from '../../shared/kernel/errors.ts';
import { Secret } from '../../shared/kernel/secret.ts';
import type { SecretStore } from '../../shared/ports/secret-store.ts';
import type { Saboteur } from './contract.ts';

/** A secret that prints: what our own type exists to prevent. */
class LoudSecret extends Secret {
  override toString(): string {
    return this.reveal();
  }
}

export const secretStoreSaboteurs: readonly Saboteur<SecretStore>[] = [
  {
    does: 'gives an empty secret for one that is missing',
    sabotage: () => store => ({ get: name => store.get(name).catch(() => new Secret('')) }),
    fails: [
      'names a secret that is missing, and says how to set it',
      'does not repeat what is no name: it may be the secret itself',
    ],
  },
  {
    does: 'gives any secret for any name',
    sabotage: () => {
      let first: Secret | undefined;
      return store => ({
        async get(name) {
          const found = await store.get(name);
          first ??= found;
          return first;
        },
      });
    },
    fails: ['gives each secret by its name'],
  },
  {
    does: 'gives a value that prints',
    sabotage: () => store => ({ get: async name => new LoudSecret((await store.get(name)).reveal()) }),
    fails: ['gives a value that does not print'],
  },
  {
    does: 'repeats whatever stands in the place of a name',
    sabotage: () => store => ({
      get: name =>
        store.get(name).catch(() => {
          throw new AppError('secret.missing', 'pause-source', `Set the secret ${name}.`, { target: name });
        }),
    }),
    fails: ['does not repeat what is no name: it may be the secret itself'],
  },
];
