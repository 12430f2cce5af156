import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { ApiReply, ApiRequest } from '../../api/api-request.ts';
import { AppError } from '../../kernel/errors.ts';

/**
 * A request of the Functions host as the API takes it. Who the platform says the caller is (`x-ms-client-principal`)
 * is left out: anybody who reaches the app could have written it.
 */
export function apiRequest(request: HttpRequest): ApiRequest {
  const headers = headersOf(request);
  return {
    method: request.method.toUpperCase(),
    target: targetOf(request),
    headers,
    clientAddress: clientAddress(headers['x-forwarded-for']),
    readBody: limit => readBody(request, headers, limit),
  };
}

/** Path and query still encoded. The host's map of parameters joins repeated ones with a comma; the URL does not. */
function targetOf(request: HttpRequest): string {
  const { pathname, search } = new URL(request.url);
  if (search !== '') return `${pathname}${search}`;
  const query = request.query.toString();
  return query === '' ? pathname : `${pathname}?${query}`;
}

function headersOf(request: HttpRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers.entries()) {
    if (!name.startsWith('x-ms-client-principal')) headers[name] = value;
  }
  return headers;
}

/**
 * The platform's front end adds the address it was called from at the end; what stands before it came with the
 * request, and whoever sent that could have written anything.
 */
export function clientAddress(forwarded: string | undefined): string | null {
  const last = forwarded?.split(',').at(-1)?.trim() ?? '';
  const [, bracketed] = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(last) ?? [];
  if (bracketed !== undefined) return bracketed;
  const [, plain] = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(last) ?? [];
  if (plain !== undefined) return plain;
  return /^[0-9a-f:.]*:[0-9a-f:.]+$/i.test(last) ? last : null;
}

async function readBody(
  request: HttpRequest,
  headers: Readonly<Record<string, string>>,
  limit: number,
): Promise<Uint8Array> {
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  // The host has the whole body in memory already; there is nothing to stop reading.
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > limit) throw tooLarge(limit);
  return bytes;
}

const tooLarge = (limit: number): AppError =>
  new AppError(
    'request.too-large',
    'give-up',
    `The body is too large: at most ${String(limit)} bytes are taken.`,
    { target: 'body' },
  );

/** The API's reply for the Functions host, which counts the bytes itself. */
export function httpResponse(reply: ApiReply): HttpResponseInit {
  const { 'content-length': _, ...headers } = reply.headers;
  return { status: reply.status, headers, ...(reply.body === null ? {} : { body: reply.body }) };
}
