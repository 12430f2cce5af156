import { AppError } from '../../kernel/errors.ts';
import { retryAfterMs } from '../../kernel/retry-after.ts';
import { identityError } from './service-status.ts';

/** What a failed request says, as far as we need to know. */
interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Whether the service said that there is no such index. */
export const isIndexMissing = (thrown: unknown): boolean =>
  thrown instanceof AppError && thrown.facts['status'] === 404;

// How long to leave an overloaded service alone when it does not say.
const pauseMs = 10_000;

/**
 * The one place where AI Search's failures become ours. An AppError passes through unchanged; what neither the
 * service said nor the network did is a `bug`. The service's own words stay in the cause.
 */
export function asSearchError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const unidentified = identityError(thrown);
  if (unidentified !== null) return unidentified;
  const refusal = refusalOf(thrown);
  if (refusal !== null) return ofStatus(refusal, thrown);
  if (isNetworkFailure(thrown)) {
    return unavailable(
      'AI Search cannot be reached. Check its address and its network rules; work goes on by itself.',
      {
        cause: thrown,
      },
    );
  }
  return new AppError(
    'bug',
    'retry',
    'A request to AI Search failed that should not. The log has the details.',
    {
      cause: thrown,
    },
  );
}

const unavailable = (message: string, options: ConstructorParameters<typeof AppError>[3]): AppError =>
  new AppError('index.unavailable', 'retry-later', message, options);

function ofStatus({ status, headers }: Refusal, cause: unknown): AppError {
  const facts = { status };
  switch (status) {
    case 401:
    case 403:
      return unavailable(
        'AI Search refused our identity. Give it the roles Search Index Data Contributor, Search Index Data Reader and, to create indexes, Search Service Contributor.',
        { cause, facts },
      );
    case 404:
      return unavailable(
        'The search index is not there yet. The next indexing run creates it and fills it from the store.',
        { cause, facts },
      );
    case 413:
      return new AppError(
        'bug',
        'give-up',
        'AI Search refused a request as too large. The log has the number of documents; report it.',
        { cause, facts },
      );
    case 400:
      return new AppError(
        'bug',
        'give-up',
        'AI Search did not understand a request of ours, or its index is not of our making. If somebody changed the index, build it anew with POST /maintenance:reindex.',
        { cause, facts },
      );
    default:
      // 409 and 412: two workers make the index at once, and one of them is refused.
      if (![408, 409, 412, 429].includes(status) && status < 500) break;
      return unavailable(
        status === 429
          ? 'AI Search is throttling us. Work goes on by itself; if this stays, give the service more replicas or partitions.'
          : 'AI Search is overloaded or out of order. Work goes on by itself; nothing is lost.',
        { cause, facts, retryAfterMs: retryAfterMs(headers) ?? pauseMs },
      );
  }
  return new AppError('bug', 'retry', 'AI Search gave an answer nobody expected. The log has its status.', {
    cause,
    facts,
  });
}

/** An answer the SDK made an error of: it carries the status, and the response with its headers. */
function refusalOf(thrown: unknown): Refusal | null {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return null;
  const status = Number(thrown.statusCode);
  if (!Number.isInteger(status)) return null;
  const response = 'response' in thrown ? thrown.response : undefined;
  return { status, headers: headersOf(response) };
}

function headersOf(response: unknown): Readonly<Record<string, string>> {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return {};
  const headers = response.headers as { get?: (name: string) => string | undefined } | null;
  return Object.fromEntries(
    ['retry-after', 'date'].flatMap(name => {
      const value = headers?.get?.(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

// Node's and the SDK's names for an address that does not answer.
const networkCodes = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH',
  'REQUEST_SEND_ERROR', 'PARSE_ERROR',
]); // prettier-ignore

function isNetworkFailure(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if (thrown.name === 'AbortError' || thrown.name === 'TimeoutError') return true;
  return 'code' in thrown && networkCodes.has(String(thrown.code));
}
