import { AppError } from '../kernel/errors.ts';
import { days, plus } from '../kernel/time.ts';
import { noCounts, type Counts } from '../model/cursor.ts';
import type { Page } from '../sources/_kit/source.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { pageKey } from './raw-key.ts';
import { readRecords, unreadablePage, type RecordsOrigin } from './read-records.ts';
import { sha256 } from '../kernel/hash.ts';

/** After so many failures in a row an immutable object that cannot be read is quarantined and passed by. */
const triesPerObject = 3;

/**
 * Steps 2 to 4 of a page: archive the bytes, read them, store what they hold. Repeating it changes nothing.
 * The order is the promise: whatever fails after the archive can be done again from raw.
 */
export async function storePage(
  deps: PullDeps,
  target: PullTarget,
  prefix: string,
  page: Page,
  failures: number,
): Promise<Counts> {
  const key = pageKey(prefix, sha256(page.bytes));
  const kept = await deps.archive.put(target.scope, {
    key,
    bytes: page.bytes,
    contentType: page.contentType,
    retainUntil: plus(deps.clock.now(), days(target.tenant.retentionDays)),
  });
  const base: Counts = { ...noCounts, pages: 1, bytes: page.bytes.length };
  if (page.holds !== 'records') return base;
  return storeRecords(deps, target, page, base, failures, {
    source: target.source,
    ref: target.ref,
    tenant: target.tenant.id,
    about: { domains: target.tenant.domains, stream: target.ref.stream },
    object: { key, sha256: kept.sha256 },
    now: deps.clock.now(),
  });
}

async function storeRecords(
  deps: PullDeps,
  target: PullTarget,
  page: Page,
  base: Counts,
  failures: number,
  origin: RecordsOrigin,
): Promise<Counts> {
  const read = readOrQuarantine(page, failures, origin);
  if (read.quarantined.length > 0) await deps.events.quarantine(target.scope, read.quarantined);
  const stored = await deps.events.upsert(target.scope, read.events, origin.now);
  const skipped = Object.values(read.skipped).reduce((sum, count) => sum + count, 0);
  const counts: Counts = {
    ...base,
    ...stored,
    seen: read.seen,
    skipped,
    quarantined: read.quarantined.length,
  };
  checkBalance(counts, target);
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
function checkBalance(counts: Counts, target: PullTarget): void {
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
