import { without } from '../evidence/coverage.ts';
import type { Gap, OpenWindow } from '../model/cursor.ts';
import { fewWindows, withLost } from './bounded-gaps.ts';
import type { HeldCursor } from './hold-cursor.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { sealGap } from './seal-window.ts';
import type { ArchivedPage } from './store-pages.ts';

/**
 * Objects of a batch that the provider listed and no longer has are gaps, written down once however often they are met.
 * Answers the cursor with them, not saved yet. One that is gone now, but whose records are here since an earlier
 * reading, is none.
 */
export async function recordLosses(
  deps: PullDeps,
  target: PullTarget,
  held: HeldCursor,
  open: OpenWindow,
  batch: readonly ArchivedPage[],
): Promise<HeldCursor> {
  const noticedAt = deps.clock.now();
  const named = batch.flatMap(({ page: { name, lost } }) =>
    lost === undefined || name === null ? [] : [{ name, lost }],
  );
  if (named.length === 0) return held;
  const names = named.map(({ name }) => name);
  const unread = new Set(await deps.cursors.unread(target.scope, target.ref, names));
  const missing = named.filter(({ name }) => unread.has(name));
  const found = missing.map(({ name, lost }): Gap => ({
    ...lost.window,
    reason: lost.reason,
    noticedAt,
    objects: [name],
  }));
  const { gaps, told } = withLost(held.value.gaps, found);
  for (const gap of told) await sealGap(deps, target, gap);
  const value = {
    ...held.value,
    gaps: [...gaps],
    // Asking for the span once more is no answer to it.
    extra: without(held.value.extra, [...found, ...told]),
    open: { ...open, lost: fewWindows([...(open.lost ?? []), ...missing.map(({ lost }) => lost.window)]) },
  };
  return { ...held, value };
}
