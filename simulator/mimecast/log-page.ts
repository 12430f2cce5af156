import { sha256 } from '../../shared/kernel/hash.ts';
import { readPage, type PageRequest, type Position } from '../graph/read-page.ts';
import { jsonReply, type Answer, type Page } from '../exchange.ts';
import type { Site } from '../site.ts';
import { memoryDays } from '../tenant-book.ts';
import type { MimecastCaller } from './mimecast-token.ts';
import { problems, requestFailed, type MimecastProblem } from './mimecast-error.ts';
import { readLogRequest, windowOf, type LogRequest, type LogWindow } from './log-request.ts';
import type { LogEndpoint } from './log-table.ts';

interface LogCall {
  readonly site: Site;
  readonly endpoint: LogEndpoint;
  readonly caller: MimecastCaller;
  readonly body: string;
  readonly now: number;
}

/** A walk over pages: the window it is over, what was visible when it began, how far it has come. */
interface Walk extends LogWindow {
  readonly asOf: number;
  readonly position: Position | null;
}

const dayMs = 86_400_000;
/** More than this is not counted for `totalCount`. */
const mostCounted = 20_000;
/** An answer without pages is put together from reads of so many. */
const wholeStep = 10_000;

/** `POST /api/…`: one page of a log. */
export function logPage(it: LogCall): Answer {
  const request = readLogRequest(it.body);
  if ('code' in request) return requestFailed(request, null);
  const walk = walkOf(it, request);
  if ('code' in walk) return requestFailed(walk, request.item);
  const filter = it.endpoint.filter(request.item);
  if (filter !== null && 'code' in filter) return requestFailed(filter, request.item);
  const { endpoint, caller } = it;
  const order = request.item['oldestFirst'] === true ? 'asc' : 'desc';
  const question: PageRequest = {
    range: { from: walk.from, to: walk.to + 1 },
    order,
    from: walk.position,
    size: endpoint.whole ? wholeStep : request.pageSize,
    asOf: walk.asOf,
    read: within => caller.account.records(endpoint.log, within, walk.asOf, order),
    keep: filter === null ? null : (_record, text) => filter(fieldsOf(text)),
  };
  const { texts, next } = endpoint.whole ? readWhole(question) : readPage(question);
  const tokenAt = (position: Position | null): string => tokenOf(it, request, { ...walk, position });
  return {
    holds: 'records',
    records: texts,
    next: next === null ? null : tokenAt(next),
    self: endpoint.whole ? '' : tokenAt(walk.position),
    timeField: endpoint.timeField,
    render: rendering(it, request, walk, texts.length === 0 ? null : tokenAt(pastTheEnd(walk, order))),
  };
}

function readWhole(question: PageRequest): ReturnType<typeof readPage> {
  const texts: string[] = [];
  for (let from = question.from; ;) {
    const part = readPage({ ...question, from });
    texts.push(...part.texts);
    if (part.next === null) return { texts, next: null };
    from = part.next;
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  const record: unknown = JSON.parse(text);
  return typeof record === 'object' && record !== null ? { ...record } : {};
}

/** Behind everything the walk can meet. */
const pastTheEnd = (walk: Walk, order: 'asc' | 'desc'): Position => ({
  time: order === 'asc' ? walk.to : walk.from,
  passed: Number.MAX_SAFE_INTEGER,
});

function rendering(it: LogCall, request: LogRequest, walk: Walk, end: string | null): Page['render'] {
  const { endpoint, caller } = it;
  const { mimecastPaging } = caller.tenant.flags;
  return (records, next) => {
    // One last page says "go on" and the next one is empty: whoever looks only at `next` never stops.
    const token = next ?? (mimecastPaging === 'empty-last-page' && !endpoint.whole ? end : null);
    const pagination = {
      pageSize: request.pageSize,
      ...(endpoint.counted ? { totalCount: countOf(it, walk) } : {}),
      ...(token === null ? {} : { next: mimecastPaging === 'object' ? { pageToken: token } : token }),
    };
    const meta = JSON.stringify(endpoint.whole ? { status: 200 } : { status: 200, pagination });
    const list = `[${records.join(',')}]`;
    const more = endpoint.log === 'ttp-impersonation' ? `,"resultCount":${String(records.length)}` : '';
    const data = endpoint.wrapper === null ? list : `[{"${endpoint.wrapper}":${list}${more}}]`;
    return { ...jsonReply(200, {}), body: `{"meta":${meta},"data":${data},"fail":[]}` };
  };
}

function countOf({ endpoint, caller }: LogCall, walk: Walk): number {
  let count = 0;
  for (const _record of caller.account.records(
    endpoint.log,
    { from: walk.from, to: walk.to + 1 },
    walk.asOf,
    'asc',
  )) {
    count += 1;
    if (count === mostCounted) break;
  }
  return count;
}

const sealedFor = ({ endpoint, caller }: LogCall): string => `${endpoint.route}/${caller.tenant.id}`;
const digestOf = (request: LogRequest): string => sha256(JSON.stringify(request.item)).slice(0, 16);

function tokenOf(it: LogCall, request: LogRequest, walk: Walk): string {
  const { time, passed } = walk.position ?? { time: 0, passed: 0 };
  const where = [walk.from, walk.to, walk.asOf, time, passed, it.now];
  return it.site.links.mimecast.seal([sealedFor(it), digestOf(request), ...where]);
}

/** The walk a request goes on with, or a new one; why not for a token of another log, window, account or age. */
function walkOf(it: LogCall, request: LogRequest): Walk | MimecastProblem {
  if (request.pageToken === null) return newWalk(it, request);
  const [use, digest, ...numbers] = it.site.links.mimecast.open(request.pageToken) ?? [];
  const [from, to, asOf, time, passed, issued] = numbers.map(Number);
  if (use !== sealedFor(it) || issued === undefined || passed === undefined || time === undefined)
    return problems.pageToken;
  if (from === undefined || to === undefined || asOf === undefined) return problems.pageToken;
  // Some callers send the token alone; a window that is sent must be the one the walk began with.
  if (request.hasItem && digest !== digestOf(request)) return problems.pageToken;
  const lifetime = it.site.links.lifetimeMs;
  if (lifetime !== null && it.now - issued > lifetime) return problems.pageToken;
  return { from, to, asOf, position: passed === 0 ? null : { time, passed } };
}

function newWalk({ endpoint, caller, now }: LogCall, request: LogRequest): Walk | MimecastProblem {
  const window = windowOf(request.item, endpoint.bounds, endpoint.boundsRequired, now);
  if ('code' in window) return window;
  const days = memoryDays(caller.tenant, `mimecast.${endpoint.log}`);
  const floor = now - days * dayMs;
  const refusal = caller.tenant.flags.mimecastForgotten === 'refused' ? problems.windowTooOld : null;
  const tooOld = endpoint.tooOld ?? refusal;
  if (tooOld !== null && window.from < floor) return tooOld;
  return { from: Math.max(window.from, floor), to: window.to, asOf: now, position: null };
}
