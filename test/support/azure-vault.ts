import type { TokenCredential } from '@azure/identity';
import { keyVaultCheckpointSigner } from '../../shared/adapters/azure/key-vault-checkpoint-signer.ts';
import { keyVaultSecretStore } from '../../shared/adapters/azure/key-vault-secret-store.ts';
import type { CheckpointSigner } from '../../shared/ports/checkpoint-signer.ts';
import type { SecretStore } from '../../shared/ports/secret-store.ts';
import type { Fresh } from '../contracts/contract.ts';
import { knownSecrets } from '../contracts/secret-store.contract.ts';
import { startKeyVault, type KeyVault } from '../fakes/key-vault.ts';

// The fake's certificate is made on the spot; whether the SDK checks certificates is not what is tried here.
process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';

/** An identity that the fake vault knows. */
export const vaultCredential: TokenCredential = {
  getToken: () => Promise.resolve({ token: 'a-token-for-tests', expiresOnTimestamp: Date.now() + 3_600_000 }),
};

let started: Promise<KeyVault> | null = null;

/** One vault for a test file. */
export const sharedVault = (): Promise<KeyVault> => (started ??= startKeyVault());

/** The secret store over the fake vault, which holds the secrets of the contract. */
export const freshVault: Fresh<SecretStore> = async () => {
  const vault = await sharedVault();
  for (const [name, value] of Object.entries(knownSecrets)) vault.secrets.set(name, value);
  return {
    open: async () =>
      keyVaultSecretStore({ url: vault.url, credential: vaultCredential, azureDomain: false }),
    damage: () => Promise.reject(new Error('the contract of secrets damages nothing')),
    dispose: async () => {},
  };
};

/** The signer over a fake vault of its own; what is damaged there is gone. */
export const freshVaultKey: Fresh<CheckpointSigner> = async () => {
  const vault = await startKeyVault();
  return {
    open: async () =>
      keyVaultCheckpointSigner({ url: vault.url, credential: vaultCredential, azureDomain: false }),
    async damage() {
      vault.fault = () => ({ status: 404 });
    },
    dispose: () => vault.close(),
  };
};
