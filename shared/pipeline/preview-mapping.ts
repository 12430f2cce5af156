import type { Duration } from '../kernel/time.ts';
import { withMappings, type Mappings } from '../mappings/mappings.ts';
import type { StoredEvent } from '../model/event.ts';
import type { SearchRequest } from '../model/query.ts';
import type { TenantScope } from '../model/scope.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { NameStore } from '../ports/name-store.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { TenantRegistry } from '../ports/tenant-registry.ts';
import type { Source } from '../sources/_kit/source.ts';
import { madeAnew } from './made-anew.ts';
import { isStale } from './mapping-of.ts';
import { previewTally, type Anew, type PreviewCounts } from './preview-tally.ts';
import { withKnownNames } from './resolve-names.ts';
import type { ReadingDeps } from './snapshot-things.ts';

export interface PreviewDeps extends ReadingDeps {
  readonly events: EventStore;
  readonly index: SearchIndex;
  readonly tenants: TenantRegistry;
  readonly names: NameStore;
  /** As they are, without any mapping file. */
  readonly sources: readonly Source[];
  /** The file in force. */
  readonly mappings: Mappings;
}

export interface PreviewRequest {
  readonly scopes: readonly TenantScope[];
  readonly changed: Mappings;
  readonly window: SearchRequest['window'];
  /** Events looked at, newest first. */
  readonly limit: number;
  /** Differences shown. */
  readonly sample: number;
}

export interface MappingPreview extends PreviewCounts {
  /** Events there are in the span. */
  readonly total: { readonly value: number; readonly exact: boolean };
}

const pageSize = 500;

/**
 * What a changed mapping file would make of stored events: what `renormalize` would make of them under it, through
 * the same reading of archived bytes, and with the same reasons where it leaves one as it is. Changes nothing.
 * Looks at the newest revision of what the index has found. Keeps ids, counts and the sample, and a few pages of
 * one tenant at a time.
 */
export async function previewMapping(deps: PreviewDeps, request: PreviewRequest): Promise<MappingPreview> {
  const tally = previewTally({ before: deps.mappings.labels, after: request.changed.labels }, request.sample);
  const { total, found } = await newest(deps, request);
  const inForce = mappedBy(deps.sources, deps.mappings);
  const changed = mappedBy(deps.sources, request.changed);
  for (const scope of request.scopes) {
    const tenant = (await deps.tenants.get(scope.tenantId))?.value;
    const ids = found.get(scope.tenantId) ?? [];
    if (tenant === undefined || ids.length === 0) continue;
    const named = withKnownNames(deps.names, id => request.changed.rulesOf(id));
    const make = madeAnew({ ...deps, named }, { scope, tenant });
    const anew = async (event: StoredEvent): Promise<Anew> => {
      const source = changed.get(event.source);
      if (source === undefined) return 'sourceGone';
      return isStale(event, source) ? make.event(source, event) : event;
    };
    for (let from = 0; from < ids.length; from += pageSize) {
      // As they were stored: neighbours share a page, or the two readings of a snapshot.
      const events = (await deps.events.getMany(scope, ids.slice(from, from + pageSize))).toSorted(asStored);
      for (const event of events) {
        const source = inForce.get(event.source);
        tally.add(event, await anew(event), source !== undefined && isStale(event, source));
      }
      // The stores of one machine answer at once: others want their turn between two pages.
      await deps.clock.sleep(1 as Duration);
    }
  }
  return { total, ...tally.result() };
}

const mappedBy = (sources: readonly Source[], mappings: Mappings): ReadonlyMap<string, Source> =>
  new Map(sources.map(source => [source.id, withMappings(source, mappings)]));

const asStored = (a: StoredEvent, b: StoredEvent): number =>
  compare(a.ingestedAt, b.ingestedAt) || compare(a.raw.key, b.raw.key) || a.raw.index - b.raw.index;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The newest events of the span by tenant, the newest first, and how many there are in all. */
async function newest(
  deps: PreviewDeps,
  { scopes, window, limit }: PreviewRequest,
): Promise<{ total: MappingPreview['total']; found: ReadonlyMap<string, readonly string[]> }> {
  const found = new Map<string, string[]>(scopes.map(({ tenantId }) => [tenantId, []]));
  let total: MappingPreview['total'] = { value: 0, exact: true };
  let position: string | null = null;
  for (let left = limit; left > 0;) {
    const page = await deps.index.search(scopes, {
      node: { kind: 'all' },
      window,
      order: 'newest',
      limit: Math.min(left, pageSize),
      after: position,
      facets: [],
      facetLimit: 1,
      interval: null,
    });
    if (position === null) ({ total } = page);
    for (const { tenant, id } of page.hits) found.get(tenant)?.push(id);
    left -= page.hits.length;
    position = page.next;
    // Where all have been seen, nothing is estimated any more.
    if (position === null) total = { value: limit - left, exact: true };
    if (position === null || page.hits.length === 0) break;
    await deps.clock.sleep(1 as Duration);
  }
  return { total, found };
}
