import { AppError } from '../../shared/kernel/errors.ts';
import type { HttpReply, Judge } from '../../shared/ports/http-client.ts';

const requestId = '5a1c9f00-0000-4000-8000-000000000001';
const date = 'Mon, 05 Oct 2026 08:15:02 GMT';

/** An answer as the provider writes it; a string is the body itself. */
export const answer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json', 'request-id': requestId, date, ...headers },
  bytes: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
});

/** `{"error":{…}}` as Graph and the Management API send it. */
export const envelope = (code: string, message: string): unknown => ({
  error: {
    code,
    message,
    innerError: { date: '2026-10-05T08:15:02', 'request-id': requestId, 'client-request-id': requestId },
  },
});

export const html = '<!DOCTYPE html><html><body>403 - Forbidden: Access is denied.</body></html>';

/**
 * A verdict in one line: `ok`, `throttled 3000 wide`, or kind, code, recovery and reason of the error.
 * Throws when an error lets anything of the provider's text through.
 */
export function inShort(judge: Judge, reply: HttpReply): string {
  const verdict = judge(reply);
  if (verdict.kind === 'ok') return 'ok';
  if (verdict.kind === 'throttled') {
    return `throttled ${verdict.afterMs ?? 'unsaid'}${verdict.wide ? ' wide' : ''}`;
  }
  const error = verdict.kind === 'transient' ? verdict.lasting : verdict.error;
  if (!(error instanceof AppError)) return 'not an AppError';
  assertClean(error, reply);
  const after = verdict.kind === 'transient' && verdict.afterMs !== null ? ` after ${verdict.afterMs}` : '';
  const reason = error.facts['reason'] === undefined ? '' : ` ${error.facts['reason']}`;
  return `${verdict.kind}${after}: ${error.code}, ${error.recovery}${reason}`;
}

function assertClean(error: AppError, reply: HttpReply): void {
  const said = JSON.stringify([error.message, error.facts]);
  const body = new TextDecoder().decode(reply.bytes);
  const message = /"message":"([^"]{18,})/i.exec(body)?.[1];
  if (message !== undefined && said.includes(message.slice(0, 18))) {
    throw new Error(`the provider's text got through: ${said}`);
  }
  if (error.facts['requestId'] !== requestId) throw new Error(`no request id: ${said}`);
}
