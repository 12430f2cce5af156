import { requestTime } from './request-time.ts';
import { problems, type MimecastProblem } from './mimecast-error.ts';

/** What the envelope of a `POST /api/…` asks for. */
export interface LogRequest {
  /** `data[0]`; empty where there is none. */
  readonly item: Readonly<Record<string, unknown>>;
  /** Whether the request has an item at all: some callers send only the token of the next page. */
  readonly hasItem: boolean;
  readonly pageSize: number;
  /** Null on the first page; an empty text is none. */
  readonly pageToken: string | null;
}

const usualPage = 100;
const largestPage = 500;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The envelope, or why it cannot be read. Unknown keys are ignored, wherever they stand. */
export function readLogRequest(body: string): LogRequest | MimecastProblem {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return problems.malformed;
  }
  if (!isObject(parsed)) return problems.malformed;
  const data = parsed['data'] ?? [];
  if (!Array.isArray(data) || data.length > 1) return problems.field('data');
  const [item = {}] = data as readonly unknown[];
  if (!isObject(item)) return problems.field('data');
  const meta = isObject(parsed['meta']) ? parsed['meta'] : {};
  const pagination = isObject(meta['pagination']) ? meta['pagination'] : {};
  const { pageSize = usualPage, pageToken = null } = pagination;
  if (typeof pageSize !== 'number' || !Number.isInteger(pageSize) || pageSize < 1)
    return problems.field('pageSize');
  if (pageToken !== null && typeof pageToken !== 'string') return problems.pageToken;
  return {
    item,
    hasItem: data.length > 0 && Object.keys(item).length > 0,
    pageSize: Math.min(pageSize, largestPage),
    pageToken: pageToken === '' ? null : pageToken,
  };
}

export interface LogWindow {
  readonly from: number;
  /** The last second that belongs to it: bounds are inclusive. */
  readonly to: number;
}

const dayMs = 86_400_000;

/** The window under the endpoint's own names; what is left out is today until now. */
export function windowOf(
  item: LogRequest['item'],
  names: readonly [from: string, to: string],
  required: boolean,
  now: number,
): LogWindow | MimecastProblem {
  const bound = (name: string, usual: number): number | null => {
    const given = item[name];
    if (given === undefined || given === '') return required ? null : usual;
    return requestTime(given);
  };
  const from = bound(names[0], now - (now % dayMs));
  const to = bound(names[1], now);
  if (from === null) return problems.field(names[0]);
  if (to === null || to < from) return problems.field(names[1]);
  return { from, to };
}
