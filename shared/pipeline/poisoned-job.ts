import { AppError } from '../kernel/errors.ts';
import type { Job } from '../ports/job-queue.ts';
import { tellOperation, type JobDeps } from './run-job.ts';

/**
 * A job whose worker ended five times without a word (out of memory, killed): it is buried by now. Whoever waits for
 * its operation is told, and so is whoever watches.
 */
export async function tellPoisonedJob(deps: JobDeps, job: Job): Promise<void> {
  const error = new AppError(
    'bug',
    'give-up',
    'A job failed five times without an answer and was put aside. Look at the log of its last run, then run the stream again.',
  );
  const about = job.kind === 'pull' ? { source: job.source, stream: job.stream } : {};
  deps.telemetry.error('job.poisoned', error, { tenant: job.tenant, kind: job.kind, ...about });
  await tellOperation(deps, job, error);
}
