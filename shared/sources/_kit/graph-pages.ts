import { AppError } from '../../kernel/errors.ts';
import type { HttpClient, HttpReply, HttpRequest } from '../../ports/http-client.ts';
import { fields } from './reading.ts';
import type { Page } from './source.ts';
import { parseEnvelope } from './split-json.ts';

/** What a cursor holds at most. */
const longestLink = 8_192;

/**
 * The pages of a Graph list: from its first request, or from a next link an earlier page carried. A next link is
 * followed as it came; headers are no part of it, and the client sends them anew with every request. Throws `provider.link-expired` when Graph no
 * longer knows a next link (the window is asked for again from its beginning), `provider.endless` when a page names
 * itself or an earlier page as the next.
 */
export async function* graphPages(
  http: HttpClient,
  first: { readonly path: string; readonly query: Readonly<Record<string, string>> },
  resume: string | null,
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let link = resume;
  do {
    const reply = link === null ? await ask(http, first) : await follow(http, link);
    if (link !== null) seen.add(link);
    const next = nextLinkOf(reply);
    if (next !== null && seen.has(next)) throw endless();
    yield {
      bytes: reply.bytes,
      contentType: reply.headers['content-type'] ?? 'application/json',
      resume: next,
      holds: 'records',
      name: null,
    };
    link = next;
  } while (link !== null);
}

const ask = (http: HttpClient, first: { path: string; query: Readonly<Record<string, string>> }) =>
  http.send({ api: 'graph', origin: 'configured', ...first });

async function follow(http: HttpClient, url: string): Promise<HttpReply> {
  const request: HttpRequest = { api: 'graph', origin: 'response', url };
  const reply = await http.send(request, { accept: [400, 410] });
  if (reply.status < 400) return reply;
  throw new AppError(
    'provider.link-expired',
    'retry',
    'Graph no longer knows the page that was to come next. The window is asked for again from its beginning.',
    { facts: { status: reply.status } },
  );
}

function nextLinkOf(reply: HttpReply): string | null {
  const next = fields(parseEnvelope(reply.bytes))?.['@odata.nextLink'] ?? null;
  if (next === null) return null;
  if (typeof next === 'string' && next.length <= longestLink) return next;
  throw new AppError('provider.malformed', 'retry-later', 'Graph’s link to the next page cannot be used.');
}

const endless = (): AppError =>
  new AppError(
    'provider.endless',
    'retry-later',
    'Graph names a page as the next that was already read. The window stays open and is tried again later.',
  );
