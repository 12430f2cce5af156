import { decodePart, type Answer, type Call, type Resolved } from '../exchange.ts';
import { checkBearer, type BearerProblem, type Caller } from '../entra/check-bearer.ts';
import { graphAudience } from '../entra/issue-token.ts';
import type { RouteName } from '../routes.ts';
import type { Site } from '../site.ts';
import type { GraphVersion, SimTenant } from '../world/world.ts';
import { directoryAudit, directoryAudits } from './directory-audits.ts';
import { getByIds, organization } from './directory-objects.ts';
import { badRequest, graphError, GraphRefusal, graphUnauthorized } from './graph-error.ts';
import { graphLimit, type GraphFamily } from './graph-limits.ts';
import { refusalOf } from './graph-refusals.ts';
import { intuneAudits } from './intune-audits.ts';
import { stateList, stateRoutes } from './state-lists.ts';
import { messageTraceDetails, messageTraces } from './message-traces.ts';
import { alertList, incidentList, securityList } from './security-lists.ts';
import { signIns } from './sign-ins.ts';

interface GraphCall {
  readonly site: Site;
  readonly call: Call;
  readonly caller: Caller;
  readonly sim: SimTenant;
  readonly now: number;
  readonly version: GraphVersion;
  /** What the path's brackets caught, decoded. */
  readonly parts: readonly string[];
}
interface GraphRoute {
  readonly route: RouteName;
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly family: GraphFamily;
  readonly cost: number;
  /** Any one of these permissions opens it. */
  readonly needs: readonly string[];
  /** Needs Privileged Identity Management. */
  readonly pim?: boolean;
  answer(it: GraphCall): Answer | Promise<Answer>;
}

const table: readonly GraphRoute[] = [
  {
    route: 'graph.directoryAudits',
    method: 'GET',
    path: /^\/auditLogs\/directoryAudits$/,
    family: 'reports',
    cost: 1,
    needs: ['AuditLog.Read.All'],
    answer: ({ site, call, caller, sim, now }) => directoryAudits(site, call, caller, sim, now),
  },
  {
    route: 'graph.directoryAudit',
    method: 'GET',
    path: /^\/auditLogs\/directoryAudits\/([^/]+)$/,
    family: 'reports',
    cost: 1,
    needs: ['AuditLog.Read.All'],
    answer: ({ site, caller, sim, now, parts }) => directoryAudit(site, caller, sim, now, parts[0] ?? ''),
  },
  {
    route: 'graph.signIns',
    method: 'GET',
    path: /^\/auditLogs\/signIns$/,
    family: 'reports',
    cost: 1,
    needs: ['AuditLog.Read.All'],
    answer: ({ site, call, caller, sim, now, version }) => signIns(site, call, caller, sim, now, version),
  },
  {
    route: 'graph.intuneAudits',
    method: 'GET',
    path: /^\/deviceManagement\/auditEvents$/,
    family: 'intune',
    cost: 1,
    needs: ['DeviceManagementApps.Read.All', 'DeviceManagementApps.ReadWrite.All'],
    answer: ({ site, call, caller, sim, now }) => intuneAudits(site, call, caller, sim, now),
  },
  {
    route: 'graph.alerts',
    method: 'GET',
    path: /^\/security\/alerts_v2$/,
    family: 'security',
    cost: 1,
    // A role for incidents opens alerts too.
    needs: [
      'SecurityAlert.Read.All',
      'SecurityAlert.ReadWrite.All',
      'SecurityIncident.Read.All',
      'SecurityIncident.ReadWrite.All',
    ],
    answer: ({ site, call, caller, sim, now }) => securityList(site, call, caller, sim, now, alertList),
  },
  {
    route: 'graph.incidents',
    method: 'GET',
    path: /^\/security\/incidents$/,
    family: 'security',
    cost: 1,
    needs: ['SecurityIncident.Read.All', 'SecurityIncident.ReadWrite.All'],
    answer: ({ site, call, caller, sim, now }) => securityList(site, call, caller, sim, now, incidentList),
  },
  {
    route: 'graph.messageTraces',
    method: 'GET',
    path: /^\/admin\/exchange\/tracing\/messageTraces$/,
    family: 'traces',
    cost: 1,
    needs: ['ExchangeMessageTrace.Read.All'],
    answer: ({ site, call, caller, sim, now }) => messageTraces(site, call, caller, sim, now),
  },
  {
    route: 'graph.messageTraceDetails',
    method: 'GET',
    path: /^\/admin\/exchange\/tracing\/messageTraces\/([^/]+)\/getDetailsByRecipient\(recipientAddress=(?:'|%27)([^/]+?)(?:'|%27)\)$/,
    family: 'traces',
    cost: 1,
    needs: ['ExchangeMessageTrace.Read.All'],
    answer: ({ site, caller, sim, now, parts }) =>
      messageTraceDetails(site, caller, sim, now, parts[0] ?? '', parts[1] ?? ''),
  },
  {
    route: 'graph.getByIds',
    method: 'POST',
    path: /^\/directoryObjects\/getByIds$/,
    family: 'directory',
    cost: 5,
    needs: ['Directory.Read.All'],
    answer: ({ call, sim }) => getByIds(call, sim),
  },
  {
    route: 'graph.organization',
    method: 'GET',
    path: /^\/organization$/,
    family: 'directory',
    cost: 1,
    needs: ['Organization.Read.All', 'Directory.Read.All'],
    answer: ({ caller }) => organization(caller),
  },
  ...stateRoutes.map((of): GraphRoute => ({
    ...of,
    method: 'GET',
    cost: 1,
    answer: at => stateList(of, at),
  })),
];

const bearerTexts: Readonly<Record<BearerProblem, string>> = {
  missing: 'Access token is empty.',
  malformed: 'Access token validation failure. Signature is invalid.',
  audience: 'Access token validation failure. Invalid audience.',
  expired: 'Lifetime validation failed, the token is expired.',
  tenant: 'Access token validation failure. Invalid tenant.',
};

/** Graph's part of the simulator: everything under /graph. `path` begins with the version. */
export function graphRoutes(site: Site, call: Call, path: string): Resolved {
  const [, said, rest = ''] = /^\/(v1\.0|beta)(\/.*)$/.exec(path) ?? [];
  const version: GraphVersion = said === 'beta' ? 'beta' : 'v1.0';
  const found = table.find(it => it.method === call.method && it.path.test(rest));
  const caller = checkBearer(site, call.headers.authorization, graphAudience);
  return {
    route: found?.route ?? 'graph.other',
    tenant: typeof caller === 'string' ? null : caller.tenant.id,
    continued: call.query.has('$skiptoken') || call.query.has('$skip'),
    async answer(now) {
      if (typeof caller === 'string') return graphUnauthorized(site, bearerTexts[caller]);
      if (found === undefined || (version === 'beta' && !caller.tenant.flags.beta)) {
        const segment = decodePart(rest.split('/').at(-1) ?? '').slice(0, 100);
        return graphError(site, badRequest(`Resource not found for the segment '${segment}'.`));
      }
      const { sim } = caller.tenant;
      if (sim === null) return graphUnauthorized(site, bearerTexts.tenant);
      const limited = graphLimit(site, found.family, caller, now, costOf(found, call));
      if (limited !== null) return limited;
      const refused = refusalOf(found, caller);
      if (refused !== null) return graphError(site, refused);
      const parts = (found.path.exec(rest) ?? []).slice(1).map(decodePart);
      try {
        return await found.answer({ site, call, caller, sim, now, version, parts });
      } catch (thrown) {
        if (thrown instanceof GraphRefusal) return graphError(site, thrown.problem);
        throw thrown;
      }
    },
  };
}

/** Resource units: `$select` makes a name look-up cheaper, `$expand` a list dearer. */
const costOf = ({ cost }: GraphRoute, call: Call): number =>
  (cost > 2 && call.query.has('$select') ? 2 : cost) + (call.query.has('$expand') ? 1 : 0);
