import type { Thing, Things } from './snapshot-things.ts';

/** One thing that is not as it was. `now` is null for a removed one, `before` for an added one. */
export interface Changed {
  readonly key: string;
  readonly before: Thing | null;
  readonly now: Thing | null;
}

export interface Compared {
  readonly changed: readonly Changed[];
  /** Things that are missing, and may only be unreadable: they are carried over to the next comparison. */
  readonly carried: readonly Thing[];
  /** Things that are missing for good. */
  readonly removed: number;
}

type Compares = Pick<Things, 'byKey' | 'strangers'>;

/**
 * What became of each thing between two snapshots; `before: null` is the first. Pure. A snapshot in which a record
 * came that does not say which thing it is cannot tell what is missing: that record may be the missing thing.
 */
export function compareSnapshots(before: Compares | null, now: Compares): Compared {
  const changed: Changed[] = [];
  for (const [key, thing] of now.byKey) {
    const old = before?.byKey.get(key) ?? null;
    if (old === null || old.says !== thing.says) changed.push({ key, before: old, now: thing });
  }
  const missing: Changed[] = [];
  for (const [key, old] of before?.byKey ?? []) {
    if (!now.byKey.has(key)) missing.push({ key, before: old, now: null });
  }
  const known = new Set(before?.strangers.map(one => one.recordHash));
  const isSure = now.strangers.every(one => known.has(one.recordHash));
  if (!isSure) return { changed, carried: missing.flatMap(one => one.before ?? []), removed: 0 };
  return { changed: [...changed, ...missing], carried: [], removed: missing.length };
}
