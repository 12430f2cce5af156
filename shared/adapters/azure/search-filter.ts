/**
 * Pieces of a `$filter`. Whatever a person typed arrives here as a token, a number or words: letters and digits
 * of our own alphabet. It is quoted all the same, and never concatenated bare.
 */
export type Filter = { readonly text: string } | 'always' | 'never';

const isText = (filter: Filter): filter is { readonly text: string } => typeof filter !== 'string';

const literal = (value: string | number | boolean): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

export const equals = (field: string, value: string | number | boolean): Filter => ({
  text: `${field} eq ${literal(value)}`,
});
export const isNotNull = (field: string): Filter => ({ text: `${field} ne null` });

// Tokens, keys and names of fields have none.
const separator = '|';

/** One of the values; a list is one clause for the service, however long. */
export function oneOf(field: string, values: readonly string[]): Filter {
  const [first, ...others] = values;
  if (first === undefined) return 'never';
  if (others.length === 0) return equals(field, first);
  return { text: `search.in(${field}, ${literal(values.join(separator))}, '${separator}')` };
}

/** A collection holds the value. */
export const holds = (field: string, value: string): Filter => ({
  text: `${field}/any(v: v eq ${literal(value)})`,
});

export function all(filters: readonly Filter[]): Filter {
  if (filters.includes('never')) return 'never';
  return joined(filters.filter(isText), 'and') ?? 'always';
}

export function any(filters: readonly Filter[]): Filter {
  if (filters.includes('always')) return 'always';
  return joined(filters.filter(isText), 'or') ?? 'never';
}

export function not(filter: Filter): Filter {
  if (filter === 'always') return 'never';
  return filter === 'never' ? 'always' : { text: `not (${filter.text})` };
}

function joined(filters: readonly { readonly text: string }[], word: 'and' | 'or'): Filter | null {
  const [first, ...others] = filters;
  if (first === undefined) return null;
  return others.length === 0 ? first : { text: filters.map(one => `(${one.text})`).join(` ${word} `) };
}

/** Numbers compared one after the other, as the digits of one number are. */
export function ordered(
  fields: readonly string[],
  values: readonly number[],
  how: 'lt' | 'le' | 'gt' | 'ge',
): Filter {
  const [field, ...rest] = fields;
  const [value, ...others] = values;
  if (field === undefined || value === undefined) return how.endsWith('e') ? 'always' : 'never';
  if (rest.length === 0) return { text: `${field} ${how} ${value}` };
  const strictly: Filter = { text: `${field} ${how.slice(0, 1)}t ${value}` };
  return any([strictly, all([equals(field, value), ordered(rest, others, how)])]);
}

/** From the lowest to the highest, both included; parts the two share are compared once. */
export function between(fields: readonly string[], low: readonly number[], high: readonly number[]): Filter {
  const shared = low.findIndex((value, n) => value !== high[n]);
  const count = shared === -1 ? low.length : shared;
  return all([
    ...fields.slice(0, count).map((field, n) => equals(field, low[n] ?? 0)),
    ...(count === low.length
      ? []
      : [
          ordered(fields.slice(count), low.slice(count), 'ge'),
          ordered(fields.slice(count), high.slice(count), 'le'),
        ]),
  ]);
}

// The service takes 100,000 characters and 3,000 clauses in one search text.
const mostCharacters = 60_000;
const mostPhrases = 1_000;

/**
 * One of the phrases stands in one of the fields: full Lucene syntax inside a filter, where it can be negated and
 * joined like any other clause. A phrase of one term is that term.
 */
export function matchesPhrase(fields: readonly string[], phrases: readonly (readonly string[])[]): Filter {
  const groups: string[][] = [];
  let length = Infinity;
  for (const terms of phrases) {
    const phrase = `"${terms.map(escaped).join(' ')}"`;
    if (length + phrase.length > mostCharacters || (groups.at(-1)?.length ?? 0) >= mostPhrases) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(phrase);
    length += phrase.length + 1;
  }
  return any(
    groups.map(group => ({
      text: `search.ismatch(${literal(group.join(' '))}, ${literal(fields.join(','))}, 'full', 'any')`,
    })),
  );
}

/** Inside quotes only the quote and the escape itself mean anything. */
const escaped = (term: string): string => term.replaceAll(/["\\]/g, found => `\\${found}`);
