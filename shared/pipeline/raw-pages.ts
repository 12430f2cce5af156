import { AppError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { RawPointer } from '../model/event.ts';
import type { SourceId, StreamId } from '../model/ids.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Tenant } from '../model/tenant.ts';
import type { RawArchive } from '../ports/raw-archive.ts';
import type { Source } from '../sources/_kit/source.ts';
import { equalCount } from './equal-count.ts';
import { readRecords, type ReadRecords } from './read-records.ts';

/** Why a record cannot be read from raw any more, or not yet. */
export type Unread = 'raw-gone' | 'raw-unreadable';

/** Of which page, read as which source's. */
export interface PageOf {
  readonly source: Source;
  readonly stream: StreamId;
  readonly raw: RawPointer;
}

/** Pages kept at hand: neighbours in the feed come from the same few. */
const keptPages = 8;

/**
 * Archived pages through the code that reads them when they come, each read once while it is asked for in a row.
 * A page that is gone (retention) or cannot be split is an answer, not an error; a failing archive throws.
 */
export function rawPages(
  archive: RawArchive,
  scope: TenantScope,
  tenant: Pick<Tenant, 'id' | 'domains'>,
  now: Instant,
): (of: PageOf) => Promise<ReadRecords | Unread> {
  const pages = new Map<string, ReadRecords | Unread>();
  return async ({ source, stream, raw }) => {
    const known = pages.get(raw.key);
    if (known !== undefined) return known;
    const object = await archive.get(scope, raw.key);
    const page =
      object === null
        ? 'raw-gone'
        : read(object.bytes, {
            source,
            ref: { source: source.id as SourceId, stream },
            tenant: tenant.id,
            about: { domains: tenant.domains, stream },
            object: { key: raw.key, sha256: object.sha256 },
            now,
            // Only equal ones of this page are told apart: nobody knows what else its reading had brought.
            ...(source.countsEqual === true ? { equal: equalCount() } : {}),
          });
    const oldest = pages.size < keptPages ? undefined : pages.keys().next().value;
    if (oldest !== undefined) pages.delete(oldest);
    pages.set(raw.key, page);
    return page;
  };
}

function read(...asked: Parameters<typeof readRecords>): ReadRecords | Unread {
  try {
    return readRecords(...asked);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'provider.malformed') return 'raw-unreadable';
    throw thrown;
  }
}
