import type { ApiDeps } from '../api-deps.ts';
import { createContinuations } from '../continuation.ts';
import { createEventHandlers } from './event-handlers.ts';
import type { Handlers } from './handler.ts';
import { createMaintenanceHandlers } from './maintenance-handlers.ts';
import { createMappingHandlers } from './mapping-handlers.ts';
import { createPullHandlers } from './pull-handlers.ts';
import { createReadinessHandlers } from './readiness-handlers.ts';
import { createRecordHandlers } from './record-handlers.ts';
import { createStandingHandlers } from './standing-handlers.ts';
import { createSystemHandlers } from './system-handlers.ts';
import { createTenantHandlers } from './tenant-handlers.ts';

/** A handler for every route of the contract. */
export function createHandlers(deps: ApiDeps): Handlers {
  const continuations = createContinuations({
    key: deps.continuationKey,
    clock: deps.clock,
    lifetime: deps.continuationLifetime,
  });
  return {
    ...createSystemHandlers(deps),
    ...createEventHandlers(deps, continuations),
    ...createRecordHandlers(deps, continuations),
    ...createMappingHandlers(deps),
    ...createTenantHandlers(deps, continuations),
    ...createPullHandlers(deps, continuations),
    ...createStandingHandlers(deps),
    ...createReadinessHandlers(deps),
    ...createMaintenanceHandlers(deps),
  };
}
