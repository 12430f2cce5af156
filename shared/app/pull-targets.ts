import type { SourceId, StreamId, TenantId } from '../model/ids.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Connection, Tenant } from '../model/tenant.ts';
import type { GoneTarget, PullTarget } from '../pipeline/pull-types.ts';
import type { TenantRegistry } from '../ports/tenant-registry.ts';
import type { Source } from '../sources/_kit/source.ts';

export interface TargetDeps {
  readonly tenants: TenantRegistry;
  readonly sources: readonly Source[];
  readonly scopeOf: (tenant: TenantId) => TenantScope;
}

/** Every stream of every active tenant's enabled connections, tenant by tenant. */
export async function allTargets(deps: TargetDeps): Promise<readonly PullTarget[]> {
  const targets: PullTarget[] = [];
  for (const { value: tenant } of await deps.tenants.list()) {
    if (tenant.state !== 'active') continue;
    for (const connection of tenant.connections) targets.push(...targetsOf(deps, tenant, connection));
  }
  return targets;
}

/** The streams of one connection; none where it is switched off or its source is not part of this build. */
export function targetsOf(deps: TargetDeps, tenant: Tenant, connection: Connection): readonly PullTarget[] {
  const source = deps.sources.find(one => one.id === connection.source);
  if (source === undefined || !connection.enabled) return [];
  const config = source.config.safeParse(connection.config);
  // With wrong settings there is still one stream to report it on.
  const streams = config.success ? source.streams(config.data) : ['default'];
  return streams.map(stream => ({
    scope: deps.scopeOf(tenant.id),
    tenant,
    connection,
    source,
    ref: { source: source.id as SourceId, stream: stream as StreamId },
  }));
}

/** The stream a job names, as the registry has it now. */
export async function findTarget(
  deps: TargetDeps,
  wanted: { readonly tenant: TenantId; readonly source: string; readonly stream: string },
): Promise<PullTarget | GoneTarget> {
  const found = await deps.tenants.get(wanted.tenant);
  if (found === null) return { gone: 'the tenant is not registered', scope: deps.scopeOf(wanted.tenant) };
  return targetIn(deps, found.value, wanted);
}

/** A stream of a tenant, or why there is none. */
export function targetIn(
  deps: TargetDeps,
  tenant: Tenant,
  wanted: { readonly source: string; readonly stream: string },
): PullTarget | GoneTarget {
  const scope = deps.scopeOf(tenant.id);
  if (tenant.state !== 'active') return { gone: 'the tenant is retired', scope };
  const connection = tenant.connections.find(one => one.source === wanted.source);
  if (connection === undefined || !connection.enabled) return { gone: 'the connection is off', scope };
  const target = targetsOf(deps, tenant, connection).find(one => one.ref.stream === wanted.stream);
  return target ?? { gone: 'the connection no longer has this stream', scope };
}

/** A tenant whose stored events are worked on, or why none is: a retired tenant's evidence may be read anew too. */
export async function findTenant(
  deps: TargetDeps,
  id: TenantId,
): Promise<{ readonly scope: TenantScope; readonly tenant: Tenant } | { readonly gone: string }> {
  const found = await deps.tenants.get(id);
  return found === null
    ? { gone: 'the tenant is not registered' }
    : { scope: deps.scopeOf(id), tenant: found.value };
}

/** Every registered tenant, for work over what is stored. */
export async function everyTenant(
  deps: TargetDeps,
): Promise<readonly { readonly scope: TenantScope; readonly tenant: Tenant }[]> {
  return (await deps.tenants.list()).map(({ value }) => ({ scope: deps.scopeOf(value.id), tenant: value }));
}
