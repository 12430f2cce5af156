import { AppError } from '../kernel/errors.ts';
import { days, plus } from '../kernel/time.ts';
import type { Counts } from '../model/cursor.ts';
import type { Page } from '../sources/_kit/source.ts';
import type { EqualCount } from './equal-count.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { pageKey } from './raw-key.ts';
import { readRecords, unreadablePage, type ReadRecords, type RecordsOrigin } from './read-records.ts';
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

/** A page whose bytes are in the archive, and what they hold; nothing of it is in the store yet. */
export interface KeptPage {
  readonly page: Page;
  readonly key: string;
  readonly read: ReadRecords;
}

const holdsNothing: ReadRecords = { seen: 0, events: [], quarantined: [], skipped: {} };

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

/** Step 3: what an archived page holds. Throws where the page as a whole cannot be read. */
export function readPage(
  deps: PullDeps,
  target: PullTarget,
  { page, key, sha256: digest }: ArchivedPage,
  failures: number,
  equal: EqualCount | null,
): KeptPage {
  if (page.holds !== 'records') return { page, key, read: holdsNothing };
  if (target.source.pull.kind === 'snapshot') {
    // Read once all pages are there; but a page that cannot be read is asked for again now.
    target.source.split(page.bytes);
    return { page, key, read: holdsNothing };
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
  return { page, key, read: readOrQuarantine(page, failures, origin) };
}

/** Step 4, for several pages at once: small objects would otherwise cost a transaction each. Repeatable. */
export async function storePages(
  deps: PullDeps,
  target: PullTarget,
  kept: readonly KeptPage[],
): Promise<Counts> {
  const quarantined = kept.flatMap(({ read }) => read.quarantined);
  if (quarantined.length > 0) await deps.events.quarantine(target.scope, quarantined);
  const events = kept.flatMap(({ read }) => read.events);
  const none = { inserted: 0, replaced: 0, unchanged: 0 };
  const stored =
    events.length === 0 ? none : await deps.events.upsert(target.scope, events, deps.clock.now());
  const counts: Counts = {
    ...stored,
    pages: kept.length,
    bytes: kept.reduce((sum, { page }) => sum + page.bytes.length, 0),
    seen: kept.reduce((sum, { read }) => sum + read.seen, 0),
    skipped: kept.flatMap(({ read }) => Object.values(read.skipped)).reduce((sum, count) => sum + count, 0),
    quarantined: quarantined.length,
  };
  checkBalance(counts, target);
  const names = kept.flatMap(({ page }) =>
    page.name === null || page.holds === 'nothing' ? [] : [page.name],
  );
  if (names.length > 0) await deps.cursors.markRead(target.scope, target.ref, names, deps.clock.now());
  return counts;
}

function readOrQuarantine(
  page: Page,
  failures: number,
  origin: RecordsOrigin,
): ReturnType<typeof readRecords> {
  try {
    return readRecords(page.bytes, origin);
  } catch (thrown) {
    // A paged answer is asked for again. A named object never changes, so one that stays unreadable would
    // block its stream for ever: its bytes wait in quarantine instead.
    const unreadable = thrown instanceof AppError && thrown.code === 'provider.malformed';
    if (!unreadable || page.name === null || failures < triesPerObject) throw thrown;
    return { seen: 1, events: [], quarantined: [unreadablePage(origin)], skipped: {} };
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
