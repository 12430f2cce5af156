import type { AppError } from '../kernel/errors.ts';
import type { OperationId, TenantId } from '../model/ids.ts';
import type { Job, PullJob } from '../ports/job-queue.ts';
import type { PullBudget } from './pull-types.ts';
import { changeOperation } from './requested-pulls.ts';
import { resolveNames, withKnownNames, type NamesDeps } from './resolve-names.ts';
import { renormalize, type RenormalizeDeps, type RenormalizeTarget } from './renormalize.ts';

export interface UpkeepDeps extends Omit<RenormalizeDeps, 'named'>, NamesDeps {
  /** A registered tenant, retired or not. */
  readonly tenant: (id: TenantId) => Promise<RenormalizeTarget | { readonly gone: string }>;
}

type UpkeepJob = Exclude<Job, PullJob>;

/** Work over a tenant's stored events. Answers the job's continuation, or null when it is done. */
export async function runUpkeep(
  deps: UpkeepDeps,
  job: UpkeepJob,
  budget: PullBudget,
  facts: Readonly<Record<string, string>>,
): Promise<Job | null> {
  const began = deps.clock.now();
  const target = await deps.tenant(job.tenant);
  if ('gone' in target) {
    deps.telemetry.event('job.dropped', { ...facts, reason: target.gone });
    return null;
  }
  if (job.kind === 'names') {
    const { status, named } = await resolveNames(deps, target, budget);
    if (named > 0) deps.telemetry.event('names.resolved', { ...facts, named, ms: deps.clock.now() - began });
    return status === 'continued' ? job : null;
  }
  const renormalizeDeps = { ...deps, named: withKnownNames(deps.names, deps.rulesOf) };
  const { status, steps } = await renormalize(renormalizeDeps, target, job.operation as OperationId, budget);
  deps.telemetry.event('renormalize.ended', { ...facts, status, steps, ms: deps.clock.now() - began });
  return status === 'continued' ? job : null;
}

/** Whoever follows the operation learns that it will not end by itself. */
export async function tellUpkeepFailed(deps: UpkeepDeps, job: UpkeepJob, error: AppError): Promise<void> {
  if (job.kind !== 'renormalize') return;
  const target = await deps.tenant(job.tenant);
  if ('gone' in target) return;
  await changeOperation(deps, target.scope, job.operation, operation => ({
    ...operation,
    status: 'Failed',
    error: { code: error.code, message: error.message },
  }));
}
