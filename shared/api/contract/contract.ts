import * as events from './event-routes.ts';
import * as maintenance from './maintenance-routes.ts';
import * as mappings from './mapping-routes.ts';
import * as pulls from './pull-routes.ts';
import type { RouteSpec } from './route-spec.ts';
import * as system from './system-routes.ts';
import * as tenants from './tenant-routes.ts';

/** The whole API by operation id. Handlers, hosts, OpenAPI and the client are made from this table. */
export const contract = {
  'health.get': system.health,
  'ready.get': system.ready,
  'version.get': system.version,
  'config.get': system.config,
  'openapi.get': system.openapi,
  'metrics.get': system.metrics,
  'me.get': system.me,
  'sources.list': system.sources,
  'events.list': events.eventsList,
  'events.search': events.eventsSearch,
  'events.get': events.eventsGet,
  'events.history': events.eventsHistory,
  'events.raw': events.eventsRaw,
  'filter-options.list': events.filterOptions,
  'mapping.preview': mappings.mappingPreview,
  'tenants.list': tenants.tenantsList,
  'tenants.get': tenants.tenantsGet,
  'tenant-sources.list': tenants.tenantSources,
  'tenant-readiness.get': tenants.tenantReadiness,
  'source.run': pulls.sourceRun,
  'source.backfill': pulls.sourceBackfill,
  'source.pause': pulls.sourcePause,
  'source.resume': pulls.sourceResume,
  'runs.list': pulls.runsList,
  'runs.get': pulls.runsGet,
  'coverage.list': pulls.coverage,
  'maintenance.renormalize': maintenance.renormalize,
  'operations.list': pulls.operationsList,
  'operations.get': pulls.operationsGet,
  'operations.cancel': pulls.operationsCancel,
} as const satisfies Record<string, RouteSpec>;

export type Contract = typeof contract;
export type RouteId = keyof Contract;
export const routeIds = Object.keys(contract) as readonly RouteId[];

/** Where the API stands; some routes answer under /api too. */
export const apiRoot = '/api/v1';
export const probeRoot = '/api';
