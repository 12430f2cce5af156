import { z } from 'zod';
import { AppError } from '../kernel/errors.ts';
import { instant, isoInstant, type Instant, type Window } from '../kernel/time.ts';
import type { Cursor } from '../model/cursor.ts';
import type { OperationId } from '../model/ids.ts';
import type { Operation } from '../model/run.ts';
import type { TenantScope } from '../model/scope.ts';
import type { WindowPolicy } from '../sources/_kit/source.ts';
import { clockSkew } from './clock-skew.ts';
import { loadCursor, saveCursor, type HeldCursor } from './hold-cursor.ts';
import { policyFor } from './policy-for.ts';
import { firstCursor, planStream } from './plan-stream.ts';
import { windowsOf } from './plan-window.ts';
import { memoryFloor } from './provider-memory.ts';
import type { GoneTarget, PullDeps, PullTarget } from './pull-types.ts';

/** The windows a run would ask for, without doing anything. `range: null` is whatever is due now. */
export async function planPull(deps: PullDeps, target: PullTarget, range: Window | null): Promise<Window[]> {
  const now = deps.clock.now();
  const found = await deps.cursors.load(target.scope, target.ref);
  const cursor = found?.value ?? firstCursor(target, now);
  if (range !== null) {
    const policy = rangePolicy(target);
    return windowsOf(checkedRange(target, range, policy, now), cursor, policy, now);
  }
  if (cursor.open !== null) return [cursor.open.window];
  const plan = planStream(target, cursor, now, true);
  return plan.do === 'ask' ? [plan.window] : [];
}

/** Puts a range at the end of what this stream was asked for. The next run of the stream works on it. */
export async function requestPull(
  deps: PullDeps,
  target: PullTarget,
  range: Window,
  operation: OperationId,
): Promise<void> {
  const policy = rangePolicy(target);
  const now = deps.clock.now();
  const window = checkedRange(target, range, policy, now);
  for (let tries = 0; tries < 20; tries += 1) {
    const held = await loadCursor(deps, target, () => firstCursor(target, now));
    const requested = [...held.value.requested, { window, operation }];
    const swapped = await deps.cursors.swap(target.scope, target.ref, held.rev, { ...held.value, requested });
    if (swapped.ok) return;
    // A running pull moved the cursor meanwhile; the request is added to what it made of it.
  }
  throw new AppError('conflict', 'retry', 'The stream is very busy just now. Send the request again.');
}

/** Throws `request.invalid` for a range the provider no longer remembers the beginning of, or cannot be asked for. */
export function checkRange(deps: PullDeps, target: PullTarget, range: Window): void {
  checkedRange(target, range, rangePolicy(target), deps.clock.now());
}

/** The policy a range is asked by. A snapshot knows only the present, a feed only what follows: a range is refused. */
function rangePolicy(target: PullTarget): WindowPolicy {
  const { id, pull } = target.source;
  if (pull.kind === 'window') return policyFor(target);
  const why =
    pull.kind === 'snapshot'
      ? `${id} has no past: the provider tells only how things are now. Run it without a range to read them now.`
      : `${id} cannot be asked for a time: the provider hands out what follows the last answer. Run it without a range.`;
  throw new AppError('request.invalid', 'give-up', why, { target: 'range' });
}

/**
 * The range in whole grains, outwards: a provider asked for half a second would refuse the window for ever.
 * Never a silent clamp: what the provider no longer has is said, not skipped, and so is what it does not have yet. A
 * range of next year stayed under way until then, and every later one waited behind it.
 */
function checkedRange(target: PullTarget, range: Window, policy: WindowPolicy, now: Instant): Window {
  const floor = memoryFloor(policy, now);
  if (range.to > now + clockSkew) {
    const why = `The range ends at ${isoInstant(range.to)}, which is still to come. Ask for what has passed; the rest is pulled when it is due.`;
    throw new AppError('request.invalid', 'give-up', why, { target: 'to' });
  }
  if (range.from >= floor) {
    const { grain } = policy;
    return {
      from: instant(Math.floor(range.from / grain) * grain),
      to: instant(Math.ceil(range.to / grain) * grain),
    };
  }
  throw new AppError(
    'request.invalid',
    'give-up',
    `The provider of ${target.source.id} remembers only from ${isoInstant(floor)} (UTC) on. Ask from then on.`,
    { target: 'from' },
  );
}

/**
 * Ends the operations of ranges that were asked for while the clock was ahead, and reach into what is still to come:
 * they would be under way until then. Answers the others.
 */
export async function endFutureRequests(
  deps: Pick<PullDeps, 'operations' | 'clock'>,
  target: PullTarget,
  { requested }: Cursor,
  now: Instant,
): Promise<Cursor['requested']> {
  if (requested.length === 0) return requested;
  const latest = now + clockSkew + policyFor(target).grain;
  for (const { window, operation } of requested.filter(one => one.window.to > latest)) {
    const message = `The range ends at ${isoInstant(window.to)}, which is still to come: the clock was ahead when it was asked for. Ask once more for what has passed.`;
    await changeOperation(deps, target.scope, operation, current => ({
      ...current,
      status: 'Canceled',
      error: { code: 'request.invalid', message },
    }));
  }
  return requested.filter(one => one.window.to <= latest);
}

/** Takes ranges out of the cursor whose operation was cancelled. */
export async function dropCanceled(
  deps: PullDeps,
  target: PullTarget,
  held: HeldCursor,
): Promise<HeldCursor> {
  const first = held.value.requested[0];
  if (first === undefined) return held;
  const found = await deps.operations.get(target.scope, first.operation);
  if (found?.value.status !== 'Canceled') return held;
  const requested = held.value.requested.filter(one => one.operation !== first.operation);
  return saveCursor(deps, target, held, { ...held.value, requested });
}

/**
 * Moves the operation's percentage when a window of it is committed. An operation may cover several streams;
 * its `result` keeps what each has done, and the last one to finish completes it.
 */
export async function reportProgress(
  deps: PullDeps,
  target: PullTarget,
  before: Cursor,
  after: Cursor,
): Promise<void> {
  const operation = before.requested[0]?.operation;
  if (operation === undefined) return;
  const left = after.requested.find(one => one.operation === operation)?.window ?? null;
  await changeOperation(deps, target.scope, operation, current => {
    const window = streamsOf(current)[target.ref.stream]?.window ?? null;
    return streamDone(
      current,
      target.ref.stream,
      window === null ? 100 : percentOf(window, left?.from ?? null),
    );
  });
}

/** How far through a request's range the work is, in percent. */
function percentOf(whole: { from: string; to: string }, leftFrom: Instant | null): number {
  if (leftFrom === null) return 100;
  const from = Date.parse(whole.from);
  const span = Date.parse(whole.to) - from;
  const done = Math.min(Math.max(leftFrom - from, 0), span);
  return span <= 0 ? 100 : Math.floor((done / span) * 100);
}

/** What the end of a job means for the operation it was queued for. A requested range goes on by itself. */
export async function reportJobEnd(
  deps: Pick<PullDeps, 'operations' | 'clock'>,
  scope: TenantScope,
  job: { readonly operation?: string | undefined; readonly stream: string },
  error: AppError | null,
): Promise<void> {
  if (job.operation === undefined) return;
  await changeOperation(deps, scope, job.operation, current => {
    const open = streamsOf(current)[job.stream]?.window ?? null;
    const problem = error === null ? null : { code: error.code, message: error.message };
    if (open !== null) return { ...current, error: problem };
    if (problem === null) return streamDone(current, job.stream, 100);
    return { ...current, status: 'Failed', error: problem };
  });
}

/**
 * Ends the operation of a job whose stream is not pulled any more. As cancelled: should the stream come back one day,
 * a range nobody waits for any more is not asked for (`dropCanceled`). Of several streams it ends with the first that
 * is gone, because what was asked for cannot be brought in full.
 */
export async function cancelDropped(
  deps: Pick<PullDeps, 'operations' | 'clock'>,
  { gone, scope }: GoneTarget,
  job: { readonly operation?: string | undefined; readonly stream: string },
): Promise<void> {
  if (job.operation === undefined) return;
  const message = `Nothing more was asked for of ${job.stream}: ${gone}. Switch it on again, then ask once more.`;
  await changeOperation(deps, scope, job.operation, current => ({
    ...current,
    status: 'Canceled',
    error: { code: 'not-found', message },
  }));
}

/** Changes an operation that is not over yet, whoever else is changing it. */
export async function changeOperation(
  deps: Pick<PullDeps, 'operations' | 'clock'>,
  scope: TenantScope,
  id: string,
  change: (operation: Operation) => Operation,
): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const found = await deps.operations.get(scope, id);
    if (found === null || isOver(found.value)) return;
    const next = { ...change(found.value), updatedAt: isoInstant(deps.clock.now()) };
    const swapped = await deps.operations.swap(scope, found.rev, next);
    if (swapped.ok) return;
  }
}

const isOver = (operation: Operation): boolean =>
  operation.status === 'Succeeded' || operation.status === 'Failed' || operation.status === 'Canceled';

function streamDone(operation: Operation, stream: string, done: number): Operation {
  const streams = { ...streamsOf(operation) };
  const known = streams[stream];
  if (known !== undefined) streams[stream] = { ...known, done };
  const all = Object.values(streams);
  const percent = all.length === 0 ? 100 : all.reduce((sum, one) => sum + one.done, 0) / all.length;
  const over = all.every(one => one.done === 100);
  return {
    ...operation,
    status: over ? 'Succeeded' : 'Running',
    percentComplete: Math.floor(percent),
    result: { streams },
    error: over ? null : operation.error,
  };
}

/** In the form the API says it. Operations that were begun when it was milliseconds go on as well. */
const time = z.union([z.iso.datetime(), z.number().transform(at => isoInstant(instant(at)))]);

/** Per stream: the range it was asked for (null: whatever is due) and how much is done, in percent. */
const streamsSchema = z.record(
  z.string(),
  z.object({
    window: z.object({ from: time, to: time }).nullable(),
    done: z.number(),
  }),
);

function streamsOf(operation: Operation): z.infer<typeof streamsSchema> {
  const parsed = streamsSchema.safeParse(operation.result?.['streams'] ?? {});
  return parsed.success ? parsed.data : {};
}
