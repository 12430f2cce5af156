import { operatorTenant } from './entra/directory.ts';
import { usualFlags, type TenantFlags } from './tenant-flags.ts';
import type { SimTenant, World } from './world/world.ts';

const dayMs = 86_400_000;

/** A tenant as the providers know it: what the world says, and what control has changed since. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly domains: readonly string[];
  /** Null for a tenant that only signs people in, such as the operator's. */
  readonly sim: SimTenant | null;
  readonly flags: TenantFlags;
}

export interface TenantBook {
  /** By id or by one of its domains. */
  find(idOrDomain: string): Tenant | null;
  all(): Tenant[];
  /** Changes some flags; null when there is no such tenant. */
  change(id: string, flags: Partial<TenantFlags>): Tenant | null;
}

/** The tenants of a world, and the operator's beside them. */
export function tenantBook(world: World): TenantBook {
  const tenants = new Map<string, Tenant>();
  for (const sim of world.tenants) {
    const { id, name, domains } = sim;
    tenants.set(id, { id, name, domains, sim, flags: usualFlags });
  }
  if (!tenants.has(operatorTenant.id)) {
    const { id, name, domain } = operatorTenant;
    tenants.set(id, { id, name, domains: [domain], sim: null, flags: usualFlags });
  }
  return {
    find(idOrDomain) {
      const wanted = idOrDomain.toLowerCase();
      return (
        tenants.get(wanted) ?? [...tenants.values()].find(({ domains }) => domains.includes(wanted)) ?? null
      );
    },
    all: () => [...tenants.values()],
    change(id, flags) {
      const tenant = tenants.get(id);
      if (tenant === undefined) return null;
      const changed = { ...tenant, flags: { ...tenant.flags, ...flags } };
      tenants.set(id, changed);
      return changed;
    },
  };
}

/** How many days back a source answers in this tenant. A tenant without a licence has 7 days of audits. */
export function memoryDays(tenant: Tenant, source: string): number {
  const days = tenant.flags.remembersDays[source] ?? tenant.sim?.remembersDays(source) ?? 0;
  return source === 'entra.directory-audits' && tenant.flags.licence === 'free' ? Math.min(days, 7) : days;
}

/** Midnight UTC, that many days before today: how Microsoft's retention floors are drawn. */
export const midnightBack = (now: number, days: number): number =>
  Math.floor(now / dayMs) * dayMs - days * dayMs;
