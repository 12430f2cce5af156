import type { TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { AppError } from '../../kernel/errors.ts';
import { Secret } from '../../kernel/secret.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { asVaultError } from './vault-error.ts';
import { serviceStatus } from './service-status.ts';

export interface VaultOptions {
  /** `https://<vault>.vault.azure.net`. */
  readonly url: string;
  readonly credential: TokenCredential;
  /** False only where the vault is no vault of Azure's, as in tests. */
  readonly azureDomain?: boolean;
}

const nameForm = /^[0-9A-Za-z-]{1,127}$/;

/** Secrets in Key Vault, asked for each time: a rotated one is seen at once. */
export function keyVaultSecretStore(options: VaultOptions): SecretStore & { check(): Promise<void> } {
  const client = new SecretClient(options.url, options.credential, {
    disableChallengeResourceVerification: options.azureDomain === false,
    retryOptions: { maxRetries: 3, maxRetryDelayInMs: 5_000 },
  });
  return {
    async get(name) {
      // Someone may have put the secret itself where its name belongs: what is no name is not repeated.
      if (!nameForm.test(name)) {
        throw new AppError(
          'secret.missing',
          'pause-source',
          'A reference to a secret is not a name. Use letters, digits and "-", such as graph-client-secret.',
        );
      }
      const value = await read(client, name);
      if (value !== null && value !== '') return new Secret(value);
      throw new AppError(
        'secret.missing',
        'pause-source',
        `The secret ${name} is not in the key vault. Set it there: az keyvault secret set --name ${name}.`,
        { target: name },
      );
    },
    async check() {
      // A vault that answers "not there" answers.
      await read(client, 'holdfast-readiness');
    },
  };
}

async function read(client: SecretClient, name: string): Promise<string | null> {
  try {
    return (await client.getSecret(name)).value ?? null;
  } catch (thrown) {
    if (serviceStatus(thrown).status === 404) return null;
    throw asVaultError(thrown);
  }
}
