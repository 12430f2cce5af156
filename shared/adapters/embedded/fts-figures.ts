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
  /** The numbers of the rows of every match, rising; null for estimates. */
  readonly numbers: readonly string[] | null;
}

/** Exact figures; null when the matches are too many for that. */
export function exactFigures(asked: Asked, plan: Plan): Figures | null {
  const { count, codes, numbers } = joinedCodes(asked, plan, 'whole', exactUpTo + 1);
  if (count > exactUpTo) return null;
  return labelled(asked, codes, 1, { value: count, exact: true }, numbers === '' ? [] : numbers.split(','));
}

/** Figures from the sample, labelled as estimates; for more matches than can be exact. */
export function estimates(asked: Asked, plan: Plan): Figures {
  const matching = countUpTo(asked, plan, 'sample', -1);
  let thinning = 1;
  while (matching / thinning > readOfSample) thinning *= 2;
  // The lowest bits of a row's number are random, and other bits decided that it is in the sample.
  const even = { sql: `d.rowid & ${thinning - 1} = 0`, values: [] };
  const thinned = thinning === 1 ? plan : { ...plan, rows: [() => even, ...plan.rows] };
  const { codes } = joinedCodes(asked, thinned, 'sample', -1);
  const total = { value: Math.max(matching * sampleRate, exactUpTo + 1), exact: false };
  return labelled(asked, codes, sampleRate * thinning, total, null);
}

/** Figures where nothing can match. */
export const noFigures = (asked: Asked): Figures => labelled(asked, '', 1, { value: 0, exact: true }, []);

interface Joined {
  readonly count: number;
  readonly codes: string;
  /** Empty for the sample. */
  readonly numbers: string;
}

function joinedCodes(asked: Asked, plan: Plan, part: Part, limit: number): Joined {
  const rows = fittingRows(asked, plan, part, 'd.codes AS codes, d.rowid AS number');
  const numbers = part === 'whole' ? 'group_concat(number)' : "''";
  const found = asked.reader.get(
    `SELECT count(*) AS count, group_concat(codes, '${rowSeparator}') AS codes, ${numbers} AS numbers
      FROM (${rows.sql} LIMIT ?)`,
    [...rows.values, limit],
  );
  return {
    count: Number(found?.['count']),
    codes: String(found?.['codes'] ?? ''),
    numbers: String(found?.['numbers'] ?? ''),
  };
}

function labelled(
  asked: Asked,
  codes: string,
  weight: number,
  total: SearchPage['total'],
  numbers: Figures['numbers'],
): Figures {
  const { request, dictionary } = asked;
  const found = aggregate(codes, weight, request, dictionary);
  const { exact } = total;
  const facets: Partial<Record<FacetField, Counted<readonly FacetValue[]>>> = {};
  for (const [field, values] of found.facets) facets[field] = { exact, values };
  const histogram = found.histogram === null ? null : { exact, values: found.histogram };
  return { total, facets, histogram, numbers };
}
