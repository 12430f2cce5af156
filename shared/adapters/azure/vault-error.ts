import { AppError } from '../../kernel/errors.ts';
import { failedCall } from './service-status.ts';

/** The one place where a failed call of Key Vault becomes an AppError. */
export function asVaultError(thrown: unknown): AppError {
  const failed = failedCall(thrown, 'key-vault');
  if (failed instanceof AppError) return failed;
  const { status, options } = failed;
  const unavailable = (says: string): AppError =>
    new AppError('store.unavailable', 'retry-later', says, options);
  if (status === 429) return unavailable('Key Vault asks us to slow down. Work goes on by itself.');
  if (status === 401 || status === 403) {
    return unavailable(
      'Key Vault refuses this identity, or the secret is disabled. Give the app’s identity the roles Secrets User and Crypto User on the vault, and check its network rules.',
    );
  }
  return unavailable(
    'Key Vault does not answer. Work goes on by itself once it does; check HOLDFAST_VAULT_URL and the network.',
  );
}
