import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keyVaultSecretStore } from '../../shared/adapters/azure/key-vault-secret-store.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { sabotaged, type Fresh } from '../contracts/contract.ts';
import { failing } from '../contracts/failing.ts';
import { knownSecrets, secretStoreContract } from '../contracts/secret-store.contract.ts';
import { secretStoreSaboteurs } from '../contracts/secret-store.saboteurs.ts';
import { startKeyVault, type KeyVault } from '../fakes/key-vault.ts';
import type { SecretStore } from '../../shared/ports/secret-store.ts';

// The fake's certificate is made on the spot; whether the SDK checks certificates is not what is tried here.
process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';

const credential = {
  getToken: () => Promise.resolve({ token: 'a-token-for-tests', expiresOnTimestamp: Date.now() + 3_600_000 }),
};
let vault: KeyVault;
beforeAll(async () => {
  vault = await startKeyVault();
});
afterAll(() => vault.close());
beforeEach(() => {
  vault.fault = null;
  vault.calls.length = 0;
});

const open = (): ReturnType<typeof keyVaultSecretStore> =>
  keyVaultSecretStore({ url: vault.url, credential, azureDomain: false });

const fresh: Fresh<SecretStore> = async () => {
  for (const [name, value] of Object.entries(knownSecrets)) vault.secrets.set(name, value);
  return { open: async () => open(), damage: async () => {}, dispose: async () => {} };
};

describe('SecretStore, Key Vault, on a fake of the wire', () => {
  test.each(secretStoreContract()(fresh))('$name', one => one.run());
});

describe('the suite of SecretStore over Key Vault finds one that', () => {
  test.each(secretStoreSaboteurs)('$does', async saboteur => {
    expect(await failing(secretStoreContract()(sabotaged(fresh, saboteur)))).toEqual(saboteur.fails);
  });
});

async function refusal(work: Promise<unknown>): Promise<AppError> {
  const thrown = await work.catch((error: unknown) => error);
  if (thrown instanceof AppError) return thrown;
  throw new Error('expected an AppError');
}

describe('Key Vault', () => {
  test('that refuses says who must be given which role, and repeats nothing of its answer', async () => {
    vault.fault = () => ({ status: 403 });
    const error = await refusal(open().get('graph-client-secret'));
    expect([error.code, error.recovery]).toEqual(['store.unavailable', 'retry-later']);
    expect(error.message).toMatch(/Secrets User/);
    expect(error.message).not.toMatch(/as the service says/);
  });

  test('that throttles is asked again, and gives the secret', async () => {
    vault.secrets.set('graph-client-secret', knownSecrets['graph-client-secret']);
    let refused = 0;
    vault.fault = () => ((refused += 1) <= 2 ? { status: 429, headers: { 'retry-after': '0' } } : null);
    expect((await open().get('graph-client-secret')).reveal()).toBe(knownSecrets['graph-client-secret']);
    expect(refused).toBeGreaterThan(2);
  });

  test('is ready when it answers, also that a secret is not there', async () => {
    await open().check();
    vault.fault = () => ({ status: 403 });
    expect((await refusal(open().check())).message).toMatch(/Key Vault refuses/);
  });

  test('sees a rotated secret at once', async () => {
    const store = open();
    vault.secrets.set('rotating', 'first');
    expect((await store.get('rotating')).reveal()).toBe('first');
    vault.secrets.set('rotating', 'second');
    expect((await store.get('rotating')).reveal()).toBe('second');
  });
});
