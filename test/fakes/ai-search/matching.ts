import type { FieldSchema, IndexSchema } from './index-schema.ts';
import { parseLucene, type LuceneNode } from './lucene-query.ts';
import { badRequest } from './refusal.ts';
import type { StoredDocument } from './stored-document.ts';
import type { TermDictionary } from './term-dictionary.ts';

export type Matches = (document: StoredDocument) => boolean;

/** What a search runs over. */
export interface Searched {
  readonly schema: IndexSchema;
  documents(): Iterable<StoredDocument>;
  dictionaryOf(field: FieldSchema): TermDictionary;
}

/** "It caps the number of patterns, variations, or matches to 1,000 instances." */
const mostExpansions = 1_000;

/** A full-text query over some fields (all searchable ones where none are named), as a test of documents. */
export function fullText(searched: Searched, text: string, fields: readonly string[], all: boolean): Matches {
  const names =
    fields.length > 0
      ? fields
      : [...searched.schema.fields.values()].filter(f => f.searchable).map(f => f.name);
  const list = names.map(name => searchableField(searched.schema, name));
  return matcher(searched, parseLucene(text, all), list);
}

function searchableField(schema: IndexSchema, name: string): FieldSchema {
  const field = schema.fields.get(name.trim());
  if (field === undefined) throw badRequest(`Could not find a field named '${name}' in the index.`);
  if (!field.searchable) throw badRequest(`The field '${name}' is not searchable.`);
  return field;
}

function matcher(searched: Searched, node: LuceneNode, fields: readonly FieldSchema[]): Matches {
  switch (node.kind) {
    case 'everything':
      return () => true;
    case 'field':
      return matcher(searched, node.of, [searchableField(searched.schema, node.field)]);
    case 'clauses': {
      const clauses = node.of.map(clause => ({ ...clause, test: matcher(searched, clause.node, fields) }));
      const of = (occur: string): readonly Matches[] =>
        clauses.filter(one => one.occur === occur).map(one => one.test);
      const [must, should, mustNot] = [of('must'), of('should'), of('must-not')];
      return document =>
        must.every(test => test(document)) &&
        !mustNot.some(test => test(document)) &&
        (must.length > 0 || should.some(test => test(document)));
    }
    case 'term':
    case 'phrase': {
      const tests = fields.map(field => analyzed(searched, field, node));
      return document => tests.some(test => test(document));
    }
    case 'pattern':
      return expanded(searched, fields, node.expression.source, term => node.expression.test(term));
    case 'fuzzy':
      return expanded(
        searched,
        fields,
        `${node.text}~${node.edits}`,
        term => distance(node.text, term) <= node.edits,
      );
  }
}

/** Analyzed as the field's search analyzer does it, then looked for among what its index analyzer made. */
function analyzed(
  searched: Searched,
  field: FieldSchema,
  node: Extract<LuceneNode, { kind: 'term' | 'phrase' }>,
): Matches {
  const { searchAnalyzer } = field;
  const dictionary = searched.dictionaryOf(field);
  const places = (searchAnalyzer?.tokenize(node.text) ?? []).map(word => searchAnalyzer?.terms(word) ?? []);
  const tests = places.map(terms => {
    const each = terms.map(term => dictionary.fitting(`=${term}`, other => other === term));
    return (word: number): boolean => each.some(test => test(word));
  });
  if (tests.length === 0) return () => false;
  const wordsOf = (document: StoredDocument): Uint32Array => document.words[field.name] ?? new Uint32Array();
  if (node.kind === 'term') return document => wordsOf(document).some(word => tests.some(test => test(word)));
  return document => holdsPhrase(wordsOf(document), tests, node.slop);
}

/** The tests hold in their order, with at most `slop` words more between them. */
function holdsPhrase(
  words: Uint32Array,
  tests: readonly ((word: number) => boolean)[],
  slop: number,
): boolean {
  const goesOn = (test: number, from: number, left: number): boolean => {
    const fits = tests[test];
    if (fits === undefined) return true;
    for (let at = from; at <= from + left && at < words.length; at++) {
      if (fits(words[at] ?? -1) && goesOn(test + 1, at + 1, left - (at - from))) return true;
    }
    return false;
  };
  return words.some((word, at) => tests[0]?.(word) === true && goesOn(1, at + 1, slop));
}

/** Wildcards, expressions and fuzzy terms are not analyzed; they stand for the terms there are. */
function expanded(
  searched: Searched,
  fields: readonly FieldSchema[],
  key: string,
  fits: (term: string) => boolean,
): Matches {
  const tests = fields.map(field => {
    const dictionary = searched.dictionaryOf(field);
    const used = new Set<number>();
    for (const document of searched.documents())
      for (const word of document.words[field.name] ?? []) used.add(word);
    if (dictionary.termsFitting(used, fits) > mostExpansions) {
      throw badRequest('The pattern matches more than 1,000 terms.');
    }
    const test = dictionary.fitting(`/${key}`, fits);
    return (document: StoredDocument): boolean => document.words[field.name]?.some(test) === true;
  });
  return document => tests.some(test => test(document));
}

/** Letters to insert, drop or replace to make one text of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
