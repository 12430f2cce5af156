import { AppError, type AppErrorOptions } from '../../kernel/errors.ts';

/** What a failed call of an Azure SDK says, whichever SDK it was; nothing of its text. */
export interface ServiceStatus {
  /** Null where no answer came. */
  readonly status: number | null;
  /** `BlobAlreadyExists`, `ECONNREFUSED` …; null where none was given. */
  readonly code: string | null;
  readonly retryAfterMs: number | null;
}

const mostWrappings = 3;
const says = (thrown: unknown): boolean =>
  field(thrown, 'statusCode') !== undefined || field(thrown, 'code') !== undefined;

const field = (from: unknown, name: string): unknown =>
  typeof from === 'object' && from !== null ? Reflect.get(from, name) : undefined;

/** Reads the error of any of the SDKs: storage and Key Vault say `statusCode`, Cosmos DB puts it in `code`. */
export function serviceStatus(thrown: unknown, depth = 0): ServiceStatus {
  // Cosmos DB's batches wrap the answer in an error that says nothing.
  const cause = field(thrown, 'cause');
  if (cause !== undefined && depth < mostWrappings && !says(thrown)) return serviceStatus(cause, depth + 1);
  const code = field(thrown, 'code');
  const said = field(thrown, 'statusCode') ?? (typeof code === 'number' ? code : undefined);
  return {
    status: typeof said === 'number' && said >= 100 ? said : null,
    code: typeof code === 'string' && code !== '' ? code : null,
    retryAfterMs: waitIn(thrown),
  };
}

function waitIn(thrown: unknown): number | null {
  const own = field(thrown, 'retryAfterInMs') ?? field(thrown, 'retryAfterInMilliseconds');
  if (typeof own === 'number' && own >= 0) return own;
  const headers = field(field(thrown, 'response'), 'headers');
  const get = field(headers, 'get');
  if (typeof get !== 'function') return null;
  const read = (name: string): number | null => {
    const text: unknown = Reflect.apply(get, headers, [name]);
    return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  const exact = read('x-ms-retry-after-ms') ?? read('retry-after-ms');
  const whole = read('retry-after');
  return exact ?? (whole === null ? null : whole * 1_000);
}

const noToken =
  /^(CredentialUnavailableError|AuthenticationError|AggregateAuthenticationError|AuthenticationRequiredError)$/;

/** The error where no token could be had for the service: then the service itself was not even asked. */
export function identityError(thrown: unknown): AppError | null {
  if (!(thrown instanceof Error) || !noToken.test(thrown.name)) return null;
  return new AppError(
    'store.unavailable',
    'retry-later',
    'The app’s identity gave no token for Azure’s services. Assign the user-assigned identity to the app, and check HOLDFAST_IDENTITY_CLIENT_ID; on a developer’s machine, sign in with az login.',
    { cause: thrown, facts: { service: 'identity' } },
  );
}

/** A failed call of a service, ready to be told by its status. */
export interface FailedCall extends Omit<ServiceStatus, 'retryAfterMs'> {
  /** What the AppError of it carries: the cause, the service and what it answered, how long to wait. */
  readonly options: AppErrorOptions;
}

/** What every service's errors have in common; an AppError where there is nothing left to tell. */
export function failedCall(
  thrown: unknown,
  service: 'cosmos' | 'storage' | 'key-vault',
): AppError | FailedCall {
  if (thrown instanceof AppError) return thrown;
  const unidentified = identityError(thrown);
  if (unidentified !== null) return unidentified;
  const { status, code, retryAfterMs } = serviceStatus(thrown);
  const facts = { service, ...(status === null ? { fault: code ?? 'network' } : { status }) };
  const wait = retryAfterMs === null ? {} : { retryAfterMs };
  return { status, code, options: { cause: thrown, facts, ...wait } };
}
