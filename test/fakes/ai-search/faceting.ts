import { createHash } from 'node:crypto';
import type { FieldSchema, IndexSchema } from './index-schema.ts';
import { badRequest } from './refusal.ts';
import type { StoredDocument } from './stored-document.ts';

export interface FacetBucket {
  readonly count: number;
  readonly value?: string | number | boolean;
  readonly from?: string | number;
  readonly to?: string | number;
}

interface Asked {
  readonly field: FieldSchema;
  readonly options: ReadonlyMap<string, string>;
}

/** Every index is in shards, and each reports only its own most frequent values. */
const shards = 12;
const shardOf = (key: string): number => (createHash('md5').update(key).digest()[0] ?? 0) % shards;
const maxInt32 = 2 ** 31 - 1;

/** Facets of the documents found, by the name of their field. */
export function facetsOf(
  schema: IndexSchema,
  expressions: readonly string[],
  found: readonly StoredDocument[],
): Readonly<Record<string, readonly FacetBucket[]>> {
  return Object.fromEntries(
    expressions.map(expression => {
      const asked = readFacet(schema, expression);
      return [asked.field.name, bucketsOf(asked, found)];
    }),
  );
}

function readFacet(schema: IndexSchema, expression: string): Asked {
  const [name = '', ...pairs] = expression.split(',').map(part => part.trim());
  const field = schema.fields.get(name);
  if (field === undefined) throw badRequest(`Could not find a field named '${name}' to facet.`);
  if (!field.facetable) throw badRequest(`The field '${name}' is not facetable.`);
  const options = new Map(
    pairs.map(pair => {
      const colon = pair.indexOf(':');
      return [pair.slice(0, colon), pair.slice(colon + 1)] as const;
    }),
  );
  const unknown = [...options.keys()].find(
    key => !['count', 'sort', 'interval', 'values', 'timeoffset'].includes(key),
  );
  if (unknown !== undefined) throw badRequest(`Unknown facet parameter '${unknown}'.`);
  const how = ['count', 'interval', 'values'].filter(key => options.has(key));
  if (how.length > 1) throw badRequest('count, interval and values cannot be combined.');
  return { field, options };
}

function bucketsOf({ field, options }: Asked, found: readonly StoredDocument[]): readonly FacetBucket[] {
  const interval = options.get('interval');
  if (interval !== undefined) return intervals(field, interval, found);
  const values = options.get('values');
  if (values !== undefined) return ranges(field, values, found);
  const count = Number(options.get('count') ?? 10);
  if (!Number.isInteger(count) || count < 0) throw badRequest('A facet’s count is a whole number.');
  return topValues(field, count === 0 ? Infinity : count, options.get('sort') ?? 'count', found);
}

const heldBy = (document: StoredDocument, field: FieldSchema): readonly (string | number | boolean)[] => {
  const held = document.compared[field.name] ?? null;
  const list = typeof held === 'object' && held !== null ? [...new Set(held)] : [held];
  return list.filter(value => value !== null);
};

function topValues(
  field: FieldSchema,
  count: number,
  sort: string,
  found: readonly StoredDocument[],
): readonly FacetBucket[] {
  const perShard = Array.from({ length: shards }, () => new Map<string | number | boolean, number>());
  for (const document of found) {
    const counts = perShard[shardOf(document.key)];
    for (const value of heldBy(document, field)) counts?.set(value, (counts.get(value) ?? 0) + 1);
  }
  const order = orderOf(sort);
  const merged = new Map<string | number | boolean, number>();
  for (const counts of perShard) {
    for (const [value, times] of [...counts].sort(order).slice(0, count)) {
      merged.set(value, (merged.get(value) ?? 0) + times);
    }
  }
  return [...merged]
    .sort(order)
    .slice(0, count)
    .map(([value, times]) => ({ count: times, value: shown(field, value) }));
}

type Entry = readonly [string | number | boolean, number];

function orderOf(sort: string): (a: Entry, b: Entry) => number {
  const byValue = (a: Entry, b: Entry): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
  switch (sort) {
    case 'count':
      return (a, b) => b[1] - a[1] || byValue(a, b);
    case '-count':
      return (a, b) => a[1] - b[1] || byValue(a, b);
    case 'value':
      return byValue;
    case '-value':
      return (a, b) => byValue(b, a);
    default:
      throw badRequest(`Facets cannot be sorted by '${sort}'.`);
  }
}

const shown = (field: FieldSchema, value: string | number | boolean): string | number | boolean =>
  field.element === 'Edm.DateTimeOffset' ? new Date(Number(value)).toISOString() : value;

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function intervals(
  field: FieldSchema,
  interval: string,
  found: readonly StoredDocument[],
): readonly FacetBucket[] {
  const isDate = field.element === 'Edm.DateTimeOffset';
  const width = isDate ? units[interval] : Number(interval);
  const isNumber = field.element.startsWith('Edm.Int') || field.element === 'Edm.Double';
  if (
    (!isDate && !isNumber) ||
    width === undefined ||
    !Number.isInteger(width) ||
    width < 1 ||
    width > maxInt32
  ) {
    throw badRequest(`The interval '${interval}' is not one for ${field.element}.`);
  }
  const counts = new Map<number, number>();
  for (const document of found) {
    for (const value of heldBy(document, field)) {
      const from = Math.floor(Number(value) / width) * width;
      counts.set(from, (counts.get(from) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort((a, b) => a[0] - b[0])
    .map(([from, count]) => ({ count, value: shown(field, from) }));
}

function ranges(
  field: FieldSchema,
  values: string,
  found: readonly StoredDocument[],
): readonly FacetBucket[] {
  const isDate = field.element === 'Edm.DateTimeOffset';
  if (!isDate && !field.element.startsWith('Edm.Int') && field.element !== 'Edm.Double') {
    throw badRequest('Only numbers and dates are counted by ranges.');
  }
  const edges = values.split('|').map(text => (isDate ? Date.parse(text) : Number(text)));
  if (edges.some((edge, n) => Number.isNaN(edge) || edge <= (edges[n - 1] ?? -Infinity))) {
    throw badRequest('The values of a facet rise.');
  }
  const bounds = [-Infinity, ...edges, Infinity];
  return bounds.slice(1).map((to, n) => {
    const from = bounds[n] ?? -Infinity;
    const count = found
      .flatMap(one => heldBy(one, field))
      .filter(value => Number(value) >= from && Number(value) < to).length;
    const edge = (at: number): string | number => (isDate ? new Date(at).toISOString() : at);
    return {
      count,
      ...(Number.isFinite(from) ? { from: edge(from) } : {}),
      ...(Number.isFinite(to) ? { to: edge(to) } : {}),
    };
  });
}
