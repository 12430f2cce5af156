import type { TenantId } from '../model/ids.ts';
import type { Principal } from '../model/principal.ts';
import { mintTenantScope, type TenantScope } from '../model/scope.ts';
import { grantApplies, type Grant } from './grant.ts';
import type { Permission } from './permission.ts';

/** What the decision needs to know of the house. */
export interface Known {
  /** The tenant that runs this Holdfast; null where one organisation keeps only its own. */
  readonly operator: string | null;
  readonly tenants: readonly { readonly id: TenantId; readonly state: 'active' | 'retired' }[];
  readonly grants: readonly Grant[];
}

/**
 * `scopes` may be empty: the caller may ask, and there is nothing they may see.
 * `role-missing`: the token lacks the role. `tenant-unknown`: the caller's tenant is no customer, or left.
 */
export type Decision =
  | { readonly granted: true; readonly scopes: readonly TenantScope[] }
  | { readonly granted: false; readonly why: 'role-missing' | 'tenant-unknown' };

/**
 * Which tenants this caller may touch with this permission. A customer's token reaches that customer alone,
 * whatever the grants say; the operator's reaches what its grants name, retired customers included, because
 * their evidence stays.
 */
export function decide(principal: Principal, permission: Permission, known: Known): Decision {
  if (!principal.roles.includes(permission)) return { granted: false, why: 'role-missing' };
  const by = `${principal.kind}:${principal.oid}`;
  if (principal.tid === known.operator) {
    const scopes = granted(principal, permission, known).map(id => mintTenantScope(id, by));
    return { granted: true, scopes };
  }
  const own = known.tenants.find(tenant => tenant.id === principal.tid);
  if (own === undefined || own.state !== 'active') return { granted: false, why: 'tenant-unknown' };
  return { granted: true, scopes: [mintTenantScope(own.id, by)] };
}

/** In the registry's order, so that what is made of them (continuations, log entries) is repeatable. */
function granted(principal: Principal, permission: Permission, known: Known): readonly TenantId[] {
  const grants = known.grants.filter(grant => grantApplies(grant, principal, permission));
  return known.tenants
    .map(tenant => tenant.id)
    .filter(id => grants.some(grant => grant.tenants === '*' || grant.tenants.includes(id)));
}

/**
 * Whether this caller looks after the installation itself (readiness details, metrics): the permission, held in
 * the operator's tenant. Where there is no operator, a tenant's own holder of it is the operator.
 */
export function mayOperate(principal: Principal, permission: Permission, known: Known): boolean {
  if (!principal.roles.includes(permission)) return false;
  if (known.operator !== null) return principal.tid === known.operator;
  return known.tenants.some(tenant => tenant.id === principal.tid && tenant.state === 'active');
}
