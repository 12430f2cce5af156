import type { ApiRequest } from './api-request.ts';

/** On every answer: it is private, it is data and never a page, and nobody may frame it. */
const always = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
} as const;

const exposed = [
  'etag', 'operation-location', 'retry-after', 'traceparent', 'www-authenticate', 'x-holdfast-object-key',
  'x-holdfast-object-sha256', 'x-holdfast-record-index', 'x-holdfast-record-sha256', 'x-holdfast-revision',
  'x-ms-client-request-id', 'x-ms-error-code', 'x-request-id', 'idempotency-replayed',
].join(', '); // prettier-ignore
const accepted = [
  'authorization', 'content-type', 'idempotency-key', 'if-match', 'traceparent', 'x-ms-client-request-id',
  'x-request-id',
].join(', '); // prettier-ignore

const idForm = /^[A-Za-z0-9._:-]{1,128}$/;
const traceForm = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's own request id where it has a harmless form, otherwise a fresh one. */
export function requestIdOf(request: ApiRequest, newId: () => string): string {
  const given = request.headers['x-request-id'];
  return given !== undefined && idForm.test(given) ? given : newId();
}

/** The headers of every answer to this request. */
export function commonHeaders(
  request: ApiRequest,
  requestId: string,
  allowedOrigins: readonly string[],
): Record<string, string> {
  const headers: Record<string, string> = { ...always, 'x-request-id': requestId };
  const client = request.headers['x-ms-client-request-id'];
  if (client !== undefined && idForm.test(client)) headers['x-ms-client-request-id'] = client;
  const trace = request.headers['traceparent'];
  if (trace !== undefined && traceForm.test(trace)) headers['traceparent'] = trace;
  headers['vary'] = 'origin';
  const origin = request.headers['origin'];
  // Only an origin on the list, spelled back exactly; never `*`, never credentials.
  if (origin !== undefined && allowedOrigins.includes(origin)) {
    headers['access-control-allow-origin'] = origin;
    headers['access-control-expose-headers'] = exposed;
  }
  return headers;
}

/** What a browser asks before it dares; the same for every path there is. */
export function preflightHeaders(common: Readonly<Record<string, string>>): Record<string, string> {
  if (common['access-control-allow-origin'] === undefined) return { ...common };
  return {
    ...common,
    'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
    'access-control-allow-headers': accepted,
    'access-control-max-age': '600',
  };
}
