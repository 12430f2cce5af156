import type { StoredEvent } from '../model/event.ts';
import type { SearchPage, SearchRequest } from '../model/query.ts';
import type { TenantScope } from '../model/scope.ts';

/**
 * Finds ids; the store gives the events. Always behind the store, always rebuildable from it.
 * - put MUST be idempotent by id; of two revisions of one id the higher MUST win, in whatever order they come;
 *   of one revision put twice the later MUST win, for it was made anew.
 * - search MUST answer only events of the scopes' tenants; hits are ordered by time, then by a fixed
 *   tie-break, and paging by `after`/`next` MUST give every match once while nothing is written.
 * - total, facets and histogram say whether they are exact; up to 10,000 matches they MUST be.
 * - position lives and dies with the index: a restored index knows what it lacks.
 * - clear empties the index and its position, for a rebuild.
 */
export interface SearchIndex {
  put(events: readonly StoredEvent[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  search(scopes: readonly TenantScope[], request: SearchRequest): Promise<SearchPage>;
  position(): Promise<string | null>;
  setPosition(position: string): Promise<void>;
  clear(): Promise<void>;
}
