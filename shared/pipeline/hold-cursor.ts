import { AppError } from '../kernel/errors.ts';
import { isWaitOver, plus, seconds, type Instant } from '../kernel/time.ts';
import type { Cursor, OpenWindow } from '../model/cursor.ts';
import { withFewGaps } from './bounded-gaps.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';

/** A cursor as this worker last saw it. Every write goes through swap, so a stale one cannot be written. */
export interface HeldCursor {
  readonly value: Cursor;
  readonly rev: string;
}

/**
 * How long a window stays claimed without progress. Each page renews it; the HTTP client gives up on one
 * request well before, so a live worker never loses it.
 */
export const leaseSpan = seconds(300);

export const leaseOf = (deps: PullDeps): { owner: string; until: Instant } => ({
  owner: deps.worker,
  until: plus(deps.clock.now(), leaseSpan),
});

/** Somebody else works on it, and has shown a sign of life. */
export function isBusy(open: OpenWindow, by: Pick<PullDeps, 'worker' | 'isGone'>, now: Instant): boolean {
  if (open.lease === null || open.lease.owner === by.worker || isWaitOver(open.lease.until, now, leaseSpan))
    return false;
  return by.isGone?.(open.lease.owner) !== true;
}

/** The stream's cursor, created by `first` where there is none. A race over the creation has one winner. */
export async function loadCursor(
  deps: PullDeps,
  target: PullTarget,
  first: () => Cursor,
): Promise<HeldCursor> {
  const found = await deps.cursors.load(target.scope, target.ref);
  if (found !== null) return found;
  const value = first();
  const created = await deps.cursors.swap(target.scope, target.ref, null, value);
  if (created.ok) return { value, rev: created.rev };
  if (created.current !== null) return created.current;
  throw new AppError('store.unavailable', 'retry', 'The cursor store could not create a cursor. Try again.');
}

/** Writes the next cursor, or throws `cursor.lost`: then this worker stops, whatever it was doing. */
export async function saveCursor(
  deps: PullDeps,
  target: PullTarget,
  held: HeldCursor,
  wanted: Cursor,
): Promise<HeldCursor> {
  const value = withFewGaps(wanted);
  const swapped = await deps.cursors.swap(target.scope, target.ref, held.rev, value);
  if (swapped.ok) return { value, rev: swapped.rev };
  throw new AppError(
    'cursor.lost',
    'retry-later',
    'Another worker has taken this stream over. This run stops; it has written nothing that is not needed.',
    { facts: { source: target.ref.source, stream: target.ref.stream } },
  );
}
