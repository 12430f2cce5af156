import type { AppError } from '../kernel/errors.ts';
import { isoInstant } from '../kernel/time.ts';
import { noCounts, type OpenWindow } from '../model/cursor.ts';
import type { Run } from '../model/run.ts';
import type { Progress } from './pull-pages.ts';
import type { PullDeps, PullRequest, PullTarget } from './pull-types.ts';

/** The line of the pull history for a window that is begun, or gone on with. */
export const startedRun = (
  deps: PullDeps,
  target: PullTarget,
  open: OpenWindow,
  request: PullRequest,
): Run => ({
  id: open.resume === null && open.counts.pages === 0 ? open.run : deps.newId(),
  tenant: target.tenant.id,
  source: target.ref.source,
  stream: target.ref.stream,
  trigger: request.trigger,
  purpose: open.purpose,
  window: { from: isoInstant(open.window.from), to: isoInstant(open.window.to) },
  startedAt: isoInstant(deps.clock.now()),
  endedAt: null,
  status: 'running',
  counts: noCounts,
  error: null,
});

/** The same line when the work on it ended: well, or by an error, or because another worker has the window now. */
export const endedRun = (deps: PullDeps, run: Run, progress: Progress, error?: AppError): Run => ({
  ...run,
  endedAt: isoInstant(deps.clock.now()),
  status: statusOf(progress, error),
  counts: progress.counts,
  ...(error === undefined || error.code === 'cursor.lost'
    ? {}
    : { error: { code: error.code, message: error.message } }),
});

function statusOf({ status }: Progress, error: AppError | undefined): Run['status'] {
  if (error !== undefined) return error.code === 'cursor.lost' ? 'busy' : 'failed';
  return status === 'spent' ? 'continued' : 'succeeded';
}
