import { sha256 } from '../../shared/kernel/hash.ts';
import type { Answer, Call } from '../exchange.ts';
import type { Caller } from '../entra/check-bearer.ts';
import type { Site } from '../site.ts';
import { memoryDays, midnightBack } from '../tenant-book.ts';
import type { SimTenant } from '../world/world.ts';
import { selfOf } from './directory-audits.ts';
import { graphPage } from './graph-page.ts';
import { sizeOf } from './list-options.ts';
import { linkTo, walkOf } from './next-link.ts';
import { readPage } from './read-page.ts';
import { recordFilter, type FilterTable } from './record-filter.ts';

export const intuneSource = 'intune.audit-events';
const route = 'graph.intuneAudits';
const pageSize = 1_000;

const table: FilterTable = {
  type: 'auditEvent',
  time: 'activityDateTime',
  operators: { activityDateTime: ['eq', 'ge', 'le', 'gt', 'lt'], category: ['eq', 'ne'], id: ['eq'] },
};

/**
 * GET /deviceManagement/auditEvents: pages from newest to oldest, rows inside them in no order, a count that is
 * wrong, and an empty page behind the last one. `$orderby` and the rest are ignored.
 */
export function intuneAudits(site: Site, call: Call, caller: Caller, sim: SimTenant, now: number): Answer {
  const size = sizeOf(call.query.get('$top'), pageSize, pageSize);
  const filter = recordFilter(call.query.get('$filter'), table);
  // Older than its memory is no error: there is just nothing.
  const floor = midnightBack(now, memoryDays(caller.tenant, intuneSource));
  const from = Math.max(filter.ge?.ms ?? floor, floor);
  const walk = walkOf(site, call, route, caller.tenant.id, now);
  const { texts, next } = readPage({
    range: { from, to: (filter.le?.ms ?? now) + 1 },
    order: 'desc',
    from: walk.position,
    size,
    asOf: walk.asOf,
    read: range => sim.graphRecords('intune.audits', range, walk.asOf, 'desc'),
    keep: filter.keep,
  });
  const link = (position: typeof next): string =>
    linkTo(site, call, route, caller.tenant.id, now, { asOf: walk.asOf, position });
  const behindAll = texts.length === 0 ? null : { time: from - 1, passed: 1 };
  const going = next ?? behindAll;
  return graphPage({
    context: 'deviceManagement/auditEvents',
    count: 1_000,
    records: texts
      .map(text => ({ text, place: sha256(text) }))
      .sort((a, b) => (a.place < b.place ? -1 : 1))
      .map(({ text }) => text),
    next: going === null ? null : link(going),
    self: call.query.has('$skiptoken') ? selfOf(call) : link(null),
    timeField: table.time,
    requestId: site.nextId(),
    linkFirst: false,
  });
}
