import type { SQLOutputValue } from 'node:sqlite';
import { AppError } from '../../kernel/errors.ts';
import type { SearchPage, SearchRequest } from '../../model/query.ts';
import type { TenantScope } from '../../model/scope.ts';
import { keyword } from '../../query/fold.ts';
import { compileQuery, type CompileOptions } from './fts-compile.ts';
import type { Dictionary } from './fts-dictionary.ts';
import { estimates, exactFigures, noFigures, type Figures } from './fts-figures.ts';
import { anyOf, both, everything, rowsBetween, rowsNumbered, type Plan } from './fts-plan.ts';
import type { IndexReader } from './fts-reader.ts';
import { firstRowAt, lastRow } from './fts-row-id.ts';
import { unpackId } from './packed-id.ts';
import {
  afterPage, countUpTo, fittingRows, ordered, pageDirection, rowsWhere, tenantCode, tenantCondition, type Asked,
} from './fts-rows.ts'; // prettier-ignore
import { keywordToken, phrase } from './fts-token.ts';

// So many hits in the sample stand for some 14,000: of ten million queries with 10,000 matches one has them.
const broadInSample = 220;

/** Answers a search on one state of the index. */
export function searchIndex(
  reader: IndexReader,
  dictionary: Dictionary,
  scopes: readonly TenantScope[],
  request: SearchRequest,
): SearchPage {
  checkRequest(request);
  return reader.snapshot(() => {
    const tenants = [...new Set(scopes.map(scope => keyword(scope.tenantId)))];
    const codes = dictionary.codesOf('tenant', tenants);
    const base = anyOf(tenants.map(tenant => phrase([keywordToken('tenant', tenant)], false)));
    const asked: Asked = { reader, dictionary, request, tenants: tenantCondition(codes), base };
    return codes.length === 0 ? nothing(asked) : answer(asked, codes.length < dictionary.count('tenant'));
  });
}

const nothing = (asked: Asked): SearchPage => answerOf({ hits: [], next: null }, noFigures(asked));

const answerOf = (page: Pick<SearchPage, 'hits' | 'next'>, figures: Figures): SearchPage => ({
  ...page,
  total: figures.total,
  facets: figures.facets,
  histogram: figures.histogram,
});

/**
 * The sample is asked first: it knows in a sixty-fourth of the time whether many match. If so, the figures
 * are estimated from it and only one page is read; if not, every match is read.
 */
function answer(asked: Asked, someTenants: boolean): SearchPage {
  const byWords = planned(asked, someTenants, null);
  if (byWords.never) return nothing(asked);
  const isManyInSample = (plan: Plan): boolean =>
    countUpTo(asked, plan, 'sample', broadInSample) >= broadInSample;
  const isBroad = (words: string): boolean =>
    isManyInSample({ ...byWords, must: [words], mustNot: [], leads: [], rows: [] });
  const broad = isManyInSample(byWords);
  const plan = cheaper(asked, byWords, planned(asked, someTenants, isBroad), broad);
  const exact = broad ? null : exactFigures(asked, plan);
  return answerOf(pageOf(asked, plan, exact?.numbers ?? null), exact ?? estimates(asked, byWords));
}

function planned(asked: Asked, someTenants: boolean, isBroad: CompileOptions['isBroad']): Plan {
  const { reader, dictionary, request, base } = asked;
  const plan = compileQuery(request.node, {
    dictionary,
    base,
    isBroad,
    rowOf(id) {
      const row = reader.get('SELECT CAST(rowid AS TEXT) AS number FROM docs WHERE id = ?', [id]);
      return row === undefined ? null : BigInt(String(row['number']));
    },
  });
  const { window } = request;
  const bounds =
    window === null ? everything : rowsBetween(firstRowAt(window.from), firstRowAt(window.to) - 1n);
  const bounded = both(plan, bounds);
  // Where the scopes hold every tenant there is, naming them would only cost; the row is still looked at.
  return someTenants && !bounded.never ? { ...bounded, must: [...bounded.must, base] } : bounded;
}

/**
 * Which of two plans for one question costs less. Looking at rows needs something that leads to them: words,
 * or matches so dense among the rows where the page begins that going through those soon fills it.
 */
function cheaper(asked: Asked, byWords: Plan, byRows: Plan, broad: boolean): Plan {
  if (byRows.rows.length === byWords.rows.length || byRows.must.length + byRows.leads.length > 0)
    return byRows;
  if (!broad) return byWords;
  const rest = afterPage(asked, byRows);
  const { sql, values } = rowsWhere(asked, rest, 'sample');
  const near = asked.reader.get(
    `SELECT sum(fits) AS fits FROM (
      SELECT ${sql} AS fits FROM sample_docs d WHERE d.rowid BETWEEN ? AND ? ${ordered(pageDirection(asked), 'd')} LIMIT 1000)`,
    [...values, rest.low, rest.high],
  );
  return Number(near?.['fits'] ?? 0) >= 16 ? byRows : byWords;
}

/** The page; `numbers` are those of all matches, where they are known: then nothing is searched a second time. */
function pageOf(asked: Asked, plan: Plan, numbers: Figures['numbers']): Pick<SearchPage, 'hits' | 'next'> {
  const { limit } = asked.request;
  const rest =
    numbers === null ? afterPage(asked, plan) : rowsNumbered(numbersOfPage(asked.request, numbers));
  const found = rowsOfPage(asked, rest);
  const hits = found.slice(0, limit).map(row => ({
    tenant: asked.dictionary.valueOf('tenant', String(row['tenant'])),
    id: unpackId(row['id']),
    place: String(row['number']),
  }));
  return { hits, next: found.length > limit ? (hits.at(-1)?.place ?? null) : null };
}

/** Those of the page's rows and of the one after them, of all `numbers`. */
function numbersOfPage(
  { after, order, limit }: SearchRequest,
  numbers: readonly string[],
): readonly string[] {
  const newest = order === 'newest';
  const edge = after === null ? null : BigInt(after);
  const beyond =
    edge === null
      ? numbers
      : numbers.filter(number => (newest ? BigInt(number) < edge : BigInt(number) > edge));
  return newest ? beyond.slice(-limit - 1) : beyond.slice(0, limit + 1);
}

function rowsOfPage(asked: Asked, plan: Plan): Record<string, SQLOutputValue>[] {
  const columns = `CAST(d.rowid AS TEXT) AS number, d.id AS id, ${tenantCode} AS tenant`;
  if (plan.never) return [];
  const rows = fittingRows(asked, plan, 'whole', columns, pageDirection(asked));
  return asked.reader.all(`${rows.sql} LIMIT ?`, [...rows.values, asked.request.limit + 1]);
}

function checkRequest(request: SearchRequest): void {
  const { limit, facetLimit, interval, after } = request;
  const wrong = (target: string, says: string): AppError =>
    new AppError('request.invalid', 'give-up', `The ${target} must be ${says}.`, { target });
  const isWhole = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= most;
  if (!isWhole(limit, 1_000)) throw wrong('limit', 'a whole number from 1 to 1,000');
  if (!isWhole(facetLimit, 1_000)) throw wrong('facetLimit', 'a whole number from 1 to 1,000');
  if (interval !== null && !isWhole(interval, 1e15)) {
    throw wrong('interval', 'a whole number of milliseconds, at least 1');
  }
  if (after !== null && (!/^\d{1,19}$/.test(after) || BigInt(after) > lastRow)) {
    throw new AppError(
      'continuation.invalid',
      'give-up',
      'The place to continue from is not one this index gave out. Start the search again.',
    );
  }
}
