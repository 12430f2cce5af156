import type { Cursor, Gap } from '../model/cursor.ts';
import { saveCursor, type HeldCursor } from './hold-cursor.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { reportProgress } from './requested-pulls.ts';
import { sealGap } from './seal-window.ts';

/**
 * Writes gaps into the ledger and then the cursor that goes on behind them. A requested range may come to its end so:
 * whoever waits for its operation learns that, before the commit, as with a window.
 */
export async function goPast(
  deps: PullDeps,
  target: PullTarget,
  held: HeldCursor,
  { gaps, cursor }: { readonly gaps: readonly Gap[]; readonly cursor: Cursor },
): Promise<HeldCursor> {
  for (const gap of gaps) await sealGap(deps, target, gap);
  if (cursor.requested[0] !== held.value.requested[0]) {
    await reportProgress(deps, target, held.value, cursor);
  }
  return saveCursor(deps, target, held, cursor);
}
