import { AppError } from '../kernel/errors.ts';
import type { OpenWindow } from '../model/cursor.ts';
import { equalCount, type EqualCount } from './equal-count.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { namedPageKey, pageName, windowPrefix } from './raw-key.ts';
import { readRecords } from './read-records.ts';

/**
 * The count at the place where the open window's cursor stands; null for sources that count nothing. After an
 * interruption it is taken again from the pages the cursor names, as they lie in the archive: a number must not depend
 * on where a run happened to end.
 */
export async function equalSoFar(
  deps: Pick<PullDeps, 'archive' | 'clock'>,
  target: PullTarget,
  open: OpenWindow,
): Promise<EqualCount | null> {
  const { source, ref, tenant, scope } = target;
  if (source.countsEqual !== true) return null;
  const equal = equalCount();
  const prefix = windowPrefix(ref, open.window);
  for (const name of walkedSoFar(open)) {
    const key = namedPageKey(prefix, name);
    const object = await deps.archive.get(scope, key);
    if (object === null) throw pageMissing(target);
    readRecords(object.bytes, {
      source,
      ref,
      tenant: tenant.id,
      about: { domains: tenant.domains, stream: ref.stream },
      object: { key, sha256: object.sha256 },
      now: deps.clock.now(),
      equal,
    });
  }
  return equal;
}

/** What the open window keeps of a batch that is stored, so that the count can be taken again. */
export function walkedPages(
  target: PullTarget,
  open: OpenWindow,
  batch: readonly { readonly key: string }[],
): Pick<OpenWindow, 'walked'> {
  if (target.source.countsEqual !== true) return {};
  return { walked: [...walkedSoFar(open), ...batch.map(({ key }) => pageName(key))] };
}

/** A reading that began anew, because its paging link died or a narrower window was tried, is of its own pages only. */
const walkedSoFar = (open: OpenWindow): readonly string[] =>
  open.resume === null ? [] : (open.walked ?? []);

const pageMissing = (target: PullTarget): AppError =>
  new AppError(
    'provider.link-expired',
    'retry',
    'A page of this window is no longer in the archive, so what came before cannot be counted. The window is read again from its beginning.',
    { facts: { source: target.ref.source, stream: target.ref.stream } },
  );
