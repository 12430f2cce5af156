import { AppError } from '../kernel/errors.ts';
import type { Window } from '../kernel/time.ts';
import type { SourceId, StreamId } from '../model/ids.ts';
import type { Source } from '../sources/_kit/source.ts';
import { compareSnapshots, type Changed } from './compare-snapshots.ts';
import { windowPrefix } from './raw-key.ts';
import { readSnapshotManifest } from './seal-window.ts';
import { changePlacer, type Placed } from './snapshot-changes.ts';
import { keyOfRecord, readPage, sealedThings, type ReadingDeps, type ReadingTarget, type ReadPage } from './snapshot-things.ts'; // prettier-ignore
import { tellingReading, type Told } from './telling-reading.ts';

/**
 * What two readings tell today of a record that was stored of their difference. `same`: no change any more.
 * `stranger`: the record does not say which thing it is. `raw-gone`: retention has removed the record itself;
 * `reading-gone`: retention has removed one of the two readings, or the reading was never sealed.
 */
export type ToldAnew = Placed | 'same' | 'stranger' | 'raw-gone' | 'reading-gone';

/** One reading against the one before it, as they are compared today. */
interface Comparison {
  readonly changed: ReadonlyMap<string, Changed>;
  readonly strangers: ReadonlySet<string>;
  readonly place: (one: Changed) => Promise<Placed>;
}

/**
 * The changes of snapshots made anew from the archive: finds the reading that told one, compares it with the one its
 * manifest says it was compared with, and maps the difference. What one reading told is stored together, so the last
 * page and the last comparison are kept at hand. What lies damaged in the archive throws `archive.corrupt`.
 */
export function archivedChanges(
  deps: ReadingDeps,
  of: Pick<ReadingTarget, 'scope' | 'tenant'>,
): (source: Source, stream: StreamId, told: Told) => Promise<ToldAnew> {
  const reading = tellingReading(deps);
  let page: { readonly key: string; readonly read: ReadPage | null } | null = null;
  let comparison: { readonly prefix: string; readonly of: Comparison | null } | null = null;
  return async (source, stream, told) => {
    const target = { ...of, source, ref: { source: source.id as SourceId, stream } };
    const { key, index } = told.raw;
    try {
      if (page?.key !== key) page = { key, read: await readPage(deps, target, key) };
      if (page.read === null) return 'raw-gone';
      const window = await reading(target, told, keyOfRecord(target, page.read.records[index]));
      if (window === null) return 'reading-gone';
      const prefix = windowPrefix(target.ref, window);
      if (comparison?.prefix !== prefix) comparison = { prefix, of: await compare(deps, target, window) };
    } catch (thrown) {
      // What `split` no longer takes for a page can be compared with nothing.
      if (thrown instanceof AppError && thrown.code === 'provider.malformed') return 'reading-gone';
      throw thrown;
    }
    if (comparison.of === null) return 'reading-gone';
    if (comparison.of.strangers.has(placeOf(key, index))) return 'stranger';
    const changed = comparison.of.changed.get(placeOf(key, index));
    return changed === undefined ? 'same' : comparison.of.place(changed);
  };
}

const placeOf = (page: string, index: number): string => `${page} ${index}`;

/** Null when the reading was never sealed, or when it or the one before it can no longer be read back. */
async function compare(deps: ReadingDeps, target: ReadingTarget, window: Window): Promise<Comparison | null> {
  const manifest = await manifestOf(deps, target, window);
  const part = manifest === null ? null : await readSnapshotManifest(deps, target, manifest);
  if (manifest === null || part === null) return null;
  const now = await sealedThings(deps, target, manifest);
  const before = part.previous === null ? null : await sealedThings(deps, target, part.previous);
  if (now === null || (before === null && part.previous !== null)) return null;
  const compared = compareSnapshots(before, now);
  const changed = compared.changed.flatMap(one => {
    const thing = one.now ?? one.before;
    return thing === null ? [] : [[placeOf(thing.page, thing.index), one] as const];
  });
  return {
    changed: new Map(changed),
    strangers: new Set(now.strangers.map(({ raw }) => placeOf(raw.key, raw.index))),
    place: changePlacer(deps, target, { before, now, compared, window }),
  };
}

/** A reading sealed twice, after a crash between seal and commit, has the same manifest. */
async function manifestOf(deps: ReadingDeps, target: ReadingTarget, window: Window): Promise<string | null> {
  let found: string | null = null;
  const prefix = `${windowPrefix(target.ref, window)}manifest-`;
  for await (const { key } of deps.archive.list(target.scope, prefix)) found = key;
  return found;
}
