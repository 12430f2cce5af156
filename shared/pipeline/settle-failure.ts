import type { AppError } from '../kernel/errors.ts';
import { afterFailure } from './after-failure.ts';
import { toldEdge } from './find-edge.ts';
import { goPast } from './go-past.ts';
import { isBusy, saveCursor, type HeldCursor } from './hold-cursor.ts';
import { gapBehind } from './plan-stream.ts';
import { sealLeft } from './seal-window.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { pastUnreadable } from './unreadable-span.ts';

/**
 * Writes into the cursor what the failure means for the next run, and throws it on; unless the provider said
 * it has forgotten the window's beginning, or a feed's token, or nobody could read its answer for a day: that is a gap
 * to record and no failure.
 */
export async function settleFailure(
  deps: PullDeps,
  target: PullTarget,
  error: AppError,
): Promise<HeldCursor> {
  const found = await deps.cursors.load(target.scope, target.ref);
  if (found === null || found.value.open === null || isBusy(found.value.open, deps, deps.clock.now())) {
    throw error;
  }
  const told = await toldEdge(deps, target, found.value.open, error);
  const now = deps.clock.now();
  const behind =
    gapBehind(target, found.value, told, now) ??
    (await pastUnreadable(deps, target, found.value, found.value.open, told));
  if (behind !== null) {
    const left =
      behind.cursor.open === null ? await sealLeft(deps, target, found.value, found.value.open) : {};
    return goPast(deps, target, found, { ...behind, cursor: { ...behind.cursor, ...left } });
  }
  const { kind } = target.source.pull;
  const after = afterFailure(found.value, told, now, kind !== 'feed');
  // A snapshot that is not believed is read anew: what was kept of it would be found wanting again.
  const disbelieved = kind === 'snapshot' && told.code === 'provider.truncated';
  const left = after.open === null ? await sealLeft(deps, target, found.value, found.value.open) : {};
  await saveCursor(deps, target, found, { ...after, ...left, ...(disbelieved ? { open: null } : {}) });
  throw told;
}
