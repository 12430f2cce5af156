import { AppError } from '../../kernel/errors.ts';
import { instant, isoInstant } from '../../kernel/time.ts';
import type { StoredEvent } from '../../model/event.ts';
import { mostBytes, mostTogether } from '../../model/event-size.ts';
import type { SearchPage, SearchRequest } from '../../model/query.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { Principal } from '../../model/principal.ts';
import { translateSearch } from '../../query/translate.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Continuations } from '../continuation.ts';
import { apiRoot, type Contract } from '../contract/contract.ts';
import type { SearchQuery } from '../contract/event-routes.ts';
import { defaultLimit } from '../contract/fields.ts';
import { histogramInterval } from '../histogram-interval.ts';
import { pageBinding, withNextLink } from '../next-link.ts';
import { createEventFeed } from './event-feed.ts';
import type { Handlers, Result } from './handler.ts';
import { checkSources } from './known-sources.ts';

type SearchResult = Result<Contract['events.list']>;
type SearchBody = SearchResult['body'];

const defaultFacetLimit = 10;
/** What a filter panel shows; the long lists (actors, addresses) are asked for by name. */
const defaultFields = [
  'tenant', 'source', 'category', 'operation', 'outcome', 'severity', 'actorKind', 'direction', 'status',
] as const; // prettier-ignore

/** Finding events. */
export function createEventHandlers(
  deps: ApiDeps,
  continuations: Continuations,
): Pick<Handlers, 'events.list' | 'events.search' | 'filter-options.list'> {
  const feed = createEventFeed(deps, continuations);
  const search = createSearch(deps, continuations);
  const answer = (
    input: SearchQuery,
    scopes: readonly TenantScope[],
    principal: Principal,
  ): Promise<SearchResult> =>
    input.order === 'ingested' ? feed(input, scopes, principal) : search(input, scopes, principal);

  return {
    'events.list': ({ query, scopes, principal }) => answer(query, scopes, principal),
    'events.search': ({ body, scopes, principal }) => answer(body, scopes, principal),
    'filter-options.list': async ({ query, scopes }) => {
      const fields = query.fields ?? [...defaultFields];
      const { node, window } = translateSearch(query, deps.clock.now());
      const page = await deps.profile.index.search(scopes, {
        node,
        window,
        order: 'newest',
        limit: 1,
        after: null,
        facets: fields,
        facetLimit: query.limit ?? 20,
        interval: null,
      });
      if (page.total.value === 0) checkSources(query.q, deps.sources);
      const value = fields.map(field => {
        const facet = page.facets[field];
        const values = (facet?.values ?? []).map(one => ({ ...one, ...labelOf(deps, field, one.value) }));
        return { field, exact: facet?.exact ?? true, values };
      });
      return { status: 200, body: { value } };
    },
  };
}

function labelOf({ mappings }: ApiDeps, field: string, value: string): { label?: string } {
  const label =
    field === 'category' ? Object.entries(mappings.labels).find(([name]) => name === value) : undefined;
  return label === undefined ? {} : { label: label[1] };
}

function createSearch(
  deps: ApiDeps,
  continuations: Continuations,
): (input: SearchQuery, scopes: readonly TenantScope[], principal: Principal) => Promise<SearchResult> {
  return async (input, scopes, principal) => {
    const binding = pageBinding('events', principal, scopes, answerDeciding(input));
    const from = input.continuation === undefined ? null : continuations.open(binding, input.continuation);
    // `now-7d` was seven days before the first page; every page after it looks at that same span.
    const asOf = from?.asOf ?? deps.clock.now();
    const { node, window } = translateSearch(input, asOf);
    const interval = input.interval === undefined ? null : histogramInterval(input.interval, window, asOf);
    const request: SearchRequest = {
      node,
      window,
      order: input.order === 'oldest' ? 'oldest' : 'newest',
      limit: input.limit ?? defaultLimit,
      after: from?.after ?? null,
      facets: input.facets ?? [],
      facetLimit: input.facet_limit ?? defaultFacetLimit,
      interval,
    };
    const page = await deps.profile.index.search(scopes, request);
    if (page.total.value === 0) checkSources(input.q, deps.sources);
    const { events, next } = await loaded(deps, scopes, page);
    const token = next === null ? null : continuations.seal(binding, { after: next, asOf });
    const list = withNextLink(
      events,
      `${apiRoot}/events`,
      { ...answerDeciding(input), limit: input.limit },
      token,
    );
    return { status: 200, body: { ...list, ...summary(page, input) } };
  };
}

function summary(page: SearchPage, input: SearchQuery): Pick<SearchBody, 'total' | 'facets' | 'histogram'> {
  const facets = Object.fromEntries(
    (input.facets ?? []).map(field => {
      const facet = page.facets[field];
      return [field, { exact: facet?.exact ?? true, values: [...(facet?.values ?? [])] }];
    }),
  );
  const bars = page.histogram?.values.map(({ from, count }) => ({ from: isoInstant(instant(from)), count }));
  return {
    total: page.total,
    ...(input.facets === undefined ? {} : { facets }),
    ...(page.histogram === null || bars === undefined || input.interval === undefined
      ? {}
      : { histogram: { interval: input.interval, exact: page.histogram.exact, values: bars } }),
  };
}

/** Everything that decides which events there are, and in which order; not how many or what is counted. */
function answerDeciding(input: SearchQuery): Record<string, string | undefined> {
  const { limit: _l, facets: _f, facet_limit: _fl, interval: _i, continuation: _c, order, ...rest } = input;
  return { ...rest, order: order === 'newest' ? undefined : order };
}

/** Few enough that they fit into memory though each were as large as one may be. */
const loadedAtOnce = 100;

/**
 * The hits' events from the store, in the hits' order. One the store no longer has is left out. Where they are very
 * large the page ends early, and the next goes on there.
 */
async function loaded(
  deps: ApiDeps,
  scopes: readonly TenantScope[],
  { hits, next }: SearchPage,
): Promise<{ events: StoredEvent[]; next: string | null }> {
  const events: StoredEvent[] = [];
  let weight = 0;
  for (let from = 0; from < hits.length; from += loadedAtOnce) {
    const some = hits.slice(from, from + loadedAtOnce);
    const found = await eventsOf(deps, scopes, some);
    for (const event of found) weight += mostBytes(event);
    events.push(...found);
    if (weight > mostTogether && from + some.length < hits.length) {
      return { events, next: some.at(-1)?.place ?? null };
    }
  }
  return { events, next };
}

async function eventsOf(
  deps: ApiDeps,
  scopes: readonly TenantScope[],
  hits: SearchPage['hits'],
): Promise<StoredEvent[]> {
  const byTenant = Map.groupBy(hits, hit => hit.tenant);
  const found = new Map<string, StoredEvent>();
  for (const [tenant, some] of byTenant) {
    const scope = scopes.find(one => one.tenantId === tenant);
    // An index that answers another tenant's event is broken; its events stay in the house.
    if (scope === undefined)
      throw new AppError('bug', 'retry', 'The search index answered out of its scope.');
    for (const event of await deps.profile.events.getMany(
      scope,
      some.map(hit => hit.id),
    )) {
      found.set(`${tenant}/${event.id}`, event);
    }
  }
  return hits.flatMap(hit => found.get(`${hit.tenant}/${hit.id}`) ?? []);
}
