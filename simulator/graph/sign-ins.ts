import type { Answer, Call } from '../exchange.ts';
import type { Caller } from '../entra/check-bearer.ts';
import type { Site } from '../site.ts';
import { memoryDays, midnightBack } from '../tenant-book.ts';
import { merged } from '../world/slots.ts';
import type { GraphVersion, SimRecord, SimTenant } from '../world/world.ts';
import { selfOf } from './directory-audits.ts';
import { badRequest, GraphRefusal, invalidFilter } from './graph-error.ts';
import { graphPage } from './graph-page.ts';
import { orderOf, refuseOtherOptions, sizeOf } from './list-options.ts';
import { linkTo, walkOf } from './next-link.ts';
import type { Filter } from './odata-filter.ts';
import { readPage } from './read-page.ts';
import { conjuncts, filterOf, parsed, type FilterTable } from './record-filter.ts';

export const signInSource = 'entra.sign-ins';
const route = 'graph.signIns';
const allowed = ['$filter', '$orderby', '$top', '$skiptoken'];
const pageSize = 1_000;

const word = ['eq', 'startswith'];
const stable: FilterTable = {
  type: 'signIn',
  time: 'createdDateTime',
  operators: {
    createdDateTime: ['eq', 'le', 'ge'],
    id: ['eq'], appId: ['eq'], correlationId: ['eq'], clientAppUsed: ['eq'], conditionalAccessStatus: ['eq'],
    resourceDisplayName: ['eq'], resourceId: ['eq'], userId: ['eq'],
    appDisplayName: word, ipAddress: word, userDisplayName: word, userPrincipalName: word,
    'deviceDetail/browser': word, 'deviceDetail/operatingSystem': word,
    'location/city': word, 'location/state': word, 'location/countryOrRegion': word,
    'status/errorCode': ['eq'], riskDetail: ['eq'], riskState: ['eq'], riskLevelAggregated: ['eq'],
    riskLevelDuringSignIn: ['eq'], 'riskEventTypes_v2/any/': word,
  },
  notFilterable: ['isInteractive'],
}; // prettier-ignore
const beta: FilterTable = {
  ...stable,
  operators: {
    ...stable.operators,
    servicePrincipalId: ['eq'], servicePrincipalName: word, userAgent: word, originalRequestId: ['eq'],
    tokenIssuerName: ['eq'], authenticationRequirement: ['eq'], 'conditionalAccessAudiences/any/': ['eq'],
  },
}; // prettier-ignore

const feeds = {
  interactiveUser: 'signIns.interactive',
  nonInteractiveUser: 'signIns.nonInteractive',
  servicePrincipal: 'signIns.servicePrincipal',
  managedIdentity: 'signIns.managedIdentity',
} as const;
type Kind = keyof typeof feeds;
const kindNames: readonly Kind[] = [
  'interactiveUser',
  'nonInteractiveUser',
  'servicePrincipal',
  'managedIdentity',
];
const ofUsers: readonly Kind[] = ['interactiveUser', 'nonInteractiveUser'];

/** GET /auditLogs/signIns. */
export function signIns(
  site: Site,
  call: Call,
  caller: Caller,
  sim: SimTenant,
  now: number,
  version: GraphVersion,
): Answer {
  refuseOtherOptions(call, allowed);
  const order = orderOf(call.query.get('$orderby'), stable.time);
  const size = sizeOf(call.query.get('$top'), pageSize, pageSize);
  const { kinds, filter } = asked(call.query.get('$filter'), version);
  const floor = midnightBack(now, memoryDays(caller.tenant, signInSource));
  if (filter.ge !== null && filter.ge.ms < floor) throw new GraphRefusal(invalidFilter);
  const walk = walkOf(site, call, route, caller.tenant.id, now);
  const { texts, next } = readPage({
    range: { from: filter.ge?.ms ?? floor, to: (filter.le?.ms ?? now) + 1 },
    order,
    from: walk.position,
    size,
    asOf: walk.asOf,
    version,
    read: range =>
      kinds
        .map((kind): Iterable<SimRecord> => sim.graphRecords(feeds[kind], range, walk.asOf, order))
        .reduce((all, more) => merged(all, more, order)),
    keep: filter.keep,
  });
  const link = (position: typeof next): string =>
    linkTo(site, call, route, caller.tenant.id, now, { asOf: walk.asOf, position });
  const seesPolicies = caller.permissions.some(name => /^Policy\.Read(Write)?\./.test(name));
  return graphPage({
    context: 'auditLogs/signIns',
    version,
    records: seesPolicies ? texts : texts.map(withoutPolicies),
    next: next === null ? null : link(next),
    self: walk.position === null && !call.query.has('$skiptoken') ? link(null) : selfOf(call),
    timeField: stable.time,
    requestId: site.nextId(),
    linkFirst: true,
  });
}

/** Which kinds the filter asks for, and what is left of it: v1.0 has interactive ones only and knows no kinds. */
function asked(
  text: string | null,
  version: GraphVersion,
): { kinds: readonly Kind[]; filter: ReturnType<typeof filterOf> } {
  const parts = text === null ? [] : conjuncts(parsed(text));
  if (version === 'v1.0') {
    if (parts.some(namesKinds)) throw new GraphRefusal(badRequest("Could not find a property named 'signInEventTypes' on type 'microsoft.graph.signIn'.")); // prettier-ignore
    return { kinds: ['interactiveUser'], filter: filterOf(parts, stable) };
  }
  const naming = parts.filter(namesKinds);
  const sets = naming.map(kindsIn);
  const kinds =
    sets.length === 0
      ? (['interactiveUser'] as const)
      : kindNames.filter(kind => sets.every(set => set.includes(kind)));
  return {
    kinds,
    filter: filterOf(
      parts.filter(part => !naming.includes(part)),
      beta,
    ),
  };
}

function namesKinds(filter: Filter): boolean {
  if (filter.kind === 'any') return filter.path === 'signInEventTypes';
  if (filter.kind === 'compare' || filter.kind === 'call') return filter.path.startsWith('signInEventTypes');
  if (filter.kind === 'and' || filter.kind === 'or')
    return namesKinds(filter.left) || namesKinds(filter.right);
  return filter.kind === 'not' && namesKinds(filter.inner);
}

/** Users' kinds can be asked for together; with those of applications they cannot. */
function kindsIn(filter: Filter): readonly Kind[] {
  const kinds = alternatives(filter);
  const users = kinds.filter(kind => ofUsers.includes(kind));
  if (kinds.length > 1 && users.length < kinds.length) throw new GraphRefusal(invalidFilter);
  return kinds;
}

function alternatives(filter: Filter): readonly Kind[] {
  if (filter.kind === 'or') return [...alternatives(filter.left), ...alternatives(filter.right)];
  if (filter.kind !== 'any' || filter.path !== 'signInEventTypes') throw new GraphRefusal(invalidFilter);
  return wordsIn(filter.inner, filter.variable);
}

function wordsIn(inner: Filter, variable: string): readonly Kind[] {
  if (inner.kind === 'or') return [...wordsIn(inner.left, variable), ...wordsIn(inner.right, variable)];
  if (inner.kind !== 'compare' || inner.path !== variable || inner.value.type !== 'text')
    throw new GraphRefusal(invalidFilter);
  const { op, value } = inner;
  const kind = kindNames.find(name => name.toLowerCase() === value.text.toLowerCase());
  if (kind === undefined || (op !== 'eq' && op !== 'ne')) throw new GraphRefusal(invalidFilter);
  if (op === 'eq') return [kind];
  return kindNames.filter(name => name !== kind && ofUsers.includes(name) === ofUsers.includes(kind));
}

/** Without a policy permission Graph leaves out which policies were applied. */
function withoutPolicies(text: string): string {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('appliedConditionalAccessPolicies' in value))
    return text;
  const { appliedConditionalAccessPolicies: _left, ...rest } = value;
  return JSON.stringify(rest);
}
