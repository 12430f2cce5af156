import { AppError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import { categories, type Category, type StoredEvent } from '../model/event.ts';
import type { SearchRequest } from '../model/query.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { TenantRegistry } from '../ports/tenant-registry.ts';
import { sentenceOf, type Mappings } from '../mappings/mappings.ts';
import { ownEvents, type OwnEventDeps } from './own-event.ts';

export interface PreviewDeps extends OwnEventDeps {
  readonly events: EventStore;
  readonly index: SearchIndex;
  readonly tenants: TenantRegistry;
  readonly clock: Clock;
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

/** What the file decides of an event. */
export interface Said {
  readonly summary: string;
  readonly category: Category;
  readonly label: string;
}

export interface MappingPreview {
  /** Events there are in the span. */
  readonly total: { readonly value: number; readonly exact: boolean };
  readonly examined: number;
  /** Events that would read otherwise, and of those how many in summary and in category. */
  readonly changed: number;
  readonly summaries: number;
  readonly categories: number;
  /** Events whose record is needed to tell, and cannot be read any more. */
  readonly unreadable: number;
  /** Where something changes, most first. */
  readonly operations: readonly {
    source: string;
    operation: string;
    examined: number;
    changed: number;
  }[];
  /** Categories called otherwise; that changes no event. */
  readonly labels: readonly { category: Category; before: string; after: string }[];
  readonly sample: readonly {
    id: string;
    tenant: string;
    time: string;
    source: string;
    operation: string;
    before: Said;
    after: Said;
  }[];
}

const pageSize = 500;
/** Of one operation; the others want to be seen too. */
const sampledAlike = 3;
const mostOperations = 1_000;
const shownOperations = 100;

/**
 * What a changed mapping file would make of stored events. Changes nothing. Reads page by page and keeps counts
 * and the sample only, so it takes the same memory for ten events and for a million.
 */
export async function previewMapping(deps: PreviewDeps, request: PreviewRequest): Promise<MappingPreview> {
  const tally = createTally(deps.mappings, request);
  const after = createAfter(deps, request.changed);
  let total: MappingPreview['total'] = { value: 0, exact: true };
  let position: string | null = null;
  for (let left = request.limit; left > 0;) {
    const page = await deps.index.search(request.scopes, {
      node: { kind: 'all' },
      window: request.window,
      order: 'newest',
      limit: Math.min(left, pageSize),
      after: position,
      facets: [],
      facetLimit: 1,
      interval: null,
    });
    if (position === null) ({ total } = page);
    for (const scope of request.scopes) {
      const ids = page.hits.filter(hit => hit.tenant === scope.tenantId).map(hit => hit.id);
      if (ids.length === 0) continue;
      for (const event of await deps.events.getMany(scope, ids)) tally.add(event, await after(scope, event));
    }
    left -= page.hits.length;
    position = page.next;
    if (position === null || page.hits.length === 0) break;
    // The stores of one machine answer at once: others want their turn between two pages.
    await deps.clock.sleep(1 as Duration);
  }
  return { total, ...tally.result() };
}

type After = Pick<Said, 'summary' | 'category'> | null;

/** The event's summary and category under the changed file; null where its record would have to be read and cannot. */
function createAfter(
  deps: PreviewDeps,
  changed: Mappings,
): (scope: TenantScope, event: StoredEvent) => Promise<After> {
  const reread = ownEvents(deps);
  const domains = new Map<string, readonly string[]>();
  const domainsOf = async (scope: TenantScope): Promise<readonly string[]> => {
    const known =
      domains.get(scope.tenantId) ?? (await deps.tenants.get(scope.tenantId))?.value.domains ?? [];
    domains.set(scope.tenantId, known);
    return known;
  };
  return async (scope, event) => {
    const rule = changed.rulesOf(event.source)?.find(event.operation) ?? null;
    const summary = rule === null ? null : sentenceOf(rule, event);
    const category = rule?.category ?? null;
    if (summary !== null && category !== null) return { summary, category };
    const own = ownPart(deps.mappings, event);
    const missing =
      (summary === null && own.summary === null) || (category === null && own.category === null);
    const read = missing ? await reread(scope, event, await domainsOf(scope)) : null;
    if (missing && read === null) return null;
    const found = {
      summary: summary ?? own.summary ?? read?.summary,
      category: category ?? own.category ?? read?.category,
    };
    if (found.summary === undefined || found.category === undefined) {
      throw new AppError('bug', 'give-up', 'A record was read that was not there.');
    }
    return { summary: found.summary, category: found.category };
  };
}

/** What of a stored event is its source's own word for certain; null where a mapping file may have had its say. */
function ownPart(
  inForce: Mappings,
  event: StoredEvent,
): { readonly summary: string | null; readonly category: Category | null } {
  const { summary, category, mappingDigest } = event;
  if (mappingDigest === undefined) return { summary, category };
  const rules = inForce.rulesOf(event.source);
  // Made under a file that is not here any more: it may have changed either.
  if (rules === null || rules.digest !== mappingDigest) return { summary: null, category: null };
  const rule = rules.find(event.operation);
  return {
    summary: rule === null || sentenceOf(rule, event) === null ? summary : null,
    category: rule === null || rule.category === null ? category : null,
  };
}

interface Tally {
  add(event: StoredEvent, after: After): void;
  result(): Omit<MappingPreview, 'total'>;
}

function createTally(inForce: Mappings, { changed, sample }: PreviewRequest): Tally {
  const counts = { examined: 0, changed: 0, summaries: 0, categories: 0, unreadable: 0 };
  const operations = new Map<
    string,
    { source: string; operation: string; examined: number; changed: number }
  >();
  const shown: MappingPreview['sample'][number][] = [];
  const rowOf = ({ source, operation }: StoredEvent): { examined: number; changed: number } => {
    const key = `${source} ${operation}`;
    const known = operations.get(key);
    if (known !== undefined) return known;
    const row = { source, operation, examined: 0, changed: 0 };
    if (operations.size < mostOperations) operations.set(key, row);
    return row;
  };
  return {
    add(event, after) {
      counts.examined += 1;
      const row = rowOf(event);
      row.examined += 1;
      if (after === null) counts.unreadable += 1;
      if (after === null || (after.summary === event.summary && after.category === event.category)) return;
      counts.changed += 1;
      row.changed += 1;
      if (after.summary !== event.summary) counts.summaries += 1;
      if (after.category !== event.category) counts.categories += 1;
      if (row.changed > sampledAlike || shown.length >= sample) return;
      const { id, tenant, time, source, operation, summary, category } = event;
      shown.push({
        id,
        tenant,
        time,
        source,
        operation,
        before: { summary, category, label: inForce.labels[category] },
        after: { ...after, label: changed.labels[after.category] },
      });
    },
    result: () => ({
      ...counts,
      operations: [...operations.values()]
        .filter(row => row.changed > 0)
        .sort((a, b) => b.changed - a.changed)
        .slice(0, shownOperations),
      labels: categories.flatMap(category => {
        const [before, after] = [inForce.labels[category], changed.labels[category]];
        return before === after ? [] : [{ category, before, after }];
      }),
      sample: shown,
    }),
  };
}
