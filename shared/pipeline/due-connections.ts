import { asAppError } from '../kernel/errors.ts';
import { minutes, type Duration, type Instant } from '../kernel/time.ts';
import type { Cursor } from '../model/cursor.ts';
import type { Job, JobQueue } from '../ports/job-queue.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { isResting } from './after-failure.ts';
import { isAhead } from './clock-skew.ts';
import { isBusy } from './hold-cursor.ts';
import { planStream, rhythmOf, streamEvery } from './plan-stream.ts';
import { jobKey } from './run-job.ts';
import { shareQuota, type AppQuota } from './share-quota.ts';

export interface DueDeps extends Pick<PullDeps, 'cursors' | 'clock' | 'telemetry' | 'worker' | 'isGone'> {
  readonly queue: JobQueue;
  /** Every stream of every active tenant's enabled connections. */
  readonly targets: () => Promise<readonly PullTarget[]>;
  /** The application-wide limit a stream's pulls count against; null where the provider sets none. */
  readonly quotaOf?: (target: PullTarget) => AppQuota | null;
  /** Until this is called again; a minute where not given. */
  readonly untilNext?: Duration;
}

interface Due {
  readonly target: PullTarget;
  /** How many of its own intervals this stream is behind: an idle stream may be an hour late before a busy one is two minutes. */
  readonly behind: number;
}

/**
 * Queues a job for every stream with something to do. One tenant's broken cursor is reported and does not stop
 * the others. Tenants take turns, the one furthest behind first, so that none starves behind a large one.
 * Where a provider limits the application as a whole, jobs are spread over the time until the next call, and what
 * does not fit waits for it. Returns how many jobs were asked for (a stream that waits in the queue already is not queued twice).
 */
export async function queueDueConnections(deps: DueDeps): Promise<number> {
  const now = deps.clock.now();
  const due: Due[] = [];
  for (const target of await deps.targets()) {
    const facts = { tenant: target.tenant.id, source: target.ref.source, stream: target.ref.stream };
    try {
      const found = await deps.cursors.load(target.scope, target.ref);
      const cursor = found?.value ?? null;
      if (isDue(deps, target, cursor, now)) {
        due.push({ target, behind: cursor === null ? Infinity : lateness(target, cursor, now) });
      }
    } catch (thrown) {
      deps.telemetry.error('stream.unschedulable', asAppError(thrown), facts);
    }
  }
  const quotaOf = ({ target }: Due): AppQuota | null => deps.quotaOf?.(target) ?? null;
  const turns = shareQuota(inTurns(due), quotaOf, deps.untilNext ?? minutes(1));
  for (const { item, delay } of turns) {
    const { target } = item;
    const job: Job = { kind: 'pull', tenant: target.tenant.id, ...target.ref, trigger: 'timer' };
    await deps.queue.enqueue(job, { now, delay, key: jobKey(job) });
  }
  return turns.length;
}

function lateness(target: PullTarget, cursor: Cursor, now: Instant): number {
  return (now - cursor.committedTo) / streamEvery(target, cursor);
}

/** Streams whose newest answered instant is further back than their rhythm explains: a backlog, or trouble. */
export async function countBehind(
  deps: Pick<DueDeps, 'cursors' | 'clock'>,
  targets: readonly PullTarget[],
): Promise<number> {
  let behind = 0;
  for (const target of targets) {
    const cursor = (await deps.cursors.load(target.scope, target.ref))?.value;
    const { lag, every } = rhythmOf(target, cursor ?? {});
    const late = deps.clock.now() - lag - (cursor?.committedTo ?? 0);
    if (late > Math.max(3 * every, minutes(5))) behind += 1;
  }
  return behind;
}

function isDue(deps: DueDeps, target: PullTarget, cursor: Cursor | null, now: Instant): boolean {
  if (cursor === null) return true;
  if (cursor.paused?.by === 'person') return false;
  if (isResting(cursor, now)) return false;
  if (cursor.open !== null) return !isBusy(cursor.open, deps, now);
  if (isAhead(cursor, now)) return true;
  return planStream(target, cursor, now).do !== 'nothing';
}

function inTurns(due: readonly Due[]): Due[] {
  const byTenant = new Map<string, Due[]>();
  for (const one of due.toSorted((a, b) => b.behind - a.behind)) {
    const queue = byTenant.get(one.target.tenant.id);
    if (queue === undefined) byTenant.set(one.target.tenant.id, [one]);
    else queue.push(one);
  }
  const queues = [...byTenant.values()];
  const turns: Due[] = [];
  for (let round = 0; turns.length < due.length; round += 1) {
    for (const queue of queues) {
      const one = queue[round];
      if (one !== undefined) turns.push(one);
    }
  }
  return turns;
}
