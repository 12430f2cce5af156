import { AppError } from '../../kernel/errors.ts';
import { failedCall } from './service-status.ts';

const says = {
  throttled:
    'Cosmos DB asks us to slow down. Work goes on by itself; if this stays, raise the throughput of its containers.',
  refused:
    'Cosmos DB refuses this identity. Give the app’s identity the built-in data contributor role on the account.',
  missing:
    'The database or a container is not there. Deploy the infrastructure again, and check HOLDFAST_COSMOS_DATABASE.',
  large: 'An item is larger than Cosmos DB takes (2 MB). Nothing was written.',
  full: 'A logical partition of Cosmos DB has reached its size limit, and nothing was written.',
  away: 'Cosmos DB does not answer. Work goes on by itself once it does; check HOLDFAST_COSMOS_URL and the network.',
};

/**
 * The one place where a failed call of Cosmos DB becomes an AppError. What callers branch on (absent, conflict,
 * precondition) never comes here: the gateway answers it.
 */
export function asCosmosError(thrown: unknown): AppError {
  const failed = failedCall(thrown, 'cosmos');
  if (failed instanceof AppError) return failed;
  const { status, code, options } = failed;
  if (status === 429) return new AppError('store.unavailable', 'retry-later', says.throttled, options);
  if (status === 401 || status === 403) {
    // 403 also says that a logical partition is full (substatus 1014).
    if (/1014|partition key reached maximum size/i.test(String(thrown))) {
      return new AppError('store.full', 'retry-later', says.full, options);
    }
    return new AppError('store.unavailable', 'retry-later', says.refused, options);
  }
  if (status === 404) return new AppError('store.unavailable', 'retry-later', says.missing, options);
  if (status === 413) return new AppError('bug', 'give-up', says.large, options);
  if (status !== null && status >= 400 && status < 500 && ![408, 410, 449].includes(status)) {
    return new AppError('bug', 'retry', 'A call of Cosmos DB failed that should not.', options);
  }
  // What the SDK refuses before it asks anybody (an id with a slash) is our defect, and no outage to wait for.
  const unnamed = !(thrown instanceof Error) || thrown.name === 'Error';
  if (status === null && code === null && unnamed) {
    return new AppError('bug', 'retry', 'A call of Cosmos DB failed that should not.', options);
  }
  return new AppError('store.unavailable', 'retry-later', says.away, options);
}
