import { AppError } from '../../kernel/errors.ts';
import type { FacetField, FacetValue, SearchPage, SearchRequest } from '../../model/query.ts';
import { comparedToken } from './search-document.ts';
import { isSpelled, spellingOf } from './search-fields.ts';
import type { FoundFacet, SearchReply } from './search-gateway.ts';
import { keywordOf, spellingPrefix } from './search-token.ts';

/** Beyond, the service calls its total an approximation. */
export const exactUpTo = 10_000;
/** More bars than this no screen shows and no caller wants by accident. */
const maxBars = 5_000;
/** Values asked for at least: the service counts the top ones of every shard, and more of them miss less. */
const fewestValues = 200;
const maxInt32 = 2 ** 31 - 1;

type Asked = Pick<SearchRequest, 'facets' | 'facetLimit' | 'interval'>;

const valuesAsked = ({ facetLimit }: Asked): number => Math.max(facetLimit + 1, fewestValues);

/** What to ask of the service for a request's facets and histogram. */
export function facetsOf(asked: Asked): readonly string[] {
  const count = valuesAsked(asked);
  return [
    ...asked.facets.map(field => `${field},count:${count}`),
    ...asked.facets.filter(isSpelled).map(field => `${spellingOf(field)},count:${2 * count}`),
    ...(asked.interval === null ? [] : [`at,interval:${intervalAsked(asked.interval)}`]),
  ];
}

/** The greatest part of an interval the service is sure to take; bars of parts are added up. */
export function intervalAsked(interval: number): number {
  for (let parts = Math.ceil(interval / maxInt32); parts <= 1_000; parts++) {
    if (interval % parts === 0) return interval / parts;
  }
  return interval;
}

/**
 * Facets that may lack values although the total is small enough to owe exact ones: as many values came as were
 * asked for, so some shard may have had more.
 */
export function incompleteFacets(asked: Asked, reply: SearchReply): readonly FacetField[] {
  if (reply.count > exactUpTo) return [];
  return asked.facets.filter(field => (reply.facets[field] ?? []).length >= valuesAsked(asked));
}

/** All values, however many. */
export const everyValue = (fields: readonly FacetField[]): readonly string[] =>
  fields.flatMap(field => [
    `${field},count:0`,
    ...(isSpelled(field) ? [`${spellingOf(field)},count:0`] : []),
  ]);

type Figures = Pick<SearchPage, 'total' | 'facets' | 'histogram'>;

/** @param complete an answer whose facets have all values, for those the first lacked some of. */
export function figuresOf(asked: Asked, reply: SearchReply, complete: SearchReply | null): Figures {
  const exact = reply.count <= exactUpTo;
  const facets: { [field in FacetField]?: Figures['facets'][field] } = {};
  for (const field of asked.facets) {
    const whole = complete?.facets[field] === undefined ? null : complete;
    const found = (whole ?? reply).facets[field] ?? [];
    facets[field] = {
      exact: whole !== null || found.length < valuesAsked(asked),
      values: valuesOf(field, found, (whole ?? reply).facets).slice(0, asked.facetLimit),
    };
  }
  return {
    total: { value: reply.count, exact },
    facets,
    histogram:
      asked.interval === null ? null : { exact, values: barsOf(asked.interval, reply.facets['at'] ?? []) },
  };
}

/** No figures for nothing. */
export const noFigures = (asked: Asked): Figures =>
  figuresOf(asked, { count: 0, facets: {}, documents: [] }, null);

function valuesOf(
  field: FacetField,
  found: readonly FoundFacet[],
  facets: SearchReply['facets'],
): readonly FacetValue[] {
  const spellings = isSpelled(field) ? spellingsOf(field, facets[spellingOf(field)] ?? []) : null;
  return found
    .map(({ value, count }) => {
      const token = String(value);
      return { value: spellings?.get(token) ?? keywordOrThrow(token), count };
    })
    .sort((a, b) => b.count - a.count);
}

/** The most frequent spelling of each value; one too rare to be among them is shown in its folded form. */
function spellingsOf(field: FacetField, found: readonly FoundFacet[]): ReadonlyMap<string, string> {
  const spellings = new Map<string, string>();
  for (const { value } of [...found].sort((a, b) => b.count - a.count)) {
    const spelled = String(value).slice(spellingPrefix.length);
    const token = comparedToken(field, spelled);
    if (!spellings.has(token)) spellings.set(token, spelled);
  }
  return spellings;
}

export function keywordOrThrow(token: string): string {
  const keyword = keywordOf(token);
  if (keyword === null) throw notOurs();
  return keyword;
}

/** Something else wrote to the index, or it was written by a program that is not this one. */
export const notOurs = (): AppError =>
  new AppError(
    'store.corrupt',
    'give-up',
    'The search index holds values that were not written so. Build it anew with POST /maintenance:reindex.',
  );

function barsOf(interval: number, found: readonly FoundFacet[]): readonly { from: number; count: number }[] {
  const bars = new Map<number, number>();
  for (const { value, count } of found) {
    const from = Math.floor(Number(value) / interval) * interval;
    if (count > 0) bars.set(from, (bars.get(from) ?? 0) + count);
  }
  const sorted = [...bars].sort((a, b) => a[0] - b[0]);
  if (sorted.length > maxBars) {
    const span = ((sorted.at(-1)?.[0] ?? 0) - (sorted[0]?.[0] ?? 0)) / interval + 1;
    throw new AppError(
      'request.invalid',
      'give-up',
      `An interval of ${interval} ms makes more than ${maxBars} bars. Ask for ${Math.ceil((span * interval) / maxBars)} ms or more, or for a shorter time.`,
      { target: 'interval' },
    );
  }
  return sorted.map(([from, count]) => ({ from, count }));
}
