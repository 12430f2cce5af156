import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  checkpointKey,
  keyVaultCheckpointSigner,
} from '../../shared/adapters/azure/key-vault-checkpoint-signer.ts';
import { keyVaultSecretStore } from '../../shared/adapters/azure/key-vault-secret-store.ts';
import { formatCheckpoint, openCheckpoint } from '../../shared/evidence/checkpoint.ts';
import { formatVerifierKey, noteKeyId, noteOf, parseVerifierKey } from '../../shared/evidence/signed-note.ts';
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

const origin = 'archive.example/t/contoso';
const checkpoint = { origin, size: 7, root: 'ab'.repeat(32), extensions: [] };
const signer = (key = checkpointKey) =>
  keyVaultCheckpointSigner({ url: vault.url, credential: vaultCredential, azureDomain: false, key });

describe('a checkpoint signed by a key of the vault', () => {
  test('is opened by whoever has the public key, every time anew', async () => {
    const text = formatCheckpoint(checkpoint);
    const verifier = { name: origin, publicKey: await signer().publicKey() };
    // Several: an ECDSA signature differs each time, and one in two has a number that needs a leading zero.
    for (let n = 0; n < 12; n += 1) {
      const { publicKey, signature } = await signer().sign(text);
      const note = noteOf(text, [{ name: origin, keyId: noteKeyId(origin, publicKey), signature }]);
      expect(openCheckpoint(note, [verifier])).toEqual({ ok: true, value: checkpoint });
      expect(openCheckpoint(note.replace('\n7\n', '\n8\n'), [verifier])).toMatchObject({ ok: false });
    }
  });

  test('names its key so that a reader can be given it as text', async () => {
    const publicKey = await signer().publicKey();
    const text = formatVerifierKey({ name: origin, publicKey });
    const read = parseVerifierKey(text);
    expect(read.ok ? Buffer.from(read.value.publicKey).equals(Buffer.from(publicKey)) : read).toBe(true);
    expect(parseVerifierKey(text.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))).toMatchObject({ ok: false });
  });

  test.each([429, 503])('is signed after the vault has answered %d for a while', async status => {
    let refused = 0;
    vault.fault = path =>
      path.endsWith('/sign') && (refused += 1) <= 2 ? { status, headers: { 'retry-after': '0' } } : null;
    const text = formatCheckpoint(checkpoint);
    const { publicKey, signature } = await signer().sign(text);
    const note = noteOf(text, [{ name: origin, keyId: noteKeyId(origin, publicKey), signature }]);
    expect(openCheckpoint(note, [{ name: origin, publicKey }])).toMatchObject({ ok: true });
    expect(refused).toBe(3);
  });

  test.each([429, 503])(
    'waits for another time where the vault answers %d and names an hour',
    async status => {
      vault.fault = path => (path.endsWith('/sign') ? { status, headers: { 'retry-after': '3600' } } : null);
      const settings = { url: vault.url, credential: vaultCredential, azureDomain: false, patienceMs: 500 };
      const error = await refusal(keyVaultCheckpointSigner(settings).sign('text\n'));
      expect([error.code, error.recovery]).toEqual(['store.unavailable', 'retry-later']);
      vault.fault = () => ({ status, headers: { 'retry-after': '3600' } });
      const secret = await refusal(keyVaultSecretStore(settings).get('graph-client-secret'));
      expect([secret.code, secret.recovery]).toEqual(['store.unavailable', 'retry-later']);
    },
  );

  test('is refused where the key is not there, and says how to make it', async () => {
    const error = await refusal(signer('nothing-here').sign('text\n'));
    expect([error.code, error.target]).toEqual(['secret.missing', 'nothing-here']);
    expect(error.message).toMatch(/az keyvault key create/);
    vault.fault = () => ({ status: 403 });
    expect((await refusal(signer().sign('text\n'))).message).toMatch(/Crypto User/);
  });
});

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
