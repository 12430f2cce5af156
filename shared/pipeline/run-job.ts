import { asAppError, type AppError, type Recovery } from '../kernel/errors.ts';
import { minutes, plus, seconds, type Duration } from '../kernel/time.ts';
import type { Job, JobQueue, PullJob, TakenJob } from '../ports/job-queue.ts';
import type { GoneTarget, PullBudget, PullDeps, PullTarget } from './pull-types.ts';
import { pull } from './pull.ts';
import { cancelDropped, reportJobEnd } from './requested-pulls.ts';
import { runUpkeep, tellUpkeepFailed, type UpkeepDeps } from './run-upkeep.ts';

export interface JobDeps extends PullDeps {
  readonly queue: JobQueue;
  /** The stream a job names, or why there is none any more. */
  readonly target: (job: PullJob) => Promise<PullTarget | GoneTarget>;
  /** Work over a tenant's stored events. */
  readonly upkeep: UpkeepDeps;
}

/** What becomes of a job whose work failed, by the error's recovery. Exhaustive: a new recovery must be decided. */
type Fate = 'ack' | 'delay' | 'bury';
const fates: Readonly<Record<Recovery, Fate>> = {
  retry: 'delay',
  // The cursor says when to try again; the timer comes back then.
  'retry-later': 'ack',
  'pause-source': 'ack',
  // Quarantine happens to records, inside a pull. A job that ends so has a defect.
  quarantine: 'bury',
  'give-up': 'bury',
};

const mostAttempts = 5;
const attemptWait = seconds(5);
/** Longer than a run's budget, so that a job never comes twice while it is being worked on. */
export const jobLease = minutes(15);

/** Key under which a stream's job, or a tenant's upkeep, waits at most once in the queue. */
export const jobKey = (job: Job): string =>
  job.kind === 'pull'
    ? `${job.kind}/${job.tenant}/${job.source}/${job.stream}/${job.operation ?? ''}`
    : `${job.kind}/${job.tenant}/${'operation' in job ? job.operation : ''}`;

type Facts = Readonly<Record<string, string>>;

const factsOf = ({ id, job }: TakenJob): Facts => ({
  job: id,
  tenant: job.tenant,
  ...(job.kind === 'pull' ? { source: job.source, stream: job.stream } : { kind: job.kind }),
});

/** Works one job to its end: acknowledged, delayed or buried, never lost. Does not throw. */
export async function runJob(deps: JobDeps, taken: TakenJob, budget: PullBudget): Promise<void> {
  const { job } = taken;
  const facts = factsOf(taken);
  try {
    const again =
      job.kind === 'pull'
        ? await runPull(deps, job, budget, facts)
        : await runUpkeep(deps.upkeep, job, budget, facts);
    if (again !== null) await deps.queue.enqueue(again, { now: deps.clock.now(), key: jobKey(job) });
    await deps.queue.ack(taken.id);
  } catch (thrown) {
    await settle(deps, taken, asAppError(thrown), facts);
  }
}

/** The job's continuation where the budget ended first; null when it is done. */
async function runPull(deps: JobDeps, job: PullJob, budget: PullBudget, facts: Facts): Promise<Job | null> {
  const began = deps.clock.now();
  const target = await deps.target(job);
  if ('gone' in target) {
    await cancelDropped(deps, target, job);
    deps.telemetry.event('job.dropped', { ...facts, reason: target.gone });
    return null;
  }
  const result = await pull(deps, target, { trigger: job.trigger, budget });
  if (result.status !== 'continued') await reportJobEnd(deps, target.scope, job, null);
  if (result.status !== 'idle') {
    const { counts, windows, status } = result;
    deps.telemetry.event('run.ended', { ...facts, status, windows, ...counts, ms: deps.clock.now() - began });
    deps.telemetry.count('records_seen', counts.seen, { source: job.source });
    deps.telemetry.count('records_quarantined', counts.quarantined, { source: job.source });
  }
  return result.status === 'continued' ? { ...job, trigger: 'continuation' } : null;
}

async function settle(deps: JobDeps, taken: TakenJob, error: AppError, facts: Facts): Promise<void> {
  const fate =
    fates[error.recovery] === 'delay' && taken.attempt >= mostAttempts ? 'bury' : fates[error.recovery];
  const source = taken.job.kind === 'pull' ? taken.job.source : taken.job.kind;
  deps.telemetry.count('runs_failed', 1, { source, code: error.code });
  // What heals by itself is news, not an alarm.
  if (fate === 'ack')
    deps.telemetry.event('run.failed', { ...facts, code: error.code, recovery: error.recovery });
  else deps.telemetry.error('run.failed', error, { ...facts, attempt: taken.attempt, fate });
  try {
    if (fate !== 'delay') await tellOperation(deps, taken.job, error);
    if (fate === 'ack') await deps.queue.ack(taken.id);
    else if (fate === 'bury') await deps.queue.bury(taken.id, error.code);
    else await deps.queue.delay(taken.id, plus(deps.clock.now(), backoff(taken.attempt)));
  } catch (second) {
    // The queue itself failed: the job's lease ends and it comes again.
    deps.telemetry.error('job.unsettled', asAppError(second), facts);
  }
}

/** Whoever waits for the job's operation learns that it failed. */
export async function tellOperation(deps: JobDeps, job: Job, error: AppError): Promise<void> {
  if (job.kind !== 'pull') return tellUpkeepFailed(deps.upkeep, job, error);
  if (job.operation === undefined) return;
  const target = await deps.target(job);
  if ('gone' in target) await cancelDropped(deps, target, job);
  else await reportJobEnd(deps, target.scope, job, error);
}

const backoff = (attempt: number): Duration => (attemptWait * 2 ** (attempt - 1)) as Duration;
