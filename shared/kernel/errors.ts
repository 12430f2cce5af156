/** What the machinery does about an error. Decided where the error is born. */
export type Recovery = 'retry' | 'retry-later' | 'quarantine' | 'pause-source' | 'give-up';

/**
 * Every code a caller may branch on. Part of the API's contract (`api/problem.ts` maps each to a status,
 * and does not compile when one is added and not mapped).
 */
export type ErrorCode =
  // settings and our own program
  | 'config.invalid'
  | 'bug'
  // callers of the HTTP API
  | 'auth.missing'
  | 'auth.invalid'
  | 'auth.denied'
  | 'auth.unavailable'
  | 'audit.unavailable'
  | 'request.invalid'
  | 'request.method'
  | 'request.media-type'
  | 'request.too-large'
  | 'query.invalid'
  | 'continuation.invalid'
  | 'continuation.expired'
  | 'not-found'
  | 'conflict'
  | 'precondition.failed'
  | 'idempotency.conflict'
  | 'rate.limited'
  // providers
  | 'provider.throttled'
  | 'provider.unavailable'
  | 'provider.unauthorized'
  | 'provider.refused'
  | 'provider.licence-missing'
  | 'provider.not-provisioned'
  | 'provider.rejected'
  | 'provider.malformed'
  | 'provider.truncated'
  | 'provider.endless'
  | 'provider.link-expired'
  | 'provider.content-gone'
  | 'provider.untrusted-url'
  | 'provider.subscription-off'
  // keeping
  | 'archive.conflict'
  | 'archive.corrupt'
  | 'archive.held'
  | 'store.unavailable'
  | 'store.full'
  | 'store.corrupt'
  | 'cursor.corrupt'
  | 'cursor.future'
  | 'cursor.lost'
  | 'ledger.corrupt'
  | 'index.unavailable'
  | 'secret.missing';

export type ErrorFacts = Readonly<Record<string, string | number | boolean>>;

export interface AppErrorOptions {
  /** Milliseconds to wait before trying again, where somebody said so. */
  readonly retryAfterMs?: number;
  /** Ids and counts only: never payloads, addresses, subjects, query text or secrets. */
  readonly facts?: ErrorFacts;
  /** The field, parameter or setting that is wrong. */
  readonly target?: string;
  readonly cause?: unknown;
}

/**
 * An error born with its code and its recovery. `message` is written for the person who has to act, says
 * what to do next, and may reach a client: it never quotes a provider's body, a secret or a stack.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly recovery: Recovery;
  readonly retryAfterMs: number | undefined;
  readonly facts: ErrorFacts;
  readonly target: string | undefined;

  constructor(code: ErrorCode, recovery: Recovery, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.recovery = recovery;
    this.retryAfterMs = options.retryAfterMs;
    this.facts = options.facts ?? {};
    this.target = options.target;
  }
}

/** Any thrown value as an AppError; what is not one is a bug, to be retried and then buried. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new AppError('bug', 'retry', 'Something failed that should not. The log has the details.', {
    facts: { name },
    cause: thrown,
  });
}
