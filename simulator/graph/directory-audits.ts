import { setImmediate } from 'node:timers/promises';
import { jsonReply, type Answer, type Call } from '../exchange.ts';
import type { Caller } from '../entra/check-bearer.ts';
import type { Site } from '../site.ts';
import { memoryDays, midnightBack } from '../tenant-book.ts';
import type { SimTenant } from '../world/world.ts';
import { badRequest, graphError, GraphRefusal } from './graph-error.ts';
import { graphPage } from './graph-page.ts';
import { orderOf, refuseOtherOptions, sizeOf } from './list-options.ts';
import { linkTo, walkOf } from './next-link.ts';
import { readPage } from './read-page.ts';
import { recordFilter, type FilterTable } from './record-filter.ts';

export const auditSource = 'entra.directory-audits';
const route = 'graph.directoryAudits';
const allowed = ['$filter', '$orderby', '$top', '$skiptoken'];
const pageSize = 1_000;

const table: FilterTable = {
  type: 'directoryAudit',
  time: 'activityDateTime',
  // `category` is not in Microsoft's table and works in practice.
  operators: {
    activityDateTime: ['eq', 'ge', 'le'],
    activityDisplayName: ['eq', 'startswith'],
    category: ['eq'],
    correlationId: ['eq'],
    id: ['eq'],
    loggedByService: ['eq'],
    'initiatedBy/user/id': ['eq'],
    'initiatedBy/user/displayName': ['eq'],
    'initiatedBy/user/userPrincipalName': ['eq', 'startswith'],
    'initiatedBy/app/appId': ['eq'],
    'initiatedBy/app/displayName': ['eq'],
    'targetResources/any/id': ['eq'],
    'targetResources/any/displayName': ['eq', 'startswith'],
  },
};

/** GET /auditLogs/directoryAudits. */
export function directoryAudits(site: Site, call: Call, caller: Caller, sim: SimTenant, now: number): Answer {
  refuseOtherOptions(call, allowed);
  const order = orderOf(call.query.get('$orderby'), table.time);
  // More than 1000 is not an error here: the page is 1000 long all the same.
  const size = sizeOf(call.query.get('$top'), pageSize, pageSize);
  const filter = recordFilter(call.query.get('$filter'), table);
  const floor = midnightBack(now, memoryDays(caller.tenant, auditSource));
  if (filter.ge !== null && filter.ge.ms < floor) throw new GraphRefusal(tooOld(floor));
  const walk = walkOf(site, call, route, caller.tenant.id, now);
  const { texts, next } = readPage({
    range: { from: filter.ge?.ms ?? floor, to: (filter.le?.ms ?? now) + 1 },
    order,
    from: walk.position,
    size,
    asOf: walk.asOf,
    read: range => sim.directoryAudits(range, walk.asOf, order),
    keep: filter.keep,
  });
  const link = (position: typeof next): string =>
    linkTo(site, call, route, caller.tenant.id, now, { asOf: walk.asOf, position });
  return graphPage({
    context: 'auditLogs/directoryAudits',
    records: texts,
    next: next === null ? null : link(next),
    self: walk.position === null && !call.query.has('$skiptoken') ? link(null) : selfOf(call),
    timeField: 'activityDateTime',
    requestId: site.nextId(),
    linkFirst: true,
  });
}

/** The address of a request that came by a next link: the same string again. */
export const selfOf = (call: Call): string =>
  `${call.origin}${call.path}?${call.query.toString().replaceAll('%24', '$')}`;

/** GET /auditLogs/directoryAudits/{id}. The provider's whole memory is looked through. */
export async function directoryAudit(
  site: Site,
  caller: Caller,
  sim: SimTenant,
  now: number,
  id: string,
): Promise<Answer> {
  const from = midnightBack(now, memoryDays(caller.tenant, auditSource));
  const quoted = JSON.stringify(id);
  let read = 0;
  for (const record of sim.directoryAudits({ from, to: now + 1 }, now, 'desc')) {
    // A month of records is much to look through: others are let in between.
    if (++read % 2_000 === 0) await setImmediate();
    const text = record.json(now);
    if (text.includes(quoted) && idOf(text) === id) {
      return { ...jsonReply(200, null), body: text };
    }
  }
  return graphError(site, {
    status: 404,
    code: 'ResourceNotFound',
    message: 'The resource could not be found.',
  });
}

function idOf(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null && 'id' in parsed ? parsed.id : undefined;
}

/** `9/5/2026 12:00:00 AM`: the floor, printed as a US date. */
function tooOld(floor: number): ReturnType<typeof badRequest> {
  const day = new Date(floor);
  const printed = `${day.getUTCMonth() + 1}/${day.getUTCDate()}/${day.getUTCFullYear()} 12:00:00 AM`;
  return badRequest(
    `Specified argument was out of the range of valid values. (Parameter 'Minimum allowed time for activityDateTime is ${printed}')`,
  );
}
