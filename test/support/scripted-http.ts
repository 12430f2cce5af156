import { gzipSync } from 'node:zlib';
import { judgeDownload } from '../../shared/adapters/net/judge-download.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import type {
  HttpClient,
  HttpReply,
  HttpRequest,
  Judge,
  ProviderApi,
} from '../../shared/ports/http-client.ts';
import { judgeGraph } from '../../shared/sources/_kit/judge-graph.ts';
import { judgeManagement } from '../../shared/sources/_kit/judge-management.ts';
import { judgeMimecast } from '../../shared/sources/_kit/judge-mimecast.ts';

/**
 * One request of a transcript and what came back. `body` that is no text is sent as JSON; a list of a file's lines as
 * those lines; and with the content type `application/gzip` it is compressed.
 */
export interface Exchange {
  /**
   * `GET /v1.0/auditLogs/directoryAudits?$top=1000`: method, path and query, decoded where we wrote them, and behind a
   * space the body of a POST. A download is written with its whole URL.
   */
  readonly request: string;
  readonly reply: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

const origins: Readonly<Record<ProviderApi, string>> = {
  graph: 'https://graph.microsoft.com',
  management: 'https://manage.office.com',
  mimecast: 'https://api.services.mimecast.com',
};
/** Where Mimecast's files lie, as far as transcripts are concerned. */
const files = 'https://files.mimecast.example/';
const judges: Readonly<Record<ProviderApi, Judge>> = {
  graph: judgeGraph,
  management: judgeManagement,
  mimecast: judgeMimecast,
};

export interface ScriptedHttp extends HttpClient {
  /** The requests made, in order. */
  readonly asked: readonly string[];
}

/**
 * A provider that answers from a transcript, each exchange as often as it is asked for, and judges as the real client
 * does. Throws on any request that is not in it, and on links to other hosts than the provider's own.
 */
export function scriptedHttp(exchanges: readonly Exchange[]): ScriptedHttp {
  const asked: string[] = [];
  return {
    asked,
    async send(request, options) {
      const line = lineOf(request);
      asked.push(line);
      const exchange = exchanges.find(one => one.request === line);
      if (exchange === undefined) throw new Error(`not in the transcript: ${line}`);
      return judged(request, replyOf(exchange), options?.accept ?? []);
    },
  };
}

function lineOf(request: HttpRequest): string {
  const method = request.method ?? 'GET';
  if (request.origin === 'download') return `GET ${fileOf(request.url)}`;
  const line = pathLine(request, method);
  return (request.body ?? '') === '' ? line : `${line} ${request.body}`;
}

function fileOf(url: string): string {
  if (url.startsWith(files)) return url;
  throw new AppError('provider.untrusted-url', 'retry-later', 'A file on another host.');
}

function pathLine(request: Exclude<HttpRequest, { origin: 'download' }>, method: string): string {
  const added = Object.entries(request.query ?? {}).map(([name, value]) => `${name}=${value}`);
  const start = request.origin === 'configured' ? request.path : pathOf(request);
  if (added.length === 0) return `${method} ${start}`;
  return `${method} ${start}${start.includes('?') ? '&' : '?'}${added.join('&')}`;
}

function pathOf(request: HttpRequest & { origin: 'response' }): string {
  const origin = origins[request.api];
  if (request.url.startsWith(`${origin}/`)) return request.url.slice(origin.length);
  throw new AppError('provider.untrusted-url', 'retry-later', 'A link to another host.');
}

const replyOf = ({ reply }: Exchange): HttpReply => ({
  status: reply.status,
  headers: Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [name.toLowerCase(), value]),
  ),
  bytes:
    reply.headers['content-type'] === 'application/gzip' ? gzipSync(textOf(reply.body)) : textOf(reply.body),
});

function textOf(body: unknown): Buffer {
  if (Array.isArray(body) && body.length > 0 && body.every(line => typeof line === 'string'))
    return Buffer.from(body.join('\n'));
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function judged(request: HttpRequest, reply: HttpReply, accept: readonly number[]): HttpReply {
  const verdict =
    request.origin === 'download' ? judgeDownload(request.api)(reply) : judges[request.api](reply);
  const good = verdict.kind === 'ok' && reply.status >= 200 && reply.status < 300;
  if (good) return reply;
  if (verdict.kind === 'throttled') throw new AppError('provider.throttled', 'retry-later', 'Throttled.');
  if (verdict.kind === 'transient') throw verdict.lasting;
  if (accept.includes(reply.status)) return reply;
  throw verdict.kind === 'ok' ? new Error('an accepted answer that is none') : verdict.error;
}
