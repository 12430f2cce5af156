import { facetsOf } from './faceting.ts';
import { filterOf } from './filtering.ts';
import type { FieldSchema } from './index-schema.ts';
import type { KeptIndex } from './kept-index.ts';
import { fullText } from './matching.ts';
import { badRequest } from './refusal.ts';
import type { StoredDocument, Value } from './stored-document.ts';

type Json = Readonly<Record<string, unknown>>;

const parameters = new Set([
  'count', 'facets', 'filter', 'highlight', 'orderby', 'queryType', 'search', 'searchFields', 'searchMode', 'select', 'skip',
  'top', 'minimumCoverage', 'sessionId', 'scoringStatistics',
]); // prettier-ignore
const mostPerPage = 1_000;
const mostSkipped = 100_000;
const mostOrders = 32;
/** "Note that the count returned is an approximation." How far off is our guess; that it is, is documented. */
const countedExactly = 10_000;
const roughness = 1_024;

/** Search Documents (POST). `pageSize` is how many documents an answer has before it names a continuation. */
export function searchDocuments(index: KeptIndex, asked: Json, pageSize: number): Json {
  for (const [name, value] of Object.entries(asked)) {
    if (value !== undefined && value !== null && !parameters.has(name)) {
      throw badRequest(`The parameter '${name}' is not supported.`);
    }
  }
  const { schema } = index;
  const text = (name: string): string => textOf(asked[name], name);
  const skip = wholeNumber(asked['skip'], 0, mostSkipped, 'skip');
  const top = Math.min(wholeNumber(asked['top'], 50, Infinity, 'top'), mostPerPage);
  const selected = selectedFields(index, text('select'));
  const order = orderOf(index, text('orderby'));
  const filter = text('filter') === '' ? null : filterOf(index, text('filter'));
  const match = searchTest(index, asked);
  const found = [...index.documents()].filter(
    document => (filter === null || filter(document)) && match(document),
  );
  const facets = Array.isArray(asked['facets']) ? asked['facets'].map(String) : [];
  const size = Math.min(top, pageSize);
  const page =
    order === null ? found.slice(skip, skip + size) : [...found].sort(order).slice(skip, skip + size);
  const left = Math.min(found.length - skip, top) - page.length;
  return {
    ...(asked['count'] === true ? { '@odata.count': roughly(found.length) } : {}),
    ...(facets.length === 0 ? {} : { '@search.facets': facetsOf(schema, facets, found) }),
    ...(left <= 0
      ? {}
      : {
          '@search.nextPageParameters': { ...asked, skip: skip + page.length, top: top - page.length },
          '@odata.nextLink': 'https://search.example/next',
        }),
    value: page.map(document => ({ '@search.score': 1, ...shown(document, selected) })),
  };
}

function textOf(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw badRequest(`The value of ${name} is not a text.`);
  return value;
}

const roughly = (count: number): number =>
  count <= countedExactly ? count : Math.ceil(count / roughness) * roughness;

function wholeNumber(value: unknown, otherwise: number, most: number, name: string): number {
  if (value === undefined || value === null) return otherwise;
  if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > most) {
    throw badRequest(`The value of ${name} is out of range.`);
  }
  return Number(value);
}

function searchTest(index: KeptIndex, asked: Json): (document: StoredDocument) => boolean {
  const search = asked['search'];
  if (typeof search !== 'string' || search.trim() === '' || search.trim() === '*') return () => true;
  if (asked['queryType'] !== 'full') throw badRequest('This service speaks full syntax only.');
  const fields = typeof asked['searchFields'] === 'string' ? asked['searchFields'].split(',') : [];
  return fullText(index, search, fields, asked['searchMode'] === 'all');
}

function selectedFields({ schema }: KeptIndex, select: string): readonly FieldSchema[] {
  if (select === '' || select === '*') return [...schema.fields.values()].filter(field => field.retrievable);
  return select.split(',').map(name => {
    const field = schema.fields.get(name.trim());
    if (field === undefined) throw badRequest(`Could not find a property named '${name}' to select.`);
    if (!field.retrievable) throw badRequest(`The field '${name}' is not retrievable.`);
    return field;
  });
}

const shown = (document: StoredDocument, fields: readonly FieldSchema[]): Json =>
  Object.fromEntries(fields.map(field => [field.name, document.values[field.name]]));

type Order = (a: StoredDocument, b: StoredDocument) => number;

function orderOf({ schema }: KeptIndex, text: string): Order | null {
  if (text.trim() === '') return null;
  const clauses = text.split(',').map(clause => clause.trim().split(/\s+/));
  if (clauses.length > mostOrders) throw badRequest('An order has at most 32 fields.');
  const orders = clauses.map(([name = '', direction = 'asc', more]): Order => {
    const field = schema.fields.get(name);
    if (field === undefined) throw badRequest(`Could not find a property named '${name}' to sort by.`);
    if (!field.sortable) throw badRequest(`The field '${name}' is not sortable.`);
    if (!['asc', 'desc'].includes(direction) || more !== undefined)
      throw badRequest('An order is asc or desc.');
    const sign = direction === 'asc' ? 1 : -1;
    return (a, b) => sign * compare(a.compared[name] ?? null, b.compared[name] ?? null);
  });
  return (a, b) => orders.reduce((so, order) => so || order(a, b), 0);
}

/** Nulls come first when rising. */
function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return -1;
  return b !== null && a < b ? -1 : 1;
}
