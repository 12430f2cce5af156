import { AppError, type ErrorCode, type ErrorFacts, type Recovery } from '../../kernel/errors.ts';
import { retryAfterMs } from '../../kernel/retry-after.ts';
import type { HttpReply, ProviderApi, Verdict } from '../../ports/http-client.ts';

/** What an error answer says of itself. `message` is for documented comparisons and goes into no error. */
export interface ProviderProblem {
  /** The provider's code; empty where the body has none. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

/** An answer that explains an error is small; whatever is larger is something else. */
const largestProblem = 65_536;

/**
 * Reads `{"error":{"code","message","innerError"}}` and the Management API's odd `{"Message"}`.
 * Null when the body is not a JSON object: a gateway's page, a cut answer, nothing at all.
 */
export function readProblem(reply: HttpReply): ProviderProblem | null {
  if (reply.bytes.length === 0 || reply.bytes.length > largestProblem) return null;
  const body = parseObject(new TextDecoder().decode(reply.bytes));
  if (body === null) return null;
  const error = objectAt(body, 'error');
  if (error === null) {
    return { code: textAt(body, 'error'), message: textAt(body, 'Message'), requestId: null };
  }
  const inner = objectAt(error, 'innerError') ?? objectAt(error, 'innererror');
  return {
    code: textAt(error, 'code'),
    message: textAt(error, 'message'),
    requestId: inner === null ? null : textAt(inner, 'request-id'),
  };
}

/**
 * Milliseconds by which a provider is taken to remember less than it says, where that is counted from the moment: its
 * memory moves on while we ask, and a window from its very edge would be refused again.
 */
export const memorySlack = 15 * 60_000;

/** Makes the error of one answer: its code, our sentence, and facts to find it again at the provider. */
export function providerError(
  api: ProviderApi,
  reply: HttpReply,
  problem: ProviderProblem | null,
  as: { code: ErrorCode; recovery: Recovery; message: string; facts?: ErrorFacts; retryAfterMs?: number },
): AppError {
  const requestId =
    reply.headers['request-id'] ?? reply.headers['x-ms-request-id'] ?? problem?.requestId ?? '';
  return new AppError(as.code, as.recovery, as.message, {
    ...(as.retryAfterMs === undefined ? {} : { retryAfterMs: as.retryAfterMs }),
    facts: {
      api,
      status: reply.status,
      // A code can be free text that names a tenant or carries a stack trace: only a plain word gets through.
      ...(problem === null || problem.code === '' ? {} : { code: plainWord(problem.code) ?? 'other' }),
      ...(/^[\w-]{1,64}$/.test(requestId) ? { requestId } : {}),
      ...as.facts,
    },
  });
}

/** Server faults, and what a fault becomes when it stays. */
export function transient(api: ProviderApi, reply: HttpReply, problem: ProviderProblem | null): Verdict {
  const afterMs = retryAfterMs(reply.headers);
  return {
    kind: 'transient',
    afterMs,
    lasting: providerError(api, reply, problem, {
      code: 'provider.unavailable',
      recovery: 'retry-later',
      message: 'The provider has a fault of its own. It is asked again later; nothing needs to be done here.',
      ...(afterMs === null ? {} : { retryAfterMs: afterMs }),
    }),
  };
}

/** An answer that is not the provider's JSON: a gateway's page, mostly gone at the next try. */
export function notTheProvider(api: ProviderApi, reply: HttpReply): Verdict {
  return {
    kind: 'transient',
    afterMs: null,
    lasting: providerError(api, reply, null, {
      code: 'provider.malformed',
      recovery: 'retry-later',
      message:
        'What answered does not speak as the provider does: a gateway or proxy may stand between. If it stays so, check the way to the provider.',
    }),
  };
}

const openers = new Map([
  [0x7b, 0x7d],
  [0x5b, 0x5d],
]);
const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Whether a body can be one whole JSON object or array, by its two ends: reading all of it is `split`'s work,
 * and a megabyte need not be parsed twice to tell it from a sign-in page or from an answer that was cut.
 */
export function looksLikeJson(bytes: Uint8Array): boolean {
  let first = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let last = bytes.length - 1;
  while (isSpace(bytes[first])) first += 1;
  while (last > first && isSpace(bytes[last])) last -= 1;
  const closer = openers.get(bytes[first] ?? 0);
  return closer !== undefined && last > first && bytes[last] === closer;
}

const latin1 = new TextDecoder('latin1');
const annotatedError = /^\s*\{\s*(?:"@odata\.[^"]*"\s*:\s*"[^"]*"\s*,\s*)*"error"\s*:\s*\{/;

/** A failure inside a 200: `error` is the first thing of the object. Counted as empty, it would be a silent loss. */
export function holdsError(bytes: Uint8Array): boolean {
  return annotatedError.test(latin1.decode(bytes.subarray(0, 1_024)));
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null; // Not JSON is an answer here: the judge decides what it means.
  }
}

function objectAt(parent: object, key: string): object | null {
  const value: unknown = Reflect.get(parent, key);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}

function textAt(parent: object, key: string): string {
  const value: unknown = Reflect.get(parent, key);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}

const plainWord = (text: string): string | null => (/^[\w.-]{1,80}$/.test(text) ? text : null);
