import { badRequest } from './refusal.ts';

/**
 * Analysis as Lucene does it: a tokenizer gives words in their places, each filter makes of a word the terms that
 * stand in its place. Only what is per word is here; that is all we use, and an index that asks for more is refused.
 */
export interface Analyzer {
  readonly name: string;
  /** The words of a text, in their order. */
  tokenize(text: string): readonly string[];
  /** The terms in a word's place; none where a filter dropped it. */
  terms(word: string): readonly string[];
}

type Filter = (term: string) => readonly string[];
type Json = Readonly<Record<string, unknown>>;
export interface CustomParts {
  readonly analyzers: readonly Json[];
  readonly tokenFilters: readonly Json[];
}

const fold = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
const split =
  (size: number) =>
  (word: string): readonly string[] =>
    word.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];

const tokenizers = new Map<string, (text: string) => readonly string[]>([
  // Java's white space: no-break spaces are none.
  ['whitespace', text => (text.match(/[^\t-\r\u001c-\u0020\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+/g) ?? []).flatMap(split(255))],
  ['keyword_v2', text => (text === '' ? [] : [text])],
  ['letter', text => text.match(/\p{L}+/gu) ?? []],
  // Near enough to Unicode's word breaks for text that is no test of them.
  ['standard_v2', text => (text.match(/[\p{L}\p{N}_]+(?:['’.][\p{L}\p{N}_]+)*/gu) ?? []).flatMap(split(255))],
]); // prettier-ignore

const stopWords = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(' '),
); // prettier-ignore

const namedFilters = new Map<string, Filter>([
  ['lowercase', term => [term.toLowerCase()]],
  ['uppercase', term => [term.toUpperCase()]],
  ['asciifolding', term => [fold(term)]],
  ['reverse', term => [Array.from(term).reverse().join('')]],
  ['stopwords', term => (stopWords.has(term) ? [] : [term])],
]);

const analyzer = (name: string, tokenizer: string, filters: readonly Filter[]): Analyzer => ({
  name,
  tokenize: tokenizers.get(tokenizer) ?? (text => [text]),
  terms: word => filters.reduce<readonly string[]>((terms, filter) => terms.flatMap(filter), [word]),
});

const filterNamed = (name: string): Filter => namedFilters.get(name) ?? (term => [term]);

export const builtInAnalyzers: ReadonlyMap<string, Analyzer> = new Map(
  [
    analyzer('keyword', 'keyword_v2', []),
    analyzer('whitespace', 'whitespace', []),
    analyzer('simple', 'letter', [filterNamed('lowercase')]),
    analyzer('stop', 'letter', [filterNamed('lowercase'), filterNamed('stopwords')]),
    analyzer('standard', 'standard_v2', [filterNamed('lowercase')]),
    analyzer('standard.lucene', 'standard_v2', [filterNamed('lowercase')]),
  ].map(one => [one.name, one]),
);

export const normalizers: ReadonlyMap<string, (value: string) => string> = new Map([
  ['lowercase', (value: string) => value.toLowerCase()],
  ['uppercase', (value: string) => value.toUpperCase()],
  ['asciifolding', fold],
  ['standard', (value: string) => fold(value.toLowerCase())],
]);

/** A custom analyzer of an index; null when it defines none of the name. */
export function analyzerOf(name: string, parts: CustomParts): Analyzer | null {
  const sent = parts.analyzers.find(one => one['name'] === name);
  if (sent === undefined) return null;
  if (sent['@odata.type'] !== '#Microsoft.Azure.Search.CustomAnalyzer') {
    throw badRequest(`Analyzer '${name}' is of a type this service does not know.`);
  }
  const tokenizer = String(sent['tokenizer']);
  if (!tokenizers.has(tokenizer)) throw badRequest(`There is no tokenizer '${tokenizer}'.`);
  if (Array.isArray(sent['charFilters']) && sent['charFilters'].length > 0) {
    throw badRequest('Character filters are not supported here.');
  }
  const filters = (Array.isArray(sent['tokenFilters']) ? sent['tokenFilters'] : []).map(String);
  return analyzer(
    name,
    tokenizer,
    filters.map(one => filterOf(one, parts)),
  );
}

function filterOf(name: string, parts: CustomParts): Filter {
  const known = namedFilters.get(name);
  if (known !== undefined) return known;
  const sent = parts.tokenFilters.find(one => one['name'] === name);
  if (sent === undefined) throw badRequest(`There is no token filter '${name}'.`);
  switch (sent['@odata.type']) {
    case '#Microsoft.Azure.Search.EdgeNGramTokenFilterV2':
      return edgeGrams(sent);
    case '#Microsoft.Azure.Search.TruncateTokenFilter': {
      const length = Number(sent['length'] ?? 300);
      return term => [Array.from(term).slice(0, length).join('')];
    }
    default:
      throw badRequest(`Token filter '${name}' is of a type this service does not know.`);
  }
}

/** Every beginning (or end) of a term within the lengths, all in the term's place. Lengths are code points. */
function edgeGrams(sent: Json): Filter {
  const least = Number(sent['minGram'] ?? 1);
  const most = Number(sent['maxGram'] ?? 2);
  if (!(least >= 1 && most <= 300 && least < most))
    throw badRequest('minGram must be less than maxGram, and that at most 300.');
  const front = (sent['side'] ?? 'front') === 'front';
  return term => {
    const letters = Array.from(term);
    const grams: string[] = [];
    for (let length = least; length <= Math.min(most, letters.length); length++) {
      grams.push((front ? letters.slice(0, length) : letters.slice(-length)).join(''));
    }
    return grams;
  };
}
