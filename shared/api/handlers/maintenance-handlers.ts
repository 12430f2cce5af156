import { AppError } from '../../kernel/errors.ts';
import { isoInstant } from '../../kernel/time.ts';
import { principalKey } from '../../model/principal.ts';
import type { Operation } from '../../model/run.ts';
import { newRenormalize } from '../../pipeline/renormalize-state.ts';
import { jobKey } from '../../pipeline/run-job.ts';
import type { Job } from '../../ports/job-queue.ts';
import type { ApiDeps } from '../api-deps.ts';
import { apiRoot } from '../contract/contract.ts';
import type { Handlers } from './handler.ts';

/** Long work over what is stored. */
export function createMaintenanceHandlers(deps: ApiDeps): Pick<Handlers, 'maintenance.renormalize'> {
  return {
    'maintenance.renormalize': async ({ scopes, body, principal }) => {
      const [scope] = scopes;
      if (scope === undefined) throw new AppError('bug', 'retry', 'A tenant was named and none was found.');
      if (body.source !== undefined && !deps.sources.some(source => source.id === body.source)) {
        throw new AppError('not-found', 'give-up', 'This build has no such source.', { target: 'source' });
      }
      const since = isoInstant(deps.clock.now());
      const operation: Operation = {
        id: deps.newId(),
        tenant: scope.tenantId,
        kind: 'renormalize',
        status: 'NotStarted',
        percentComplete: 0,
        createdAt: since,
        updatedAt: since,
        createdBy: principalKey(principal),
        result: {
          ...newRenormalize({ dryRun: body.dryRun, source: body.source ?? null, all: body.all, since }),
        },
        error: null,
      };
      // The operation first: work nobody can follow or cancel must not exist. One without its job does nothing.
      const stored = await deps.profile.operations.swap(scope, null, operation);
      if (!stored.ok) throw new AppError('bug', 'retry', 'A new operation’s id was taken. Send it again.');
      const job: Job = { kind: 'renormalize', tenant: scope.tenantId, operation: operation.id };
      await deps.profile.queue.enqueue(job, { now: deps.clock.now(), key: jobKey(job) });
      return {
        status: 202,
        headers: { 'operation-location': `${apiRoot}/operations/${operation.id}`, 'retry-after': '2' },
        body: operation,
      };
    },
  };
}
