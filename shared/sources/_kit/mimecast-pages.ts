import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import { isDeeperThan, spelling } from '../../kernel/spelling.ts';
import { isoSeconds, type Instant } from '../../kernel/time.ts';
import type { HttpClient, HttpReply } from '../../ports/http-client.ts';
import { recordsIn, type Wrapper } from './mimecast-records.ts';
import { fields, longestText, text } from './reading.ts';
import type { Page } from './source.ts';
import { parsePage } from './split-json.ts';

/** How many records a page may hold is documented nowhere; connectors use 100 to 500. */
export const pageSize = z.int().min(1).max(500).default(100);

/** `2026-01-05T10:22:16+0000`: what Mimecast documents, an offset without colon and no fraction. */
export const mimecastTime = (at: Instant): string => isoSeconds(at).replace('Z', '+0000');

export interface MimecastQuery {
  readonly path: string;
  readonly wrapper: Wrapper;
  readonly pageSize: number;
  /** The one element of `data`: bounds and filters. Repeated with every page. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where paging goes on: Mimecast's token, and a print of the records of the page that carried it. */
interface Stand {
  readonly token: string;
  readonly print: string;
}

/**
 * The pages of a Mimecast log: from its first request, or from where an earlier page said to go on. It ends where no
 * token comes, and with a page without records, because some answers carry a token for ever. Throws
 * `provider.link-expired` when a token is refused (the window is asked for again from its beginning) and
 * `provider.endless` when one comes that was there before, or leads to the same records again: rows without ids would
 * otherwise be counted once more with every round. Only a full page of records may be followed by the same ones.
 */
export async function* mimecastPages(
  http: HttpClient,
  query: MimecastQuery,
  resume: string | null,
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let stand = resume === null ? null : readStand(resume);
  do {
    const reply = await ask(http, query, stand?.token ?? null);
    if (stand !== null) seen.add(stand.token);
    const page = parsePage(reply.bytes);
    const records = recordsIn(page, reply.bytes, query.wrapper);
    const token = records.length === 0 ? null : nextTokenOf(page);
    const print = token === null ? '' : printOf(records);
    const isRound = print === stand?.print && records.length < query.pageSize;
    if (token !== null && (seen.has(token) || isRound)) throw endless();
    stand = token === null ? null : { token, print };
    yield {
      bytes: reply.bytes,
      contentType: reply.headers['content-type'] ?? 'application/json',
      resume: stand === null ? null : `${stand.print} ${stand.token}`,
      holds: 'records',
      name: null,
    };
  } while (stand !== null);
}

const printOf = (records: readonly unknown[]): string =>
  sha256(isDeeperThan(records, deepest) ? spelling(records) : JSON.stringify(records)).slice(0, 16);
/** Deeper than any log: JSON.stringify overflows the stack some thousands of levels down. */
const deepest = 200;

function readStand(resume: string): Stand {
  const [, print = '', token = ''] = /^([0-9a-f]{16}) (.+)$/s.exec(resume) ?? [];
  if (token !== '') return { token, print };
  throw new AppError(
    'provider.link-expired',
    'retry',
    'The place where paging stood cannot be read. The window is read again from its beginning.',
  );
}

async function ask(http: HttpClient, query: MimecastQuery, token: string | null): Promise<HttpReply> {
  const pagination = { pageSize: query.pageSize, ...(token === null ? {} : { pageToken: token }) };
  const body = JSON.stringify({ meta: { pagination }, data: [query.data] });
  try {
    return await http.send({ api: 'mimecast', origin: 'configured', method: 'POST', path: query.path, body });
  } catch (thrown) {
    if (token !== null && isRefused(thrown)) throw deadToken(thrown);
    throw thrown;
  }
}

/**
 * No document names the code of a dead page token. The same request was accepted without one a moment ago, so a
 * refusal is about the token; if it is not, the window's first page will be refused as well.
 */
const isRefused = (thrown: unknown): thrown is AppError =>
  thrown instanceof AppError && thrown.code === 'provider.rejected' && thrown.facts['reason'] === 'request';

const deadToken = (cause: AppError): AppError =>
  new AppError(
    'provider.link-expired',
    'retry',
    'Mimecast no longer knows where paging stood. The window is read again from its beginning.',
    { facts: cause.facts, cause },
  );

/** `meta.pagination.next`: a token, or an object that holds one. Empty is none. */
function nextTokenOf(page: unknown): string | null {
  const next = fields(fields(fields(page)?.['meta'])?.['pagination'])?.['next'];
  const token = text(fields(next)?.['pageToken'] ?? next);
  if (token === null || token.length < longestText) return token;
  throw new AppError(
    'provider.malformed',
    'retry-later',
    'Mimecast’s token for the next page cannot be used.',
  );
}

const endless = (): AppError =>
  new AppError(
    'provider.endless',
    'retry-later',
    'Mimecast names a page as the next that was already read. The window stays open and is tried again later.',
  );
