import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
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

/**
 * The pages of a Mimecast log: from its first request, or from a page token an earlier page carried. It ends where no
 * token comes, and with a page without records, because some answers carry a token for ever. Throws
 * `provider.link-expired` when a token is refused (the window is asked for again from its beginning) and
 * `provider.endless` when one comes that was there before.
 */
export async function* mimecastPages(
  http: HttpClient,
  query: MimecastQuery,
  resume: string | null,
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let token = resume;
  do {
    const reply = await ask(http, query, token);
    if (token !== null) seen.add(token);
    const page = parsePage(reply.bytes);
    const isEmpty = recordsIn(page, reply.bytes, query.wrapper).length === 0;
    const next: string | null = isEmpty ? null : nextTokenOf(page);
    if (next !== null && seen.has(next)) throw endless();
    yield {
      bytes: reply.bytes,
      contentType: reply.headers['content-type'] ?? 'application/json',
      resume: next,
      holds: 'records',
      name: null,
    };
    token = next;
  } while (token !== null);
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
