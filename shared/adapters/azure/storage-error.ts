import { AppError } from '../../kernel/errors.ts';
import { failedCall } from './service-status.ts';

/** The one place where a failed call of Blob or Queue Storage becomes an AppError. `what` is for a person. */
export function asStorageError(thrown: unknown, what: string): AppError {
  const failed = failedCall(thrown, 'storage');
  if (failed instanceof AppError) return failed;
  const { status, options } = failed;
  const unavailable = (says: string): AppError =>
    new AppError('store.unavailable', 'retry-later', says, options);
  if (status === 429 || status === 503) {
    return unavailable(`${what} asks us to slow down. Work goes on by itself.`);
  }
  if (status === 401 || status === 403) {
    return unavailable(
      `${what} refuses this identity. Give the app’s identity its role on the storage account, and check the account’s network rules.`,
    );
  }
  if (status === 404) {
    return unavailable(
      `${what} is not there. Deploy the infrastructure again, and check the storage settings.`,
    );
  }
  if (status !== null && status >= 400 && status < 500 && status !== 408) {
    return new AppError('bug', 'retry', `A call of ${what} failed that should not.`, options);
  }
  return unavailable(
    `${what} does not answer. Work goes on by itself once it does; check its URL and the network.`,
  );
}
