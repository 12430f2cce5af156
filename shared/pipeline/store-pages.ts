import { AppError } from '../kernel/errors.ts';
import { days, plus } from '../kernel/time.ts';
import type { Counts } from '../model/cursor.ts';
import type { NewEvent, QuarantinedRecord } from '../model/event.ts';
import type { Page } from '../sources/_kit/source.ts';
import type { EqualCount } from './equal-count.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { pageKey } from './raw-key.ts';
import { readSlices, unreadablePage, type ReadRecords, type RecordsOrigin } from './read-records.ts';
import { storeEvents } from './store-events.ts';
import { sha256, type Sha256 } from '../kernel/hash.ts';

/** After so many failures in a row an immutable object that cannot be read is quarantined and passed by. */
const triesPerObject = 3;

/** Each page being compressed takes some megabytes. */
const sideBySide = 4;

/** A page whose bytes are in the archive. */
export interface ArchivedPage {
  readonly page: Page;
  readonly key: string;
  readonly sha256: Sha256;
}

/** What came of a batch of archived pages. */
export interface StoredPages {
  /** Those that could be read, up to the first that could not. */
  readonly pages: readonly ArchivedPage[];
  readonly counts: Counts;
  /** Why that one could not. */
  readonly failure: { readonly thrown: unknown } | null;
}

/**
 * Step 2: archives the bytes as they came, several pages side by side. The order is the promise: whatever fails
 * after the archive can be done again from raw.
 */
export async function archivePages(
  deps: PullDeps,
  target: PullTarget,
  prefix: string,
  pages: readonly Page[],
): Promise<readonly ArchivedPage[]> {
  const put = async (page: Page): Promise<ArchivedPage> => {
    const key = pageKey(prefix, sha256(page.bytes));
    const kept = await deps.archive.put(target.scope, {
      key,
      bytes: page.bytes,
      contentType: page.contentType,
      retainUntil: plus(deps.clock.now(), days(target.tenant.retentionDays)),
    });
    return { page, key, sha256: kept.sha256 };
  };
  const archived: ArchivedPage[] = [];
  for (let from = 0; from < pages.length; from += sideBySide) {
    const puts = pages.slice(from, from + sideBySide).map(put);
    // All are waited for, also where one fails: no write goes on behind a run that is over.
    await Promise.allSettled(puts);
    archived.push(...(await Promise.all(puts)));
  }
  return archived;
}

/**
 * Steps 3 and 4, for several pages at once: small objects would otherwise cost a transaction each. Records become
 * events as the store takes them, so that a page's worth of either is never in memory. Repeatable.
 */
export async function storePages(
  deps: PullDeps,
  target: PullTarget,
  archived: readonly ArchivedPage[],
  failures: number,
  equal: EqualCount | null,
): Promise<StoredPages> {
  const torn: Torn = { isTorn: false };
  try {
    return await storeAll(deps, target, archived, failures, equal, failures === 0 ? torn : null);
  } catch (thrown) {
    if (!torn.isTorn) throw thrown;
    return storeAll(deps, target, archived, failures, equal, null);
  }
}

/** Whether a page turned out not to be whole when some of its records were taken. */
interface Torn {
  isTorn: boolean;
}

/**
 * Pages are stored whole or not at all. With `torn` that they are is taken for granted: where one is not, nothing is
 * stored. Without it each is read to its end before its first record is taken.
 */
async function storeAll(
  deps: PullDeps,
  target: PullTarget,
  archived: readonly ArchivedPage[],
  failures: number,
  equal: EqualCount | null,
  torn: Torn | null,
): Promise<StoredPages> {
  const pages: ArchivedPage[] = [];
  const quarantined: QuarantinedRecord[] = [];
  let failure: StoredPages['failure'] = null;
  let seen = 0;
  let skipped = 0;
  function* events(): Generator<NewEvent, void> {
    for (const one of archived) {
      let isBegun = false;
      try {
        for (const slice of readPage(deps, target, one, { failures, equal, whole: torn === null })) {
          seen += slice.seen;
          skipped += Object.values(slice.skipped).reduce((sum, count) => sum + count, 0);
          quarantined.push(...slice.quarantined);
          yield* slice.events;
          isBegun = true;
        }
      } catch (thrown) {
        if (isBegun && torn !== null) {
          torn.isTorn = true;
          throw thrown;
        }
        failure = { thrown };
        return;
      }
      pages.push(one);
    }
  }
  const stored = await storeEvents(deps, target.scope, () => target.source, events());
  if (quarantined.length > 0) await deps.events.quarantine(target.scope, quarantined);
  const counts: Counts = {
    ...stored,
    pages: pages.length,
    bytes: pages.reduce((sum, { page }) => sum + page.bytes.length, 0),
    seen,
    skipped,
    quarantined: quarantined.length,
  };
  checkBalance(counts, target);
  const names = pages.flatMap(({ page }) =>
    page.name === null || page.holds === 'nothing' ? [] : [page.name],
  );
  if (names.length > 0) await deps.cursors.markRead(target.scope, target.ref, names, deps.clock.now());
  return { pages, counts, failure };
}

interface Reading {
  readonly failures: number;
  readonly equal: EqualCount | null;
  /** To be read to its end first, which throws where it is not whole. */
  readonly whole: boolean;
}

/** What an archived page holds. Throws where the page as a whole cannot be read, which may show behind its first records. */
function* readPage(
  deps: PullDeps,
  target: PullTarget,
  { page, key, sha256: digest }: ArchivedPage,
  { failures, equal, whole }: Reading,
): Generator<ReadRecords, void> {
  if (page.holds !== 'records') return;
  if (target.source.pull.kind === 'snapshot') {
    // Read once all pages are there; but a page that cannot be read is asked for again now.
    Array.from(target.source.split(page.bytes));
    return;
  }
  const origin: RecordsOrigin = {
    source: target.source,
    ref: target.ref,
    tenant: target.tenant.id,
    about: { domains: target.tenant.domains, stream: target.ref.stream },
    object: { key, sha256: digest },
    now: deps.clock.now(),
    ...(equal === null ? {} : { equal }),
  };
  try {
    if (whole) Array.from(target.source.split(page.bytes));
    yield* readSlices(page.bytes, origin);
  } catch (thrown) {
    // A paged answer is asked for again. A named object never changes, so one that stays unreadable would
    // block its stream for ever: its bytes wait in quarantine instead.
    const unreadable = thrown instanceof AppError && thrown.code === 'provider.malformed';
    if (!unreadable || page.name === null || failures < triesPerObject) throw thrown;
    yield { seen: 1, events: [], quarantined: [unreadablePage(origin)], skipped: {} };
  }
}

/** Every record seen is somewhere, or we do not go on. */
export function checkBalance(counts: Counts, target: PullTarget): void {
  const placed = counts.inserted + counts.replaced + counts.unchanged + counts.skipped + counts.quarantined;
  if (placed === counts.seen) return;
  throw new AppError('bug', 'retry', 'Records were read that were not stored. The window stays open.', {
    facts: { source: target.ref.source, stream: target.ref.stream, seen: counts.seen, placed },
  });
}

export const addCounts = (a: Counts, b: Counts): Counts => ({
  pages: a.pages + b.pages,
  bytes: a.bytes + b.bytes,
  seen: a.seen + b.seen,
  inserted: a.inserted + b.inserted,
  replaced: a.replaced + b.replaced,
  unchanged: a.unchanged + b.unchanged,
  skipped: a.skipped + b.skipped,
  quarantined: a.quarantined + b.quarantined,
});
