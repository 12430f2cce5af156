import type { Caller } from '../entra/check-bearer.ts';
import type { RouteName } from '../routes.ts';
import type { GraphProblem } from './graph-error.ts';
import type { GraphFamily } from './graph-limits.ts';
import { pimConsentRefusal, pimRefusal, policyConsentRefusal } from './state-lists.ts';

export const licenceRefusal: GraphProblem = {
  status: 403,
  code: 'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
  message: "Tenant is not a B2C tenant and doesn't have premium license",
};

/** What a caller without the permission is told; every service says it in its own way. */
export function consentRefusal(
  family: GraphFamily,
  needs: readonly string[],
  held: readonly string[],
): GraphProblem {
  if (family === 'reports') {
    return {
      status: 403,
      code: 'Authentication_MSGraphPermissionMissing',
      message: `The principal does not have required Microsoft Graph permission(s): ${needs[0] ?? ''} to call this API.`,
    };
  }
  if (family === 'intune') return { status: 403, code: 'Forbidden', message: intuneText(needs) };
  if (family === 'security') {
    return {
      status: 403,
      code: 'Forbidden',
      message: `Missing application roles. API required roles: ${needs.join(',')}, application roles: ${held.join(',')}.`,
    };
  }
  return {
    status: 403,
    code: 'Authorization_RequestDenied',
    message: 'Insufficient privileges to complete the operation.',
  };
}

/** Intune's message is a JSON text of its own. */
const intuneText = (needs: readonly string[]): string =>
  JSON.stringify(
    {
      _version: 3,
      Message: `Application is not authorized to perform this operation. Application must have one of the following scopes: ${needs.join(', ')} - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 - Activity ID: 00000000-0000-4000-8000-0000000000ac - Url: https://fef.simulator.example/StatelessAuditService/deviceManagement/auditEvents`,
      CustomApiErrorPhrase: '',
      RetryAfter: null,
      ErrorSourceService: '',
      HttpHeaders: '{}',
    },
    null,
    2,
  ).replaceAll('\n', '\r\n');

/** What a tenant without the product is told; null for families that need none. */
export function productRefusal(family: GraphFamily): GraphProblem | null {
  if (family === 'intune') {
    return { status: 400, code: 'BadRequest', message: 'Request not applicable to target tenant.' };
  }
  return family === 'security'
    ? { status: 401, code: 'Unauthorized', message: 'Unauthorized request - Account is not provisioned.' }
    : null;
}

/** Microsoft's own application for message traces, which has to exist in the customer's tenant. */
const traceAppId = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373';

export interface GraphNeeds {
  readonly route: RouteName;
  readonly family: GraphFamily;
  /** Any of these permissions will do. */
  readonly needs: readonly string[];
  /** Answered by Privileged Identity Management. */
  readonly pim?: boolean;
}

/** Why this caller may not; null when it may. */
export function refusalOf(
  { route, family, needs, pim }: GraphNeeds,
  { tenant, permissions }: Caller,
): GraphProblem | null {
  const { flags } = tenant;
  if (!needs.some(permission => permissions.includes(permission))) {
    if (pim === true) return pimConsentRefusal;
    return family === 'policies' ? policyConsentRefusal : consentRefusal(family, needs, permissions);
  }
  if (pim === true && !flags.pim) return pimRefusal;
  if (route === 'graph.registrations' && flags.licence !== 'premium') return licenceRefusal;
  // Directory audits are there without a licence too, sign-ins are not.
  if (family === 'reports' && flags.licence === 'refused') return licenceRefusal;
  if (route === 'graph.signIns' && flags.licence === 'free') return licenceRefusal;
  if (family === 'intune' && !flags.intune) return productRefusal(family);
  if (family === 'security' && !flags.defender) return productRefusal(family);
  if (family === 'traces' && !flags.traceServicePrincipal) {
    return {
      status: 401,
      code: 'Unauthorized',
      message: `The service principal for App ID ${traceAppId} was not found in the tenant. Create it and try again; provisioning can take several hours.`,
    };
  }
  return null;
}
