import type { Answer, Call } from '../exchange.ts';
import type { Caller } from '../entra/check-bearer.ts';
import type { Site } from '../site.ts';
import { memoryDays, midnightBack } from '../tenant-book.ts';
import type { GraphFeed, SimRecord, SimTenant } from '../world/world.ts';
import { selfOf } from './directory-audits.ts';
import { badRequest, GraphRefusal, invalidFilter } from './graph-error.ts';
import { graphPage } from './graph-page.ts';
import { sizeOf, wholeNumber } from './list-options.ts';
import { recordFilter, type FilterTable, type RecordFilter } from './record-filter.ts';
import { hideNewMembers } from './security-enums.ts';

/** Everything the two lists differ in. */
interface SecurityList {
  readonly source: string;
  readonly feed: GraphFeed;
  readonly context: string;
  readonly table: FilterTable;
  readonly usual: number;
  readonly most: number;
  /** Whether more than the most is cut to it, or refused. */
  readonly clamps: boolean;
  readonly orders: readonly string[];
}

const times = ['eq', 'ge', 'le', 'gt', 'lt'];
const shared = {
  assignedTo: ['eq'], classification: ['eq', 'ne'], determination: ['eq', 'ne'], createdDateTime: times,
  lastUpdateDateTime: times, severity: ['eq', 'ne'], status: ['eq', 'ne'],
}; // prettier-ignore

export const alertList: SecurityList = {
  source: 'defender.alerts',
  feed: 'security.alerts',
  context: 'security/alerts_v2',
  table: {
    type: 'security.alert',
    time: 'lastUpdateDateTime',
    operators: { ...shared, serviceSource: ['eq', 'ne'] },
  },
  usual: 100,
  most: 1_000,
  clamps: true,
  orders: ['createdDateTime', 'lastUpdateDateTime'],
};
export const incidentList: SecurityList = {
  source: 'defender.incidents',
  feed: 'security.incidents',
  context: 'security/incidents',
  table: { type: 'security.incident', time: 'lastUpdateDateTime', operators: shared },
  usual: 50,
  most: 50,
  clamps: false,
  orders: [],
};

/** Beyond it a `$skip` is refused; a walk that would go there just has no next link. */
const deepestSkip = 500;
/** More alerts than this in one answer, and `$expand` fails for good. */
const mostExpanded = 20;

/**
 * GET /security/alerts_v2 and /security/incidents: most recently created first, as they are at this moment, paged by
 * `$skip`: what changes between two pages moves rows over the border.
 */
export function securityList(
  site: Site,
  call: Call,
  caller: Caller,
  sim: SimTenant,
  now: number,
  of: SecurityList,
): Answer {
  const size = pageSizeOf(call.query.get('$top'), of);
  const skip = skipOf(call.query.get('$skip'));
  const filter = recordFilter(call.query.get('$filter'), of.table);
  const floor = midnightBack(now, memoryDays(caller.tenant, of.source));
  const found = rowsOf(sim, now, of, filter, floor);
  const ordered = inOrder(found, call.query.get('$orderby'), of);
  const page = ordered.slice(skip, skip + size).map(({ text }) => text);
  const more = ordered.length > skip + size && skip + size <= deepestSkip;
  const everyMember = /\binclude-unknown-enum-members\b/i.test(String(call.headers['prefer'] ?? ''));
  const texts =
    call.query.get('$expand') === 'alerts' && of === incidentList ? expanded(page, sim, now) : page;
  return graphPage({
    context: of.context,
    ...(call.query.get('$count') === 'true' && skip === 0 ? { count: ordered.length } : {}),
    records: everyMember ? texts : texts.map(hideNewMembers),
    next: more ? linkAt(call, skip + size) : null,
    self: call.query.has('$skip') ? selfOf(call) : linkAt(call, 0),
    timeField: of.table.time,
    requestId: site.nextId(),
    linkFirst: false,
  });
}

interface Row {
  readonly record: SimRecord;
  readonly text: string;
}

function rowsOf(sim: SimTenant, now: number, of: SecurityList, filter: RecordFilter, floor: number): Row[] {
  const rows: Row[] = [];
  const range = { from: Math.max(filter.ge?.ms ?? floor, floor), to: (filter.le?.ms ?? now) + 1 };
  for (const record of sim.graphRecords(of.feed, range, now, 'asc')) {
    const text = record.json(now);
    if (filter.keep === null || filter.keep(record, text)) rows.push({ record, text });
  }
  return rows;
}

/** Rows come by last update, oldest first. */
function inOrder(rows: Row[], orderby: string | null, of: SecurityList): Row[] {
  const [, field = '', way] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/.exec(orderby ?? 'createdDateTime desc') ?? [];
  if (orderby !== null && !of.orders.includes(field)) {
    throw new GraphRefusal(
      of.orders.length === 0 ? badRequest("Query option 'OrderBy' is not allowed.") : invalidFilter,
    );
  }
  if (field === 'lastUpdateDateTime') return way === 'desc' ? rows.toReversed() : rows;
  const created = (row: Row): string => /"createdDateTime"\s*:\s*"([^"]*)"/.exec(row.text)?.[1] ?? '';
  const sorted = rows
    .map(row => ({ row, at: created(row) }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(({ row }) => row);
  return way === 'desc' ? sorted.reverse() : sorted;
}

function pageSizeOf(text: string | null, of: SecurityList): number {
  if (!of.clamps && text !== null && wholeNumber('$top', text, 1) > of.most) {
    throw new GraphRefusal(badRequest(`The limit of '${of.most}' for Top query has been exceeded. The value from the incoming request is '${text}'.`)); // prettier-ignore
  }
  return sizeOf(text, of.usual, of.most);
}

function skipOf(text: string | null): number {
  if (text === null) return 0;
  const skip = wholeNumber('$skip', text, 0);
  if (skip <= deepestSkip) return skip;
  throw new GraphRefusal(badRequest(`The limit of '${deepestSkip}' for Skip query has been exceeded. The value from the incoming request is '${text}'.`)); // prettier-ignore
}

function linkAt(call: Call, skip: number): string {
  const query = new URLSearchParams(call.query);
  query.set('$skip', String(skip));
  return `${call.origin}${call.path}?${query.toString().replaceAll('%24', '$')}`;
}

/** Each incident with its alerts in it; with many alerts the service gives up, however often it is asked. */
function expanded(texts: readonly string[], sim: SimTenant, now: number): string[] {
  const alerts = [...sim.graphRecords('security.alerts', { from: 0, to: now + 1 }, now, 'asc')].map(it =>
    it.json(now),
  );
  let count = 0;
  const made = texts.map(text => {
    const id = /"id"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '';
    const own = alerts.filter(alert => alert.includes(`"incidentId":${JSON.stringify(id)}`));
    count += own.length;
    return `${text.slice(0, -1)},"alerts":[${own.join(',')}]}`;
  });
  if (count <= mostExpanded) return made;
  throw new GraphRefusal({ status: 500, code: 'InternalServerError', message: 'An error has occurred.' });
}
