import { longestTerm } from './search-token.ts';
import {
  beginningFields, beginningsOf, ipv6Fields, spelledFields, spellingOf, tokenFields, wordFields, wordsOf,
} from './search-fields.ts'; // prettier-ignore

type FieldType = 'Edm.String' | 'Collection(Edm.String)' | 'Edm.Int64' | 'Edm.Boolean';

/** A field of an index, as the service is told of it. What is not named is off. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: FieldType;
  readonly key?: true;
  readonly retrievable?: true;
  readonly searchable?: true;
  readonly filterable?: true;
  readonly sortable?: true;
  readonly facetable?: true;
  readonly indexAnalyzer?: string;
  readonly searchAnalyzer?: string;
  readonly normalizer?: 'lowercase';
}

/** An index as data. Attributes cannot be added to a field later, so each version is an index of its own. */
export interface IndexDefinition {
  readonly version: number;
  readonly fields: readonly FieldDefinition[];
  /** Splits at white space and emits every beginning of every token, all in the token's place. */
  readonly beginnings: { readonly analyzer: string; readonly filter: string; readonly maxGram: number };
}

const analyzer = 'beginnings';
const collections: readonly string[] = ['recipient'];

const beginningsField = (name: string): FieldDefinition => ({
  name,
  type: 'Edm.String',
  searchable: true,
  indexAnalyzer: analyzer,
  // What is asked for is a beginning already.
  searchAnalyzer: 'whitespace',
});

const number = (name: string, more: Partial<FieldDefinition> = {}): FieldDefinition => ({
  name,
  type: 'Edm.Int64',
  filterable: true,
  ...more,
});

const facets = tokenFields.filter(
  field => field !== 'messageId' && field !== 'correlationId' && field !== 'id',
);

/** The first version. A change of any field is a new version beside it, never a change of this one. */
const version1: IndexDefinition = {
  version: 1,
  beginnings: { analyzer, filter: 'front', maxGram: longestTerm },
  fields: [
    { name: 'key', type: 'Edm.String', key: true, retrievable: true, filterable: true },
    ...tokenFields.map((name): FieldDefinition => ({
      name,
      type: collections.includes(name) ? 'Collection(Edm.String)' : 'Edm.String',
      filterable: true,
      normalizer: 'lowercase',
      ...(facets.some(field => field === name) ? { facetable: true } : {}),
      ...(name === 'id' || name === 'tenant' ? { retrievable: true } : {}),
    })),
    ...spelledFields.map((field): FieldDefinition => ({
      name: spellingOf(field),
      type: collections.includes(field) ? 'Collection(Edm.String)' : 'Edm.String',
      facetable: true,
    })),
    ...beginningFields.map(field => beginningsField(beginningsOf(field))),
    ...wordFields.map(field => beginningsField(wordsOf(field))),
    { name: 'has', type: 'Collection(Edm.String)', filterable: true },
    // Milliseconds since the epoch: bars of any width are multiples of it.
    number('at', { sortable: true, facetable: true, retrievable: true }),
    // 104 bits of the id: numbers have an order the service can page by, strings have none.
    number('idHigh', { sortable: true, retrievable: true }),
    number('idLow', { sortable: true, retrievable: true }),
    number('ip4'),
    ...ipv6Fields.map(name => number(name)),
    { name: 'superseded', type: 'Edm.Boolean', filterable: true },
    // What the index says about itself; see search-position.ts.
    { name: 'note', type: 'Edm.String', filterable: true, retrievable: true },
    { name: 'noted', type: 'Edm.String', retrievable: true },
    { name: 'noteNumber', type: 'Edm.Int64', retrievable: true },
  ],
};

/** Every version there has been, oldest first. */
export const definitions: readonly IndexDefinition[] = [version1];
export const currentDefinition: IndexDefinition = version1;

/** The index of a version; `name` itself is the alias of the newest. */
export const indexNameOf = (name: string, definition: IndexDefinition): string =>
  `${name}-v${definition.version}`;
