import type { AppError, ErrorCode } from '../kernel/errors.ts';

interface ProblemKind {
  readonly status: number;
  /** What the client branches on: `error.code` and `x-ms-error-code`. Never renamed. */
  readonly name: string;
  /** Seconds to suggest where the error itself does not say. */
  readonly retryAfter?: number;
  /** A person must act: goes to the log as an error, not as an event. */
  readonly serious?: true;
}

const ours = (name: string): ProblemKind => ({ status: 500, name, serious: true });
const later = (name: string, retryAfter: number): ProblemKind => ({ status: 503, name, retryAfter });
const upstream = (name: string): ProblemKind => ({ status: 502, name });

/** Does not compile when a code is added and not mapped. */
const problems: Readonly<Record<ErrorCode, ProblemKind>> = {
  'config.invalid': { status: 503, name: 'ConfigInvalid', serious: true },
  bug: ours('InternalError'),
  'auth.missing': { status: 401, name: 'TokenMissing' },
  'auth.invalid': { status: 401, name: 'TokenInvalid' },
  'auth.denied': { status: 403, name: 'PermissionDenied' },
  'auth.unavailable': later('SignInUnavailable', 5),
  'audit.unavailable': { ...later('AuditUnavailable', 30), serious: true },
  'request.invalid': { status: 400, name: 'RequestInvalid' },
  'request.method': { status: 405, name: 'MethodNotAllowed' },
  'request.media-type': { status: 415, name: 'UnsupportedMediaType' },
  'request.too-large': { status: 413, name: 'RequestTooLarge' },
  'query.invalid': { status: 400, name: 'QueryInvalid' },
  'continuation.invalid': { status: 400, name: 'ContinuationInvalid' },
  'continuation.expired': { status: 410, name: 'ContinuationExpired' },
  'not-found': { status: 404, name: 'NotFound' },
  conflict: { status: 409, name: 'Conflict' },
  'precondition.failed': { status: 412, name: 'PreconditionFailed' },
  'idempotency.conflict': { status: 409, name: 'IdempotencyConflict' },
  'rate.limited': { status: 429, name: 'TooManyRequests', retryAfter: 1 },
  'provider.throttled': later('ProviderThrottled', 60),
  'provider.unavailable': later('ProviderUnavailable', 60),
  'provider.unauthorized': upstream('ProviderUnauthorized'),
  'provider.refused': upstream('ProviderRefused'),
  'provider.licence-missing': upstream('ProviderLicenceMissing'),
  'provider.not-provisioned': upstream('ProviderNotProvisioned'),
  'provider.rejected': upstream('ProviderRejected'),
  'provider.malformed': upstream('ProviderMalformed'),
  'provider.truncated': upstream('ProviderTruncated'),
  'provider.endless': upstream('ProviderEndless'),
  'provider.link-expired': upstream('ProviderLinkExpired'),
  'provider.content-gone': upstream('ProviderContentGone'),
  'provider.untrusted-url': upstream('ProviderUntrustedUrl'),
  'provider.subscription-off': upstream('ProviderSubscriptionOff'),
  'archive.conflict': ours('ArchiveConflict'),
  'archive.corrupt': ours('ArchiveCorrupt'),
  'archive.held': { status: 409, name: 'ArchiveHeld' },
  'store.unavailable': later('StoreUnavailable', 5),
  'store.full': { ...later('StoreFull', 60), serious: true },
  'store.corrupt': ours('StoreCorrupt'),
  'cursor.corrupt': ours('CursorCorrupt'),
  'cursor.future': ours('CursorInFuture'),
  'cursor.lost': { status: 409, name: 'CursorLost' },
  'ledger.corrupt': ours('LedgerCorrupt'),
  'index.unavailable': later('IndexUnavailable', 5),
  'secret.missing': { status: 503, name: 'SecretMissing', serious: true },
};

/** The body of every error, and of nothing else. */
export interface ProblemBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target?: string;
    readonly details?: readonly ProblemDetail[];
    readonly requestId: string;
  };
}
export interface ProblemDetail {
  readonly code: string;
  readonly message: string;
  readonly target: string;
}

export const problemKind = (code: ErrorCode): ProblemKind => problems[code];
export const errorCodes = Object.keys(problems) as readonly ErrorCode[];

/** The error as a reply: its status, the headers it asks for, and the body. Never a stack, never a cause. */
export function problemOf(
  error: AppError,
  requestId: string,
  details: readonly ProblemDetail[] = [],
): { status: number; headers: Record<string, string>; body: ProblemBody } {
  const kind = problems[error.code];
  const headers: Record<string, string> = { 'x-ms-error-code': kind.name };
  const seconds = error.retryAfterMs === undefined ? kind.retryAfter : Math.ceil(error.retryAfterMs / 1_000);
  if (seconds !== undefined) headers['retry-after'] = String(Math.max(1, seconds));
  const body: ProblemBody = {
    error: {
      code: kind.name,
      message: error.message,
      ...(error.target === undefined ? {} : { target: error.target }),
      ...(details.length === 0 ? {} : { details }),
      requestId,
    },
  };
  return { status: kind.status, headers, body };
}
