import { isoInstant, type Window } from '../kernel/time.ts';
import type { Pulls } from '../api/pulls.ts';
import type { Job, JobQueue } from '../ports/job-queue.ts';
import type { OperationId, SourceId, StreamId } from '../model/ids.ts';
import type { Operation } from '../model/run.ts';
import type { TenantScope } from '../model/scope.ts';
import type { PullDeps, PullTarget } from '../pipeline/pull-types.ts';
import { pauseStream, resumeStream } from '../pipeline/pause-stream.ts';
import { changeOperation, checkRange, planPull, requestPull } from '../pipeline/requested-pulls.ts';
import { jobKey } from '../pipeline/run-job.ts';
import { targetsOf, type TargetDeps } from './pull-targets.ts';

export interface StreamPullsDeps extends TargetDeps {
  readonly pull: PullDeps;
  readonly queue: JobQueue;
}

/** What the API asks of the pipeline, answered over all streams of a connection. */
export function streamPulls(deps: StreamPullsDeps): Pulls {
  const chosen = async (
    scope: TenantScope,
    source: SourceId,
    stream: StreamId | null,
  ): Promise<readonly PullTarget[]> => {
    const tenant = (await deps.tenants.get(scope.tenantId))?.value;
    const connection = tenant?.connections.find(one => one.source === source);
    if (tenant === undefined || connection === undefined) return [];
    const all = targetsOf(deps, tenant, connection);
    return stream === null ? all : all.filter(target => target.ref.stream === stream);
  };

  return {
    plan: async (scope, source, stream, range) => {
      const targets = await chosen(scope, source, stream);
      const planned = await Promise.all(
        targets.map(async target => {
          const windows = await planPull(deps.pull, target, range);
          return windows.map(window => ({ stream: target.ref.stream, window }));
        }),
      );
      return planned.flat();
    },
    request: async (scope, source, stream, range, operation) => {
      const targets = await chosen(scope, source, stream);
      // All are checked before any is asked: a refusal leaves nothing half requested.
      if (range !== null) for (const target of targets) checkRange(deps.pull, target, range);
      await begin(deps, scope, operation, targets, range);
      for (const target of targets) {
        if (range !== null) await requestPull(deps.pull, target, range, operation);
        const job: Job = {
          kind: 'pull',
          tenant: scope.tenantId,
          ...target.ref,
          trigger: 'request',
          operation,
        };
        await deps.queue.enqueue(job, { now: deps.pull.clock.now(), key: jobKey(job) });
      }
    },
    pause: async (scope, source, stream, reason) => {
      for (const target of await chosen(scope, source, stream)) await pauseStream(deps.pull, target, reason);
    },
    resume: async (scope, source, stream) => {
      for (const target of await chosen(scope, source, stream)) await resumeStream(deps.pull, target);
    },
  };
}

async function begin(
  deps: StreamPullsDeps,
  scope: TenantScope,
  id: OperationId,
  targets: readonly PullTarget[],
  range: Window | null,
): Promise<void> {
  const window = range && { from: isoInstant(range.from), to: isoInstant(range.to) };
  const streams = Object.fromEntries(targets.map(target => [target.ref.stream, { window, done: 0 }]));
  await changeOperation(deps.pull, scope, id, (operation): Operation => ({
    ...operation,
    status: 'Running',
    result: { streams },
  }));
}
