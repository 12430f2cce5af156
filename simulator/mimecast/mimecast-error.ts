import { jsonReply, type Reply } from '../exchange.ts';

/** What Mimecast says went wrong. */
export interface MimecastProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryable?: boolean;
}

const item = ({ code, message, retryable = false }: MimecastProblem): object => ({
  code,
  message,
  retryable,
});

/** Shape A: the request's item that failed, with its errors. Comes with 4xx, and inside a 200. */
export const requestFailed = (problem: MimecastProblem, key: unknown): Reply =>
  jsonReply(problem.status, {
    meta: { status: problem.status },
    data: [],
    fail: [{ key, errors: [item(problem)] }],
  });

/** Shape B: who asks is not known. Nested, without a key. */
export const notKnown = (code: string, message: string): Reply =>
  jsonReply(401, {
    meta: { status: 401 },
    data: [],
    fail: [{ errors: [{ code, message, retryable: false }] }],
  });

/** Shape C: flat. */
export const flatFail = ({ status, code, message }: MimecastProblem): Reply =>
  jsonReply(status, { fail: [{ code, message }] });

/** Shape D: of the SIEM endpoints, and of some gateways. */
export const errorObject = ({ status, code, message }: MimecastProblem): Reply =>
  jsonReply(status, { error: { code, message } });

/** Each sentence is ours; the codes named in the fact sheet are the provider's. */
export const problems = {
  clientUnknown: {
    status: 401,
    code: 'err_xdk_client_unauthorized',
    message: 'Client credentials are not valid.',
  },
  grantUnsupported: {
    status: 400,
    code: 'unsupported_grant_type',
    message: 'grant_type must be client_credentials.',
  },
  formExpected: { status: 400, code: 'invalid_request', message: 'The body must be a form.' },
  appForbidden: {
    status: 403,
    code: 'app_forbidden',
    message: 'Resource or method requested does not exist in any product assigned to the application',
  },
  permission: (name: string): MimecastProblem => ({
    status: 403,
    code: 'err_permission_missing',
    message: `The role of the application lacks ${name}.`,
  }),
  notLicensed: {
    status: 404,
    code: 'err_not_licensed',
    message: 'The endpoint is not in the licence of this account.',
  },
  noSuchPath: { status: 404, code: 'not_found', message: 'There is nothing at this path.' },
  method: { status: 405, code: 'method_not_allowed', message: 'The method is not allowed here.' },
  malformed: { status: 400, code: 'err_validation_malformed', message: 'The body could not be read.' },
  field: (name: string): MimecastProblem => ({
    status: 400,
    code: 'err_validation_field',
    message: `The field ${name} is missing or not valid.`,
  }),
  pageToken: { status: 400, code: 'err_pagination_token_invalid', message: 'The page token is not valid.' },
  trackingTooOld: {
    status: 200,
    code: 'err_track_and_trace_invalid_start_date',
    message: 'The start date is too far in the past.',
  },
  auditTooOld: {
    status: 400,
    code: 'err_audit_invalid_start_date',
    message: 'The start date is too far in the past.',
  },
  windowTooOld: {
    status: 400,
    code: 'err_validation_from_date',
    message: 'The from date is too far in the past.',
  },
  siemToken: { status: 400, code: 'err_audit_siem_invalid_token', message: 'The token is not valid.' },
  throttled: { status: 429, code: 'err_rate_limit', message: 'Over throttling limit' },
  internal: { status: 500, code: 'err_internal', message: 'An internal error occurred.', retryable: true },
  busy: { status: 503, code: 'err_unavailable', message: 'The service is not available.', retryable: true },
} as const satisfies Readonly<Record<string, MimecastProblem | ((name: string) => MimecastProblem)>>;
