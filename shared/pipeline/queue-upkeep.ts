import { asAppError } from '../kernel/errors.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Job, JobQueue } from '../ports/job-queue.ts';
import type { Source } from '../sources/_kit/source.ts';
import { hasNamesToResolve, type NamesDeps } from './resolve-names.ts';
import { jobKey } from './run-job.ts';

export interface QueueUpkeepDeps extends NamesDeps {
  readonly queue: JobQueue;
  readonly sources: readonly Source[];
  readonly tenants: () => Promise<readonly { readonly tenant: Tenant; readonly scope: TenantScope }[]>;
}

/**
 * Queues what is to do over stored events: names for new ids. For the same timer as the pulls; one tenant's trouble
 * is reported and does not stop the others. Returns how many jobs were asked for.
 */
export async function queueUpkeep(deps: QueueUpkeepDeps): Promise<number> {
  let queued = 0;
  for (const { tenant, scope } of await deps.tenants()) {
    if (tenant.state !== 'active' || !hasDirectory(deps, tenant)) continue;
    try {
      if (!(await hasNamesToResolve(deps, scope))) continue;
      const job: Job = { kind: 'names', tenant: tenant.id };
      await deps.queue.enqueue(job, { now: deps.clock.now(), key: jobKey(job) });
      queued += 1;
    } catch (thrown) {
      deps.telemetry.error('upkeep.unschedulable', asAppError(thrown), { tenant: tenant.id });
    }
  }
  return queued;
}

/** A Mimecast-only customer has no directory that we could ask. */
export const hasDirectory = (deps: Pick<QueueUpkeepDeps, 'sources'>, tenant: Tenant): boolean =>
  tenant.connections.some(({ source, enabled }) => {
    const api = deps.sources.find(one => one.id === source)?.api;
    return enabled && (api === 'graph' || api === 'management');
  });
