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
  /** How long a call may take, repeats and the vault's own waits included, in milliseconds; half a minute where not given. */
  readonly patienceMs?: number;
}

/**
 * Ends a call whose answer takes too long. The SDK waits as long as a busy vault tells it to, be it an hour, and a
 * run would be ended by its host in the meantime.
 */
export const vaultPatience = ({
  patienceMs = 30_000,
}: Pick<VaultOptions, 'patienceMs'>): { abortSignal: AbortSignal } => ({
  abortSignal: AbortSignal.timeout(patienceMs),
});

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
      const value = await read(client, name, vaultPatience(options));
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
      await read(client, 'holdfast-readiness', vaultPatience(options));
    },
  };
}

async function read(
  client: SecretClient,
  name: string,
  patience: ReturnType<typeof vaultPatience>,
): Promise<string | null> {
  try {
    return (await client.getSecret(name, patience)).value ?? null;
  } catch (thrown) {
    if (serviceStatus(thrown).status === 404) return null;
    throw asVaultError(thrown);
  }
}
