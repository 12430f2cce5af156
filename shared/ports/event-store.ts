import type { Instant } from '../kernel/time.ts';
import type { NewEvent, QuarantinedRecord, QuarantineEntry, StoredEvent } from '../model/event.ts';
import type { SourceId } from '../model/ids.ts';
import type { TenantScope } from '../model/scope.ts';

/** Some of the feed. */
export interface Changes {
  readonly changes: readonly Change[];
  readonly next: string | null;
  /** Whether it ended before the feed did. */
  readonly more: boolean;
}

/** Some of an event's revisions, the oldest first. */
export interface History {
  readonly revisions: readonly StoredEvent[];
  /** Whether there are others behind them. */
  readonly more: boolean;
}

/** One change in ingestion order. `position` is opaque, and ordered as the changes are. */
export interface Change {
  readonly position: string;
  readonly event: StoredEvent;
}

/**
 * A revision made anew from its record: by a better mapping, or with a name that was found since. `was` is the id it
 * is stored under; `event.revision` says which of its revisions.
 */
export interface Rebuilt {
  readonly was: string;
  readonly event: Omit<StoredEvent, 'ingestedAt' | 'rebuiltAt'>;
}
export interface RebuiltCounts {
  readonly rebuilt: number;
  /** Stored under another id now. */
  readonly moved: number;
  readonly unchanged: number;
  /** Not there (any more), or made from another record: nothing was done. */
  readonly gone: number;
}

/** What becomes of events of known ids that come with another record: the difference between upsert and insert. */
export type ChangedRecords = 'stored' | 'given back';

/**
 * The normalized events and their versions.
 * - upsert of an unknown id stores revision 1 (`inserted`); of a known id with a recordHash none of its
 *   revisions has, the next revision (`replaced`; the earlier ones stay); with a recordHash any revision
 *   has, nothing (`unchanged`): a page read again, in whatever order, changes nothing.
 * - insert is upsert, but what would be `replaced` is not stored: it comes back as `changed`, in its order. A record may
 *   say the same in other bytes, and only who can read raw can tell (pipeline/store-events.ts).
 * - Both MUST be atomic and durable when they resolve, and MUST reject an event of another tenant.
 *   Two events with one id in one call are two calls in that order. `events` is walked once; an AppError that
 *   it throws on the way is thrown, and nothing of the call is stored.
 * - get answers the newest revision, null only for "known absent". history answers those with a number above `after`,
 *   oldest first (numbers may be missing): at most `limit`, and none after one with which they come to more than
 *   `mostTogether`. No more documents are read for it than are in it, or fit into memory with them.
 * - upsert and rebuild MUST take an event that isTooLarge (model/event-size.ts) does not name, with whatever others
 *   it comes, and MUST reject one that it names: what one store keeps, every other keeps too.
 * - changes gives every revision ever stored in the scope's tenants, once, in the order they were stored. A
 *   position given out MUST never be followed by a change before it. `after: null` is the beginning. With `scopes:
 *   null` it is the whole store's feed, for the index only. `next` is where to go on, also when nothing is new:
 *   null only while nothing was ever given. At most `limit` are given, and none after one with which they come to
 *   more than `mostTogether` (model/event-size.ts): `more` says whether there are others by then. A position the
 *   store has not reached (a restored backup) MUST be refused with `continuation.invalid`, not answered as if
 *   nothing were new.
 * - rebuild puts an event made anew in the place of a revision that is there, unless its pointer to raw differs (then
 *   it is another record's, and `gone`). Revision number and ingestedAt stay, `rebuiltAt` is set, no revision is
 *   added: it is no change of the record. `changes` gives it again, at a new position, and no longer at its old one.
 *   One that says the same as what is stored changes nothing. With another id than `was` the revision leaves that id
 *   and is stored under the new one as by upsert. Of those that stay under `was` at least the newest MUST be given
 *   again by `changes`, as it is, at a new position, in the same step, and also where the revision has left before
 *   (`gone`): the index is told to forget the id each time. They keep their numbers, their records stay known, and the
 *   event is counted. MUST be atomic and durable when it resolves, and MUST reject an event of another tenant.
 * - A failing store MUST throw, never answer as if empty.
 */
export interface EventStore {
  insert(
    scope: TenantScope,
    events: Iterable<NewEvent>,
    at: Instant,
  ): Promise<{ inserted: number; unchanged: number; changed: readonly NewEvent[] }>;
  upsert(
    scope: TenantScope,
    events: Iterable<NewEvent>,
    at: Instant,
  ): Promise<{ inserted: number; replaced: number; unchanged: number }>;
  get(scope: TenantScope, id: string): Promise<StoredEvent | null>;
  /** Those that exist, in the order asked. */
  getMany(scope: TenantScope, ids: readonly string[]): Promise<readonly StoredEvent[]>;
  history(scope: TenantScope, id: string, after: number, limit: number): Promise<History>;
  changes(scopes: readonly TenantScope[] | null, after: string | null, limit: number): Promise<Changes>;
  rebuild(scope: TenantScope, rebuilt: readonly Rebuilt[], at: Instant): Promise<RebuiltCounts>;
  /**
   * Idempotent by source, stream, recordHash and, of equal records on one page (`raw.key`), which of them it is: the
   * first pointer stays. All records of a page MUST come in one call.
   */
  quarantine(scope: TenantScope, records: readonly QuarantinedRecord[]): Promise<void>;
  quarantined(
    scope: TenantScope,
    after: string | null,
    limit: number,
  ): Promise<{ records: readonly QuarantineEntry[]; next: string | null }>;
  /** Takes records out of quarantine, for they have been read. Those that are not there are passed by. */
  release(
    scope: TenantScope,
    records: readonly Pick<QuarantineEntry, 'source' | 'stream' | 'recordHash' | 'nth'>[],
  ): Promise<void>;
  /**
   * Removes events of a source whose time is before `before`, with all revisions. The index hears nothing of it:
   * pipeline/expire-events.ts does both, and is what to call.
   */
  expire(scope: TenantScope, source: SourceId, before: Instant): Promise<{ removed: number }>;
  counts(scope: TenantScope): Promise<{ events: number; revisions: number; quarantined: number }>;
}
