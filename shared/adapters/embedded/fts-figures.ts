import type { Counted, FacetField, FacetValue, SearchPage } from '../../model/query.ts';
import { aggregate } from './fts-aggregate.ts';
import { rowSeparator } from './fts-codes.ts';
import type { Plan } from './fts-plan.ts';
import { sampleRate } from './fts-row-id.ts';
import { countUpTo, fittingRows, type Asked } from './fts-rows.ts';
import type { Part } from './fts-schema.ts';

/** Up to so many matches, every figure of an answer is exact. */
export const exactUpTo = 10_000;
// Rows of the sample that are read at most for one answer; of more that match, an even part is read.
const readOfSample = 8_192;

export interface Figures extends Pick<SearchPage, 'total' | 'facets' | 'histogram'> {
  /** When every match happened, in milliseconds, rising; null for estimates. */
  readonly times: Float64Array | null;
}

/** Exact figures; null when the matches are too many for that. */
export function exactFigures(asked: Asked, plan: Plan): Figures | null {
  const { count, codes } = joinedCodes(asked, plan, 'whole', exactUpTo + 1);
  return count > exactUpTo ? null : labelled(asked, codes, count, 1, { value: count, exact: true });
}

/** Figures from the sample, labelled as estimates; for more matches than can be exact. */
export function estimates(asked: Asked, plan: Plan): Figures {
  const matching = countUpTo(asked, plan, 'sample', -1);
  let thinning = 1;
  while (matching / thinning > readOfSample) thinning *= 2;
  // The lowest bits of a row's number are random, and other bits decided that it is in the sample.
  const even = { sql: `d.rowid & ${thinning - 1} = 0`, values: [] };
  const thinned = thinning === 1 ? plan : { ...plan, rows: [() => even, ...plan.rows] };
  const { count, codes } = joinedCodes(asked, thinned, 'sample', -1);
  const total = { value: Math.max(matching * sampleRate, exactUpTo + 1), exact: false };
  return labelled(asked, codes, count, sampleRate * thinning, total);
}

/** Figures where nothing can match. */
export const noFigures = (asked: Asked): Figures => labelled(asked, '', 0, 1, { value: 0, exact: true });

function joinedCodes(asked: Asked, plan: Plan, part: Part, limit: number): { count: number; codes: string } {
  const rows = fittingRows(asked, plan, part, 'd.codes AS codes');
  const found = asked.reader.get(
    `SELECT count(*) AS count, group_concat(codes, '${rowSeparator}') AS codes FROM (${rows.sql} LIMIT ?)`,
    [...rows.values, limit],
  );
  return { count: Number(found?.['count']), codes: String(found?.['codes'] ?? '') };
}

function labelled(
  asked: Asked,
  codes: string,
  count: number,
  weight: number,
  total: SearchPage['total'],
): Figures {
  const { request, dictionary } = asked;
  const found = aggregate(codes, count, weight, request, dictionary);
  const { exact } = total;
  const facets: Partial<Record<FacetField, Counted<readonly FacetValue[]>>> = {};
  for (const [field, values] of found.facets) facets[field] = { exact, values };
  const histogram = found.histogram === null ? null : { exact, values: found.histogram };
  return { total, facets, histogram, times: exact ? found.times : null };
}
