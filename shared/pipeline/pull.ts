import { AppError, asAppError } from '../kernel/errors.ts';
import { isoInstant, type Instant } from '../kernel/time.ts';
import { noCounts, type Counts, type Cursor, type OpenWindow } from '../model/cursor.ts';
import type { RunId } from '../model/ids.ts';
import type { Run } from '../model/run.ts';
import { isResting, overtaken } from './after-failure.ts';
import { backToPresent } from './back-to-present.ts';
import { isAhead } from './clock-skew.ts';
import { closeFound } from './close-found.ts';
import { isBusy, leaseOf, loadCursor, saveCursor, type HeldCursor } from './hold-cursor.ts';
import { policyFor } from './policy-for.ts';
import {
  afterSeal,
  firstCursor,
  forgottenOpen,
  isStale,
  planStream,
  streamEvery,
  unreadSpan,
} from './plan-stream.ts';
import { gonePast } from './forgotten-span.ts';
import { goPast } from './go-past.ts';
import type { Plan } from './plan-window.ts';
import type { PullDeps, PullRequest, PullResult, PullTarget } from './pull-types.ts';
import { pullPages, type Progress } from './pull-pages.ts';
import { dropCanceled, reportProgress } from './requested-pulls.ts';
import { endedRun, startedRun } from './run-entry.ts';
import { everyOf, nextEvery, rhythmBounds } from './rhythm.ts';
import { sealGap, sealLeft, sealWindow } from './seal-window.ts';
import { settleFailure } from './settle-failure.ts';
import { addCounts } from './store-pages.ts';
import { storeSnapshot } from './store-snapshot.ts';

/**
 * One run over one stream: finishes the window left open, then does whatever is due, until nothing is or the
 * budget is spent. Safe to repeat, to kill anywhere, and to start twice at once.
 * Throws the AppError that stopped it, after writing into the cursor when to try again.
 */
export async function pull(deps: PullDeps, target: PullTarget, request: PullRequest): Promise<PullResult> {
  const began = deps.clock.now();
  let held = await loadCursor(deps, target, () => firstCursor(target, began));
  let total: Counts = noCounts;
  let windows = 0;
  let isOurs = false;
  let untold: readonly Run[] = [];
  if (mustWait(held.value, request, began)) return { status: 'idle', counts: total, windows };
  for (;;) {
    // Only the first look is eager: every moment brings another sliver.
    const eager = request.trigger === 'request' && windows === 0;
    const claimed: Claimed = isOurs ? { is: 'open', held } : await claim(deps, target, held, eager);
    if (claimed.is !== 'open') return finished(claimed.is, total, windows);
    const left = { ...request, budget: remaining(deps, request, began, total.pages) };
    const progress = await pullOpenWindow(deps, target, claimed.held, left, untold);
    ({ held, isOurs = false } = progress);
    untold = progress.ended === undefined ? [] : [progress.ended];
    total = addCounts(total, progress.counts);
    windows += 1;
    if (progress.status === 'lost') return { status: 'busy', counts: total, windows };
    // A window that is ours already is at least begun: left under our lease, nobody could go on with it.
    if (progress.status === 'spent' || (!isOurs && isSpent(deps, request, began, total.pages))) {
      return { status: 'continued', counts: total, windows };
    }
  }
}

const finished = (is: 'busy' | 'nothing', counts: Counts, windows: number): PullResult => ({
  status: is === 'busy' ? 'busy' : windows === 0 ? 'idle' : 'succeeded',
  counts,
  windows,
});

/** The timer respects a waiting time; a person who asks does not. What a person paused waits for a person. */
function mustWait(cursor: Cursor, request: PullRequest, now: Instant): boolean {
  if (cursor.paused?.by === 'person') return true;
  return request.trigger !== 'request' && isResting(cursor, now);
}

type Claimed =
  { readonly is: 'open'; readonly held: HeldCursor } | { readonly is: 'busy' } | { readonly is: 'nothing' };

/** Step 1: the open window under our lease; gaps met on the way are written down first. */
async function claim(deps: PullDeps, target: PullTarget, from: HeldCursor, eager: boolean): Promise<Claimed> {
  let held = from;
  try {
    for (;;) {
      const now = deps.clock.now();
      const { open } = held.value;
      if (open !== null && isBusy(open, deps, now)) return { is: 'busy' };
      if (isAhead(held.value, now)) {
        held = await backToPresent(deps, target, held);
        continue;
      }
      if (open !== null) {
        if (isStale(target, open, now)) {
          const left = await sealLeft(deps, target, held.value, open);
          const failures = overtaken(held.value, open, now);
          held = await saveCursor(deps, target, held, { ...held.value, ...left, open: null, failures });
          continue;
        }
        const lost = forgottenOpen(target, held.value, now);
        if (lost !== null) {
          await sealGap(deps, target, lost);
          held = await saveCursor(deps, target, held, { ...held.value, gaps: [...held.value.gaps, lost] });
        }
        const value = { ...held.value, open: { ...open, lease: leaseOf(deps) } };
        return { is: 'open', held: await saveCursor(deps, target, held, value) };
      }
      held = await dropCanceled(deps, target, held);
      const plan = planStream(target, held.value, now, eager);
      if (plan.do === 'nothing') return { is: 'nothing' };
      if (plan.do === 'go-past') {
        held = await goPast(deps, target, held, { gaps: plan.gaps, cursor: gonePast(held.value, plan) });
        continue;
      }
      const value = { ...held.value, open: newOpenWindow(deps, plan) };
      return { is: 'open', held: await saveCursor(deps, target, held, value) };
    }
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'cursor.lost') return { is: 'busy' };
    throw thrown;
  }
}

const newOpenWindow = (deps: PullDeps, plan: Plan & { do: 'ask' }): OpenWindow => ({
  window: plan.window,
  purpose: plan.purpose,
  reread: plan.reread,
  resume: null,
  restarts: 0,
  counts: noCounts,
  run: deps.newId() as RunId,
  lease: leaseOf(deps),
});

/** What became of a window; `isOurs`: its commit claimed the next one as well, and `ended` is still to be told. */
type Pulled = Progress & { readonly isOurs?: boolean; readonly ended?: Run };

/** Steps 2 to 7 of one window, with its line in the pull history. */
async function pullOpenWindow(
  deps: PullDeps,
  target: PullTarget,
  from: HeldCursor,
  request: PullRequest,
  before: readonly Run[],
): Promise<Pulled> {
  const began = deps.clock.now();
  const open = openOf(from.value);
  const run = startedRun(deps, target, open, request);
  await deps.runs.put(target.scope, ...before, run);
  let progress: Pulled = { status: 'whole', held: from, counts: noCounts, named: false };
  try {
    progress = await pullPages(deps, target, from, request.budget, next => {
      progress = next;
    });
    if (progress.status === 'whole') {
      const goesOn = !isSpent(deps, request, began, progress.counts.pages);
      progress = await commit(deps, target, progress, goesOn);
    }
    const ended = endedRun(deps, run, progress);
    // Told together with the beginning of the next, which is ours already.
    if (progress.isOurs === true) return { ...progress, ended };
    await deps.runs.put(target.scope, ended);
    return progress;
  } catch (thrown) {
    const error = asAppError(thrown);
    await deps.runs.put(target.scope, endedRun(deps, run, progress, error));
    if (error.code === 'cursor.lost') return { ...progress, status: 'lost' };
    const held = await settleFailure(deps, target, error);
    return { status: 'whole', held, counts: noCounts, named: false };
  }
}

/**
 * Seal, then commit: a committed window always has its ledger entry. Where this run goes on, the write that commits
 * the window claims the next one too: step 7 and the next step 1 are one.
 */
async function commit(deps: PullDeps, target: PullTarget, whole: Progress, goesOn: boolean): Promise<Pulled> {
  const { progress, snapshot } = await sealed(deps, target, whole);
  const cursor = await closeFound(deps, target, progress.held.value, openOf(progress.held.value));
  const open = openOf(cursor);
  const value: Cursor = {
    ...afterSeal(target, cursor, open, deps.clock.now()),
    ...newRhythm(target, cursor, open),
    paused: null,
    ...(snapshot === undefined ? {} : { snapshot }),
  };
  // Before the commit: the other way round a crash between them would leave the operation running for ever.
  if (open.purpose === 'requested') await reportProgress(deps, target, progress.held.value, value);
  const next = goesOn ? nextWindow(deps, target, value) : null;
  const held = await saveCursor(deps, target, progress.held, { ...value, open: next });
  const goesForward = next?.purpose === 'forward';
  if (progress.named && open.purpose === 'forward' && !goesForward && target.source.pull.kind === 'window')
    await forgetOldNames(deps, target);
  deps.telemetry.event('window.committed', {
    ...target.ref,
    tenant: target.tenant.id,
    purpose: open.purpose,
    from: isoInstant(open.window.from),
    to: isoInstant(open.window.to),
    ...open.counts,
  });
  return { ...progress, held, isOurs: next !== null };
}

/** The next window, if there is nothing to look up or to write down before it; otherwise `claim` sees to it. */
function nextWindow(deps: PullDeps, target: PullTarget, cursor: Cursor): OpenWindow | null {
  if (target.source.pull.kind !== 'window' || cursor.requested.length > 0) return null;
  try {
    const plan = planStream(target, cursor, deps.clock.now());
    return plan.do === 'ask' ? newOpenWindow(deps, plan) : null;
  } catch {
    // Nothing must keep a sealed window from being committed; `claim` meets the same and tells it.
    return null;
  }
}

/** Step 6; for a snapshot, whose events come of the comparison, steps 3 and 4 as well. */
async function sealed(
  deps: PullDeps,
  target: PullTarget,
  progress: Progress,
): Promise<{ progress: Progress; snapshot?: Cursor['snapshot'] }> {
  const cursor = progress.held.value;
  const open = openOf(cursor);
  if (target.source.pull.kind !== 'snapshot') {
    await sealWindow(deps, target, open);
    return { progress };
  }
  const stored = await storeSnapshot(deps, target, cursor, open);
  const manifest = await sealWindow(deps, target, open, stored.part);
  const gap = unreadSpan(target, cursor, open, stored.baseLost, deps.clock.now());
  if (gap !== null) await sealGap(deps, target, gap);
  const value: Cursor = {
    ...cursor,
    gaps: gap === null ? cursor.gaps : [...cursor.gaps, gap],
    open: { ...open, counts: addCounts(open.counts, stored.counts) },
  };
  const readings = (cursor.snapshot?.readings ?? 0) + 1;
  return {
    progress: {
      ...progress,
      held: { ...progress.held, value },
      counts: addCounts(progress.counts, stored.counts),
    },
    snapshot: { manifest, asOf: open.window.to, things: stored.things, readings },
  };
}

/** What a regular window brought decides when the next is asked for. Re-reads and requests say nothing about now. */
function newRhythm(target: PullTarget, cursor: Cursor, open: OpenWindow): Pick<Cursor, 'every'> {
  // What a person sets is the rhythm from then on: how it was read so far is judged by the one before.
  if (target.source.pull.kind !== 'window') return { every: streamEvery(target, cursor) };
  if (open.purpose !== 'forward') return {};
  const policy = policyFor(target);
  const fresh = open.counts.inserted + open.counts.replaced;
  return { every: nextEvery(everyOf(cursor, policy), rhythmBounds(policy), fresh) };
}

/** Twice the provider's memory: a listing can no longer name an object older than that. */
async function forgetOldNames(deps: PullDeps, target: PullTarget): Promise<void> {
  const span = policyFor(target).lookback * 2;
  await deps.cursors.forgetRead(target.scope, target.ref, (deps.clock.now() - span) as Instant);
}

function openOf(cursor: Cursor): OpenWindow {
  if (cursor.open !== null) return cursor.open;
  throw new AppError('bug', 'retry', 'A window was worked on that the cursor does not know.');
}

function remaining(
  deps: PullDeps,
  request: PullRequest,
  began: Instant,
  pages: number,
): PullRequest['budget'] {
  const { budget } = request;
  const used = deps.clock.now() - began;
  return { ...budget, pages: budget.pages - pages, time: (budget.time - used) as typeof budget.time };
}

function isSpent(deps: PullDeps, request: PullRequest, began: Instant, pages: number): boolean {
  const left = remaining(deps, request, began, pages);
  return left.pages <= 0 || left.time <= 0 || left.signal?.aborted === true;
}
