import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keyVaultSecretStore } from '../../shared/adapters/azure/key-vault-secret-store.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { knownSecrets } from '../contracts/secret-store.contract.ts';
import type { KeyVault } from '../fakes/key-vault.ts';
import { sharedVault, vaultCredential } from '../support/azure-vault.ts';

let vault: KeyVault;
beforeAll(async () => {
  vault = await sharedVault();
});
afterAll(() => vault.close());
beforeEach(() => {
  vault.fault = null;
  vault.calls.length = 0;
});

const open = (): ReturnType<typeof keyVaultSecretStore> =>
  keyVaultSecretStore({ url: vault.url, credential: vaultCredential, azureDomain: false });

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
