import { asAppError } from '../kernel/errors.ts';
import { minutes, seconds, type Duration } from '../kernel/time.ts';
import { queueDueConnections, type DueDeps } from '../pipeline/due-connections.ts';
import { queueUpkeep, type QueueUpkeepDeps } from '../pipeline/queue-upkeep.ts';
import { projectIndex } from '../pipeline/project-index.ts';
import { jobLease, runJob, type JobDeps } from '../pipeline/run-job.ts';
import { checkpointsEvery, signCheckpoints, type CheckpointDeps } from '../pipeline/sign-checkpoints.ts';
import type { SearchIndex } from '../ports/search-index.ts';

export interface WorkLoopOptions {
  readonly deps: JobDeps &
    DueDeps & {
      readonly index: SearchIndex;
      readonly upkeep: Omit<QueueUpkeepDeps, 'queue'>;
      readonly checkpoints: CheckpointDeps;
    };
  /** Between two looks at what is due. */
  readonly every: Duration;
  readonly workers: number;
}

const idlePause = seconds(0.5);
/** Short enough for what a pull stores meanwhile to be in memory still: read back, it would have to be parsed again. */
const indexPause = seconds(0.25);
const troublePause = seconds(5);
/** One run's share before it makes room for others. */
const budget = { pages: 200, time: minutes(4) };

/**
 * The local host's stand-in for timer, queue and change-feed triggers: the same functions, called in a loop.
 * `stop` lets every run finish the page it is on, and resolves when all is quiet.
 */
export function startWorkLoop(options: WorkLoopOptions): { stop: () => Promise<void> } {
  const atWork = new Set<string>();
  // A worker of ours that is at no job holds nothing: with the disk full it could not give back the window it had.
  const isGone = (owner: string): boolean =>
    options.deps.isGone?.(owner) === true ||
    (owner.startsWith(`${options.deps.worker}/`) && !atWork.has(owner));
  const deps = { ...options.deps, isGone };
  const stopping = new AbortController();
  const { signal } = stopping;

  /** Repeats `step` until stopped; a failure is reported and tried again, for the loop must outlive it. */
  const forever = async (name: string, step: () => Promise<Duration>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await deps.clock.sleep(await step(), signal);
      } catch (thrown) {
        deps.telemetry.error('loop.failed', asAppError(thrown), { loop: name });
        await deps.clock.sleep(troublePause, signal);
      }
    }
  };

  const schedule = async (): Promise<Duration> => {
    await queueDueConnections(deps);
    await queueUpkeep({ ...deps.upkeep, queue: deps.queue });
    return options.every;
  };
  // Each has a name of its own in leases, so that two jobs of one stream do not both take its window.
  const work = (name: string) => async (): Promise<Duration> => {
    const taken = await deps.queue.take(deps.clock.now(), jobLease);
    if (taken === null) return idlePause;
    const worker = `${deps.worker}/${name}`;
    atWork.add(worker);
    await runJob({ ...deps, worker }, taken, { ...budget, signal }).finally(() => atWork.delete(worker));
    return 0 as Duration;
  };
  const index = async (): Promise<Duration> => {
    await projectIndex(deps.events, deps.index, signal);
    return indexPause;
  };

  const checkpoint = async (): Promise<Duration> => {
    await signCheckpoints(deps.checkpoints);
    return checkpointsEvery;
  };

  const running = [
    forever('schedule', schedule),
    forever('index', index),
    forever('checkpoints', checkpoint),
    ...Array.from({ length: options.workers }, (_, at) => `work-${at + 1}`).map(name =>
      forever(name, work(name)),
    ),
  ];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
