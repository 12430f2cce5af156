import type { Secret } from '../../kernel/secret.ts';
import type { HttpRequest } from '../../ports/http-client.ts';

/** What a source may not say for itself. */
const ours = new Set([
  'authorization',
  'host',
  'cookie',
  'connection',
  'content-length',
  'transfer-encoding',
]);

const common = { 'accept-encoding': 'gzip', 'user-agent': 'Holdfast' };

/** Made for every request anew: a paging link carries none of them. */
export function requestHeaders(request: HttpRequest, token: Secret, id: string): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    ...common,
    'client-request-id': id,
    'return-client-request-id': 'true',
  };
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  // Without it four alerts in ten came back with a value hidden behind `unknownFutureValue`.
  if (request.api === 'graph') headers['prefer'] = 'include-unknown-enum-members';
  // Mimecast's own name for a request's id.
  if (request.api === 'mimecast') headers['x-mc-req-id'] = id;
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const key = name.toLowerCase();
    if (ours.has(key)) continue;
    headers[key] = key === 'prefer' && headers[key] !== undefined ? `${headers[key]}, ${value}` : value;
  }
  headers['authorization'] = `Bearer ${token.reveal()}`;
  return headers;
}

/** A file store gets nothing but the request: the address is the permission. */
export const downloadHeaders: Readonly<Record<string, string>> = { accept: '*/*', ...common };
