import { AppError } from '../../kernel/errors.ts';
import type { SearchPage, SearchRequest } from '../../model/query.ts';
import type { TenantScope } from '../../model/scope.ts';
import { keyword } from '../../query/fold.ts';
import { compileQuery, inTime } from './search-compile.ts';
import {
  everyValue,
  facetsOf,
  figuresOf,
  incompleteFacets,
  keywordOrThrow,
  noFigures,
  notOurs,
} from './search-figures.ts';
import { all, oneOf } from './search-filter.ts';
import type { SearchGateway, SearchReply } from './search-gateway.ts';
import {
  behind, checkRequest, mostHits, orderOf, placeFields, printPlace, readPlace, type Place,
} from './search-request.ts'; // prettier-ignore
import { tokenOf } from './search-token.ts';
import { isCurrent } from './search-write.ts';

/**
 * Answers a search. The first page, its total, facets and histogram are one request; a later page is two at once,
 * because its figures are those of the whole answer and its filter is not. A third gets the values of facets that
 * have very many.
 */
export async function answerSearch(
  gateway: SearchGateway,
  scopes: readonly TenantScope[],
  request: SearchRequest,
): Promise<SearchPage> {
  checkRequest(request);
  const place = request.after === null ? null : readPlace(request.after);
  const tenants = [...new Set(scopes.map(scope => keyword(scope.tenantId)))];
  const whole = all([
    // First, always, and whatever the query says: nobody is answered about other tenants.
    oneOf('tenant', tenants.map(tokenOf)),
    isCurrent,
    request.window === null ? 'always' : inTime(request.window),
    compileQuery(request.node, tenants),
  ]);
  if (typeof whole === 'string') return { hits: [], next: null, ...noFigures(request) };
  if (whole.text.length > mostCharacters) throw tooLong();
  const ask = (filter: string, top: number, facets: readonly string[]): Promise<SearchReply> =>
    gateway.search({
      filter,
      orderBy: orderOf(request.order),
      select: ['id', 'tenant', ...placeFields],
      top,
      facets,
    });
  const facets = facetsOf(request);
  const top = Math.min(request.limit + 1, mostHits);
  const rest = place === null ? null : all([whole, behind(place, request.order)]);
  const [page, reply] =
    rest === null || typeof rest === 'string'
      ? await ask(whole.text, top, facets).then(one => [one, one] as const)
      : await Promise.all([ask(rest.text, top, []), ask(whole.text, 0, facets)]);
  const incomplete = incompleteFacets(request, reply);
  const complete = incomplete.length === 0 ? null : await ask(whole.text, 0, everyValue(incomplete));
  return { ...hitsOf(page, request.limit, scopes), ...figuresOf(request, reply, complete) };
}

/** The service takes 16 MB, and needs longer for so much than anybody waits. */
const mostCharacters = 5_000_000;

const tooLong = (): AppError =>
  new AppError(
    'request.invalid',
    'give-up',
    'The query compares by order with a value that is too long. Shorten the bounds of its ranges.',
    { target: 'q' },
  );

function hitsOf(
  { documents, count }: SearchReply,
  limit: number,
  scopes: readonly TenantScope[],
): Pick<SearchPage, 'hits' | 'next'> {
  const hits = documents.slice(0, limit).map(one => ({
    tenant: tenantOf(one, scopes),
    id: keywordOrThrow(String(one['id'])),
    place: printPlace(placeOf(one)),
  }));
  // A page of 1,000 cannot ask for one more than it shows.
  const more = documents.length > limit || (limit === mostHits && hits.length === limit && count > limit);
  return { hits, next: more ? (hits.at(-1)?.place ?? null) : null };
}

function tenantOf(document: Readonly<Record<string, unknown>>, scopes: readonly TenantScope[]): string {
  const tenant = keywordOrThrow(String(document['tenant']));
  const scope = scopes.find(one => keyword(one.tenantId) === tenant);
  if (scope === undefined) throw notOurs();
  return scope.tenantId;
}

function placeOf(document: Readonly<Record<string, unknown>>): Place {
  const [at, idHigh, idLow] = placeFields.map(field => document[field]);
  if (typeof at !== 'number' || typeof idHigh !== 'number' || typeof idLow !== 'number') throw notOurs();
  return [at, idHigh, idLow];
}
