import { days, instant, isoInstant, plus, type Instant } from '../kernel/time.ts';
import type { SourceId } from '../model/ids.ts';
import type { QueryNode, SearchRequest } from '../model/query.ts';
import type { TenantScope } from '../model/scope.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { SearchIndex } from '../ports/search-index.ts';

export interface ExpiryDeps {
  readonly events: Pick<EventStore, 'expire' | 'getMany'>;
  readonly index: Pick<SearchIndex, 'search' | 'remove'>;
}

export interface Expired {
  /** From the store. */
  readonly removed: number;
  /** From the index: also what an earlier run had no time for. */
  readonly unlisted: number;
}

/** The most an index answers at once. */
const idsPerPage = 1_000;

/**
 * Removes the events of a source whose time is before `before`, from the store and then from the index. The index is
 * asked what it still has of that time, rather than told what went: so a run that was killed between the two, and an
 * event that was being put into the index while it went from the store, are made good by the next run. What the store
 * still has stays findable: its newest revision is younger, and the index has not heard of it yet.
 */
export async function expireEvents(
  deps: ExpiryDeps,
  scope: TenantScope,
  source: SourceId,
  before: Instant,
): Promise<Expired> {
  const { removed } = await deps.events.expire(scope, source, before);
  let unlisted = 0;
  // A day at a time: an index counts all that matches for each of its pages.
  for (let from: Instant | null = null; ;) {
    const oldest = await deps.index.search([scope], asking(source, from, before, null, 1));
    const day = oldest.hits[0]?.id.slice(0, '20261005'.length);
    if (day === undefined) return { removed, unlisted };
    const begin = dayOf(day);
    const end = plus(begin, days(1));
    unlisted += await unlist(deps, scope, source, begin, end < before ? end : before);
    from = end;
  }
}

/** Removes from the index what it has of a span and the store has not. */
async function unlist(
  deps: ExpiryDeps,
  scope: TenantScope,
  source: SourceId,
  from: Instant,
  to: Instant,
): Promise<number> {
  let unlisted = 0;
  for (let after: string | null = null; ;) {
    const page = await deps.index.search([scope], asking(source, from, to, after, idsPerPage));
    const ids = page.hits.map(({ id }) => id);
    const there = new Set((await deps.events.getMany(scope, ids)).map(({ id }) => id as string));
    const gone = ids.filter(id => !there.has(id));
    if (gone.length > 0) await deps.index.remove(gone);
    unlisted += gone.length;
    if (page.next === null) return unlisted;
    after = page.next;
  }
}

const dayOf = (day: string): Instant =>
  instant(Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`));

function asking(
  source: SourceId,
  from: Instant | null,
  to: Instant,
  after: string | null,
  limit: number,
): SearchRequest {
  const time: QueryNode = {
    kind: 'range',
    field: 'time',
    from: from === null ? null : isoInstant(from),
    to: isoInstant(to),
    includeFrom: true,
    includeTo: false,
  };
  const node: QueryNode = {
    kind: 'and',
    of: [{ kind: 'match', field: 'source', value: source, prefix: false }, time],
  };
  return { node, window: null, order: 'oldest', limit, after, facets: [], facetLimit: 1, interval: null };
}
