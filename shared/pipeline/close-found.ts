import { without } from '../evidence/coverage.ts';
import type { Cursor, Gap, OpenWindow } from '../model/cursor.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { sealClosedGap } from './seal-window.ts';

/**
 * The cursor, whose open window is whole, without the gaps of that window whose objects have all come after all. What
 * is stored decides, not what this run has read: so a gap is closed also where the run that brought its last object
 * was killed before it could say so. Each goes into the ledger first, with what brought it.
 */
export async function closeFound(
  deps: PullDeps,
  target: PullTarget,
  cursor: Cursor,
  open: OpenWindow,
): Promise<Cursor> {
  const { from, to } = open.window;
  const touched = cursor.gaps.filter(gap => gap.objects !== undefined && gap.from < to && gap.to > from);
  if (touched.length === 0) return cursor;
  const names = touched.flatMap(({ objects }) => objects ?? []);
  const missing = new Set(await deps.cursors.unread(target.scope, target.ref, names));
  const left = new Map(
    touched.map(gap => [gap, (gap.objects ?? []).filter(name => missing.has(name))] as const),
  );
  const closed = touched.filter(gap => left.get(gap)?.length === 0);
  for (const gap of closed) await sealClosedGap(deps, target, gap, open);
  return {
    ...cursor,
    gaps: cursor.gaps.flatMap((gap): Gap[] => {
      const objects = left.get(gap);
      if (objects === undefined) return [gap];
      return objects.length === 0 ? [] : [{ ...gap, objects }];
    }),
    open: { ...open, lost: without(open.lost ?? [], closed) },
  };
}
