import { decodePart, type Answer, type Call, type Resolved } from '../exchange.ts';
import { checkBearer, type BearerProblem, type Caller } from '../entra/check-bearer.ts';
import { graphAudience } from '../entra/issue-token.ts';
import type { RouteName } from '../routes.ts';
import type { Site } from '../site.ts';
import type { SimTenant } from '../world/world.ts';
import { directoryAudit, directoryAudits } from './directory-audits.ts';
import { getByIds, organization } from './directory-objects.ts';
import { badRequest, graphError, GraphRefusal, graphUnauthorized, type GraphProblem } from './graph-error.ts';
import { graphLimit, type GraphFamily } from './graph-limits.ts';
import {
  pimConsentRefusal,
  pimRefusal,
  policyConsentRefusal,
  stateList,
  stateRoutes,
} from './state-lists.ts';
import { messageTraceDetails, messageTraces } from './message-traces.ts';

interface GraphCall {
  readonly site: Site;
  readonly call: Call;
  readonly caller: Caller;
  readonly sim: SimTenant;
  readonly now: number;
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
  const rest = /^\/(?:v1\.0|beta)(\/.*)$/.exec(path)?.[1] ?? '';
  const found = table.find(it => it.method === call.method && it.path.test(rest));
  const caller = checkBearer(site, call.headers.authorization, graphAudience);
  return {
    route: found?.route ?? 'graph.other',
    tenant: typeof caller === 'string' ? null : caller.tenant.id,
    continued: call.query.has('$skiptoken'),
    async answer(now) {
      if (typeof caller === 'string') return graphUnauthorized(site, bearerTexts[caller]);
      if (found === undefined) {
        const segment = decodePart(rest.split('/').at(-1) ?? '').slice(0, 100);
        return graphError(site, badRequest(`Resource not found for the segment '${segment}'.`));
      }
      const { sim } = caller.tenant;
      if (sim === null) return graphUnauthorized(site, bearerTexts.tenant);
      const limited = graphLimit(site, found.family, caller, now, costOf(found, call));
      if (limited !== null) return limited;
      const refused = refusal(found, caller);
      if (refused !== null) return graphError(site, refused);
      const parts = (found.path.exec(rest) ?? []).slice(1).map(decodePart);
      try {
        return await found.answer({ site, call, caller, sim, now, parts });
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

export const licenceRefusal: GraphProblem = {
  status: 403,
  code: 'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
  message: "Tenant is not a B2C tenant and doesn't have premium license",
};
export const consentRefusal = (family: GraphFamily, permission: string): GraphProblem =>
  family === 'reports'
    ? {
        status: 403,
        code: 'Authentication_MSGraphPermissionMissing',
        message: `The principal does not have required Microsoft Graph permission(s): ${permission} to call this API.`,
      }
    : {
        status: 403,
        code: 'Authorization_RequestDenied',
        message: 'Insufficient privileges to complete the operation.',
      };

/** Microsoft's own application for message traces, which has to exist in the customer's tenant. */
const traceAppId = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373';

function refusal(
  { route, family, needs, pim }: GraphRoute,
  { tenant, permissions }: Caller,
): GraphProblem | null {
  if (!needs.some(permission => permissions.includes(permission))) {
    if (pim === true) return pimConsentRefusal;
    return family === 'policies' ? policyConsentRefusal : consentRefusal(family, needs[0] ?? '');
  }
  if (pim === true && !tenant.flags.pim) return pimRefusal;
  if (route === 'graph.registrations' && tenant.flags.licence !== 'premium') return licenceRefusal;
  if (family === 'reports' && tenant.flags.licence === 'refused') return licenceRefusal;
  if (family === 'traces' && !tenant.flags.traceServicePrincipal) {
    return {
      status: 401,
      code: 'Unauthorized',
      message: `The service principal for App ID ${traceAppId} was not found in the tenant. Create it and try again; provisioning can take several hours.`,
    };
  }
  return null;
}
