import { AppError } from '../kernel/errors.ts';
import type { Cursor } from '../model/cursor.ts';
import { loadCursor } from './hold-cursor.ts';
import { firstCursor } from './plan-stream.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';

/**
 * Stops asking for a stream until somebody resumes it. A run under way loses its next swap and stops there; its
 * window stays open and is finished first afterwards. What the provider forgets meanwhile becomes a gap.
 */
export async function pauseStream(deps: PullDeps, target: PullTarget, reason: string): Promise<void> {
  await change(deps, target, cursor =>
    cursor.paused?.by === 'person'
      ? cursor
      : {
          ...cursor,
          open: cursor.open === null ? null : { ...cursor.open, lease: null },
          paused: { reason, at: deps.clock.now(), by: 'person' },
        },
  );
}

/** Asks again at once, whoever or whatever paused the stream. Failures are counted anew. */
export async function resumeStream(deps: PullDeps, target: PullTarget): Promise<void> {
  await change(deps, target, cursor =>
    cursor.paused === null && cursor.failures === null ? cursor : { ...cursor, paused: null, failures: null },
  );
}

async function change(deps: PullDeps, target: PullTarget, to: (cursor: Cursor) => Cursor): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const held = await loadCursor(deps, target, () => firstCursor(target, deps.clock.now()));
    const next = to(held.value);
    if (next === held.value) return;
    if ((await deps.cursors.swap(target.scope, target.ref, held.rev, next)).ok) return;
    // A running pull moved the cursor meanwhile; the change is made to what it made of it.
  }
  throw new AppError('conflict', 'retry', 'The stream is very busy just now. Send the request again.');
}
