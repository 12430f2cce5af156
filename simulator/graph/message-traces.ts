import { setImmediate } from 'node:timers/promises';
import type { Answer, Call, Page } from '../exchange.ts';
import type { Caller } from '../entra/check-bearer.ts';
import type { Site } from '../site.ts';
import { memoryDays, midnightBack } from '../tenant-book.ts';
import type { SimTenant } from '../world/world.ts';
import { selfOf } from './directory-audits.ts';
import { badRequest, GraphRefusal } from './graph-error.ts';
import { graphPage } from './graph-page.ts';
import { linkTo, walkOf } from './next-link.ts';
import { readPage } from './read-page.ts';
import { traceFilter } from './trace-filter.ts';

export const traceSource = 'exchange.message-trace';
const route = 'graph.messageTraces';

/** GET /admin/exchange/tracing/messageTraces: newest first; `$select`, `$orderby`, `$count` are ignored. */
export function messageTraces(site: Site, call: Call, caller: Caller, sim: SimTenant, now: number): Answer {
  const size = sizeOf(call.query.get('$top'));
  const walk = walkOf(site, call, route, caller.tenant.id, now);
  // A walk that goes on is judged by the day it began, or its own start could fall behind the limit.
  const filter = traceFilter(call.query.get('$filter'), walk.asOf, memoryDays(caller.tenant, traceSource));
  const { texts, next } = readPage({
    range: { from: filter.from, to: filter.to + 1 },
    order: 'desc',
    from: walk.position,
    size,
    asOf: walk.asOf,
    read: range => sim.messageTraces(range, walk.asOf, 'desc'),
    keep: filter.keep,
  });
  const link = (position: typeof next): string =>
    linkTo(site, call, route, caller.tenant.id, now, { asOf: walk.asOf, position });
  const everyMember = /\binclude-unknown-enum-members\b/i.test(String(call.headers['prefer'] ?? ''));
  return graphPage({
    context: 'admin/exchange/tracing/messageTraces',
    records: everyMember ? texts : texts.map(hideNewStatus),
    next: next === null ? null : link(next),
    self: call.query.has('$skiptoken') ? selfOf(call) : link(null),
    timeField: 'receivedDateTime',
    requestId: site.nextId(),
    linkFirst: false,
  });
}

/** `recalled` came after the enumeration's sentinel: without the Prefer header nobody is told. */
function hideNewStatus(text: string): string {
  return text.includes('"recalled"')
    ? text.replace(/("status"\s*:\s*)"recalled"/, '$1"unknownFutureValue"')
    : text;
}

function sizeOf(text: string | null): number {
  if (text === null) return 1_000;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1 || Number(text) > 5_000) {
    throw new GraphRefusal(badRequest('ResultSize is invalid'));
  }
  return Number(text);
}

interface Trace {
  readonly id?: unknown;
  readonly messageId?: unknown;
  readonly recipientAddress?: unknown;
  readonly receivedDateTime?: unknown;
  readonly status?: unknown;
}

/** GET …/messageTraces/{id}/getDetailsByRecipient(recipientAddress='…'): what happened to one message on its way. */
export async function messageTraceDetails(
  site: Site,
  caller: Caller,
  sim: SimTenant,
  now: number,
  id: string,
  recipient: string,
): Promise<Page> {
  const from = midnightBack(now, memoryDays(caller.tenant, traceSource));
  const records: string[] = [];
  let read = 0;
  for (const record of sim.messageTraces({ from, to: now + 1 }, now, 'desc')) {
    // Ninety days are much to look through: others are let in between.
    if (++read % 2_000 === 0) await setImmediate();
    const text = record.json(now);
    if (!text.includes(id)) continue;
    const trace = traceIn(text);
    if (trace.id !== id || String(trace.recipientAddress).toLowerCase() !== recipient.toLowerCase()) continue;
    records.push(...details(trace, record.time));
    break;
  }
  return graphPage({
    context: 'Collection(microsoft.graph.exchangeMessageTraceDetail)',
    records,
    next: null,
    self: '',
    timeField: 'dateTime',
    requestId: site.nextId(),
    linkFirst: false,
  });
}

function traceIn(text: string): Trace {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? parsed : {};
}

const endings: Readonly<Record<string, readonly [string, string]>> = {
  delivered: ['Deliver', 'The message was delivered to the mailbox.'],
  failed: ['Fail', 'The message could not be delivered.'],
  expanded: ['Expand', 'The distribution group was expanded.'],
  filteredAsSpam: ['Spam', 'The message was marked as spam.'],
  quarantined: ['Spam', 'The message was quarantined.'],
  pending: ['Defer', 'The message was deferred.'],
};

/** Detail rows share the trace's id: it is not unique. */
function details(trace: Trace, time: number): string[] {
  const row = (offset: number, event: string, description: string): string =>
    JSON.stringify({
      id: trace.id,
      messageId: trace.messageId ?? null,
      dateTime: new Date(time + offset).toISOString(),
      event,
      action: '',
      description,
      data: '<root><MEP Name="DeliveryPriority" String="Normal"/></root>',
    });
  const ending = new Map(Object.entries(endings)).get(String(trace.status));
  const received = row(0, 'Receive', 'The message was received by the service.');
  return ending === undefined ? [received] : [received, row(1_585, ending[0], ending[1])];
}
