import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { inspect } from 'node:util';
import { asAppError, type AppError } from '../../shared/kernel/errors.ts';
import type { SecretStore } from '../../shared/ports/secret-store.ts';
import { contractOf, type Contract } from './contract.ts';

/** What the storage under test must hold. Neither is a secret of anybody. */
export const knownSecrets = {
  'graph-client-secret': 'for-tests-only-1',
  'mimecast-client-secret': 'for-tests-only-2',
} as const;

async function refusal(store: SecretStore, name: string): Promise<AppError> {
  try {
    await store.get(name);
  } catch (thrown) {
    return asAppError(thrown);
  }
  throw new Error('expected the secret to be missing');
}

/** What every SecretStore promises. */
export const secretStoreContract = (): Contract<SecretStore> =>
  contractOf<SecretStore>({
    'gives each secret by its name': async store => {
      for (const [name, value] of Object.entries(knownSecrets)) {
        equal((await store.get(name)).reveal(), value);
      }
    },
    'gives a value that does not print': async store => {
      const secret = await store.get('graph-client-secret');
      for (const text of [String(secret), JSON.stringify({ secret }), inspect(secret)]) {
        ok(!text.includes('for-tests-only'));
      }
    },
    'names a secret that is missing, and says how to set it': async store => {
      const error = await refusal(store, 'unknown-secret');
      deepEqual([error.code, error.target], ['secret.missing', 'unknown-secret']);
      match(error.message, /unknown-secret/);
      match(error.message, /Set |add /);
    },
    'does not repeat what is no name: it may be the secret itself': async store => {
      for (const name of ['p@ss word', '', 'a/b', 'graph.client', `x${'y'.repeat(200)}`, '__proto__']) {
        const error = await refusal(store, name);
        equal(error.code, 'secret.missing');
        ok(name === '' || !`${error.message}${error.target ?? ''}`.includes(name));
      }
    },
  });
