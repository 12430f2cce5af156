import type { Answer, Call } from '../exchange.ts';
import type { Caller } from '../entra/check-bearer.ts';
import type { RouteName } from '../routes.ts';
import type { Site } from '../site.ts';
import type { StateList } from '../world/state.ts';
import type { SimTenant } from '../world/world.ts';
import { selfOf } from './directory-audits.ts';
import { badRequest, GraphRefusal, type GraphProblem } from './graph-error.ts';
import type { GraphFamily } from './graph-limits.ts';
import { graphPage } from './graph-page.ts';
import { linkTo, walkOf } from './next-link.ts';

export interface StateRoute {
  readonly route: RouteName;
  readonly path: RegExp;
  readonly list: StateList;
  readonly family: GraphFamily;
  readonly needs: readonly string[];
  /** What may be expanded, and how much of it in one request. */
  readonly expand: readonly string[];
  readonly expandMost: number;
  readonly context: string;
  /** Page size where none is asked for, and the most there is. */
  readonly usual: number;
  readonly most: number;
  /** Needs Privileged Identity Management. */
  readonly pim: boolean;
}

const roles = {
  family: 'directory',
  needs: ['RoleManagement.Read.Directory', 'Directory.Read.All'],
  expand: [],
  expandMost: 0,
  usual: 200,
  most: 999,
  pim: false,
} as const;
const root = String.raw`^\/roleManagement\/directory\/`;
const schedules = { ...roles, needs: ['RoleManagement.Read.Directory'], expand: ['principal', 'roleDefinition'], expandMost: 2, pim: true } as const; // prettier-ignore
const policies = { ...roles, family: 'policies', needs: ['Policy.Read.All'] } as const;
const access = String.raw`^\/identity\/conditionalAccess\/`;

/** Graph's lists of how things are: read whole, without a filter on time. */
export const stateRoutes: readonly StateRoute[] = [
  { ...roles, route: 'graph.roleDefinitions', path: new RegExp(`${root}roleDefinitions$`), list: 'roleDefinitions', context: 'roleManagement/directory/roleDefinitions' },
  { ...roles, route: 'graph.roleAssignments', path: new RegExp(`${root}roleAssignments$`), list: 'roleAssignments', expand: ['principal', 'roleDefinition'], expandMost: 1, context: 'roleManagement/directory/roleAssignments' },
  { ...schedules, route: 'graph.roleSchedules', path: new RegExp(`${root}roleAssignmentScheduleInstances$`), list: 'roleAssignmentScheduleInstances', context: 'roleManagement/directory/roleAssignmentScheduleInstances' },
  { ...schedules, route: 'graph.roleEligibilities', path: new RegExp(`${root}roleEligibilityScheduleInstances$`), list: 'roleEligibilityScheduleInstances', context: 'roleManagement/directory/roleEligibilityScheduleInstances' },
  { ...policies, route: 'graph.policies', path: new RegExp(`${access}policies$`), list: 'conditionalAccessPolicies', context: 'identity/conditionalAccess/policies' },
  { ...policies, route: 'graph.namedLocations', path: new RegExp(`${access}namedLocations$`), list: 'namedLocations', context: 'identity/conditionalAccess/namedLocations' },
  { ...roles, family: 'reports', needs: ['AuditLog.Read.All'], route: 'graph.registrations', path: /^\/reports\/authenticationMethods\/userRegistrationDetails$/, list: 'userRegistrationDetails', usual: 100, context: 'reports/authenticationMethods/userRegistrationDetails' },
]; // prettier-ignore

/** One page of such a list. A walk sees one state of things, from its first page to its last. */
export function stateList(
  of: StateRoute,
  at: { site: Site; call: Call; caller: Caller; sim: SimTenant; now: number },
): Answer {
  const { site, call, caller, sim, now } = at;
  const tenant = caller.tenant.id;
  refuseOtherOptions(call, of.expandMost > 0 ? ['$expand', ...usualOptions] : usualOptions);
  const asked = { version: versionOf(call), expand: expansions(call, of) } as const;
  const size = Math.min(sizeOf(call.query.get('$top'), of.usual), of.most);
  const walk = walkOf(site, call, of.route, tenant, now);
  const from = walk.position?.time ?? 0;
  const records = sim.state?.(of.list, walk.asOf, asked) ?? [];
  const more = from + size < records.length;
  const link = (time: number): string =>
    linkTo(site, call, of.route, tenant, now, {
      asOf: walk.asOf,
      position: time === 0 ? null : { time, passed: 1 },
    });
  const page = graphPage({
    context: of.context,
    records: records.slice(from, from + size),
    next: more ? link(from + size) : null,
    self: call.query.has('$skiptoken') ? selfOf(call) : link(0),
    timeField: of.list === 'userRegistrationDetails' ? 'lastUpdatedDateTime' : 'modifiedDateTime',
    requestId: site.nextId(),
    linkFirst: false,
  });
  if (of.family !== 'directory') return page;
  const units = String(1 + asked.expand.length);
  return {
    ...page,
    render(shown, next) {
      const reply = page.render(shown, next);
      return { ...reply, headers: { ...reply.headers, 'x-ms-resource-unit': units } };
    },
  };
}

const usualOptions = ['$top', '$skiptoken', '$count'];

const versionOf = (call: Call): 'v1.0' | 'beta' => (call.path.includes('/beta/') ? 'beta' : 'v1.0');

function expansions(call: Call, of: StateRoute): string[] {
  const asked = (call.query.get('$expand') ?? '').split(',').map(name => name.trim()).filter(name => name !== ''); // prettier-ignore
  const unknown = asked.find(name => !of.expand.includes(name));
  if (unknown !== undefined) {
    throw new GraphRefusal(badRequest(`Parsing OData Select and Expand failed: Could not find a property named '${unknown.slice(0, 60)}'.`)); // prettier-ignore
  }
  if (asked.length > of.expandMost) {
    throw new GraphRefusal(badRequest('Only one $expand is supported by this resource in one request.'));
  }
  return asked;
}

function refuseOtherOptions(call: Call, allowed: readonly string[]): void {
  const other = [...call.query.keys()].find(name => name.startsWith('$') && !allowed.includes(name));
  if (other === undefined) return;
  throw new GraphRefusal({
    status: 400,
    code: 'Request_UnsupportedQuery',
    message: `Unsupported query option '${other.slice(0, 40)}'.`,
  });
}

function sizeOf(text: string | null, usual: number): number {
  if (text === null) return usual;
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new GraphRefusal(badRequest(`Invalid value '${text.slice(0, 20)}' for $top query option found.`));
}

/** What a tenant without Entra ID P2 is told by Privileged Identity Management. */
export const pimRefusal: GraphProblem = {
  status: 400,
  code: 'AadPremiumLicenseRequired',
  message: 'The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.',
};
/** And an application without the permission: JSON inside the message. */
export const pimConsentRefusal: GraphProblem = {
  status: 403,
  code: 'UnknownError',
  message: '{"errorCode":"PermissionScopeNotGranted","message":"Authorization failed due to missing permission scope RoleManagement.Read.Directory.","instanceAnnotations":[]}',
}; // prettier-ignore
export const policyConsentRefusal: GraphProblem = {
  status: 403,
  code: 'AccessDenied',
  message: 'You cannot perform the requested operation, required scopes are missing in the token.',
};
