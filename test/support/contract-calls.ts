import type { z } from 'zod';
import { apiRoot, contract, routeIds, type RouteId } from '../../shared/api/contract/contract.ts';
import type { RouteSpec } from '../../shared/api/contract/route-spec.ts';
import type { Seeded } from './api-seed.ts';

/** One plausible request for a route, with the ids of somebody's data. */
export interface ContractCall {
  readonly id: RouteId;
  readonly spec: RouteSpec;
  readonly path: string;
  readonly init: RequestInit;
}

export const tenantRoutes: readonly RouteId[] = routeIds.filter(id => contract[id].over !== 'system');
export const auditedRoutes: readonly RouteId[] = routeIds.filter(id => 'action' in contract[id].audit);

export const takesTenant = (spec: RouteSpec): boolean => keysOf(spec.query).includes('tenant');

/** Bodies a route needs to be valid; a route that takes one and is not here gets `{}`. */
const bodies: Partial<Record<RouteId, unknown>> = {
  'mapping.preview': { file: "sources: { entra.directory-audits: { '*': { summary: '{actor} did it' } } }" },
  'source.backfill': { range: { from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' } },
};

/** The request for a route that names this tenant's things. */
export function callFor(id: RouteId, of: Seeded, query: Readonly<Record<string, string>> = {}): ContractCall {
  const spec: RouteSpec = contract[id];
  const ids = { path: of.tenant, event: of.events[0]?.id ?? '', run: of.run.id, operation: of.operation.id };
  const named: Record<string, string> = { source: 'entra.directory-audits' };
  if (spec.over === 'one-tenant') named['id'] = ids[spec.owner];
  const path = spec.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = named[name];
    if (value === undefined) throw new Error(`no value for {${name}} of ${id}: say here what it is`);
    return encodeURIComponent(value);
  });
  const text = new URLSearchParams(query).toString();
  const init: RequestInit = { method: spec.method };
  if (spec.body !== null) {
    init.headers = { 'content-type': 'application/json' };
    const body: unknown = id === 'maintenance.renormalize' ? { tenant: of.tenant } : (bodies[id] ?? {});
    init.body = JSON.stringify(body);
  }
  return { id, spec, path: `${apiRoot}${path}${text === '' ? '' : `?${text}`}`, init };
}

function keysOf(schema: z.ZodType): readonly string[] {
  const shape: unknown = Reflect.get(schema, 'shape');
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}
