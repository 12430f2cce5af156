import type { TenantId } from './ids.ts';

const minted: unique symbol = Symbol('TenantScope');

/**
 * Proof that someone decided this caller may touch this tenant. Every port that holds a tenant's data
 * demands one, so a forgotten check does not compile and a forged one has no symbol.
 */
export interface TenantScope {
  readonly tenantId: TenantId;
  /** Who it was given to, for the access log: `user:<oid>`, `app:<oid>` or `system:<purpose>`. */
  readonly grantedTo: string;
  readonly [minted]: true;
}

/** The only maker. `authz` and tests may import it; a boundary test fails for anybody else. */
export function mintTenantScope(tenantId: TenantId, grantedTo: string): TenantScope {
  return Object.freeze({ tenantId, grantedTo, [minted]: true as const });
}
