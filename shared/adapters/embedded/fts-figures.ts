import type { Counted, FacetField, FacetValue, SearchPage } from '../../model/query.ts';
import { aggregate } from './fts-aggregate.ts';
import { rowSeparator } from './fts-codes.ts';
import type { Plan } from './fts-plan.ts';
import { sampleRate } from './fts-row-id.ts';
import { fittingRows, type Asked } from './fts-rows.ts';
import type { Part } from './fts-schema.ts';

/** Up to so many matches, every figure of an answer is exact. */
export const exactUpTo = 10_000;
// Rows of the sample that are read at most for one answer; a larger sample is thinned out.
const readOfSample = 32_768;

export type Figures = Pick<SearchPage, 'total' | 'facets' | 'histogram'>;

/** Exact figures, unless the matches turn out to be too many: then estimates by `forSample`. */
export function figures(asked: Asked, plan: Plan, forSample: Plan): Figures {
  const { count, codes } = joinedCodes(asked, plan, 'whole', exactUpTo + 1);
  if (count > exactUpTo) return estimates(asked, forSample);
  return labelled(asked, codes, 1, { value: count, exact: true });
}

/** Figures from the sample, labelled as estimates; for more matches than can be exact. */
export function estimates(asked: Asked, plan: Plan): Figures {
  const sampled = Number(
    asked.reader.get(`SELECT value FROM about WHERE name = 'sampled'`, [])?.['value'] ?? 0,
  );
  let thinning = 1;
  while (sampled / thinning > readOfSample) thinning *= 2;
  // The lowest bits of a row's number are random, and other bits decided that it is in the sample.
  const even = { sql: `d.rowid & ${thinning - 1} = 0`, values: [] };
  const thinned = thinning === 1 ? plan : { ...plan, rows: [...plan.rows, () => even] };
  const { count, codes } = joinedCodes(asked, thinned, 'sample', -1);
  const weight = sampleRate * thinning;
  return labelled(asked, codes, weight, { value: Math.max(count * weight, exactUpTo + 1), exact: false });
}

/** Figures where nothing can match. */
export const noFigures = (asked: Asked): Figures => labelled(asked, '', 1, { value: 0, exact: true });

function joinedCodes(asked: Asked, plan: Plan, part: Part, limit: number): { count: number; codes: string } {
  const { facets, interval } = asked.request;
  const needed = facets.length > 0 || interval !== null;
  const rows = fittingRows(asked, plan, part, needed ? 'd.codes AS codes' : 'NULL AS codes');
  const found = asked.reader.get(
    `SELECT count(*) AS count, group_concat(codes, '${rowSeparator}') AS codes FROM (${rows.sql} LIMIT ?)`,
    [...rows.values, limit],
  );
  return { count: Number(found?.['count']), codes: String(found?.['codes'] ?? '') };
}

function labelled(asked: Asked, codes: string, weight: number, total: SearchPage['total']): Figures {
  const { request, dictionary } = asked;
  const found = aggregate(codes, weight, request, dictionary);
  const { exact } = total;
  const facets: Partial<Record<FacetField, Counted<readonly FacetValue[]>>> = {};
  for (const [field, values] of found.facets) facets[field] = { exact, values };
  return { total, facets, histogram: found.histogram === null ? null : { exact, values: found.histogram } };
}
