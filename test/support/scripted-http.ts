import { AppError } from '../../shared/kernel/errors.ts';
import type { HttpClient, HttpReply, HttpRequest, Judge } from '../../shared/ports/http-client.ts';
import { judgeGraph } from '../../shared/sources/_kit/judge-graph.ts';
import { judgeManagement } from '../../shared/sources/_kit/judge-management.ts';

/** One request of a transcript and what came back. `body` that is no text is sent as JSON. */
export interface Exchange {
  /** `GET /v1.0/auditLogs/directoryAudits?$top=1000`: method, path and query, decoded where we wrote them. */
  readonly request: string;
  readonly reply: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

const origins = { graph: 'https://graph.microsoft.com', management: 'https://manage.office.com' } as const;
const judges: Readonly<Record<keyof typeof origins, Judge>> = {
  graph: judgeGraph,
  management: judgeManagement,
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
  const added = Object.entries(request.query ?? {}).map(([name, value]) => `${name}=${value}`);
  const start = request.origin === 'configured' ? request.path : pathOf(request);
  if (added.length === 0) return `${method} ${start}`;
  return `${method} ${start}${start.includes('?') ? '&' : '?'}${added.join('&')}`;
}

function pathOf(request: HttpRequest & { origin: 'response' }): string {
  const origin = originOf(request);
  if (request.url.startsWith(`${origin}/`)) return request.url.slice(origin.length);
  throw new AppError('provider.untrusted-url', 'retry-later', 'A link to another host.');
}

function originOf({ api }: HttpRequest): string {
  if (api === 'mimecast') throw new Error('no transcript speaks for Mimecast yet');
  return origins[api];
}

const replyOf = ({ reply }: Exchange): HttpReply => ({
  status: reply.status,
  headers: Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [name.toLowerCase(), value]),
  ),
  bytes: Buffer.from(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body)),
});

function judged(request: HttpRequest, reply: HttpReply, accept: readonly number[]): HttpReply {
  const { api } = request;
  if (api === 'mimecast') throw new Error('no transcript speaks for Mimecast yet');
  const verdict = judges[api](reply);
  const good = verdict.kind === 'ok' && reply.status >= 200 && reply.status < 300;
  if (good) return reply;
  if (verdict.kind === 'throttled') throw new AppError('provider.throttled', 'retry-later', 'Throttled.');
  if (verdict.kind === 'transient') throw verdict.lasting;
  if (accept.includes(reply.status)) return reply;
  throw verdict.kind === 'ok' ? new Error('an accepted answer that is none') : verdict.error;
}
