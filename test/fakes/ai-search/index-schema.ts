import { analyzerOf, builtInAnalyzers, normalizers, type Analyzer, type CustomParts } from './analysis.ts';
import { badRequest } from './refusal.ts';

export interface FieldSchema {
  readonly name: string;
  readonly type: string;
  readonly isCollection: boolean;
  /** The type of the field or of its elements. */
  readonly element: string;
  readonly key: boolean;
  readonly retrievable: boolean;
  readonly searchable: boolean;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly facetable: boolean;
  readonly indexAnalyzer: Analyzer | null;
  readonly searchAnalyzer: Analyzer | null;
  readonly normalize: (value: string) => string;
}

export interface IndexSchema {
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  readonly key: FieldSchema;
  /** The definition as it was sent, to compare an update with. */
  readonly sent: Readonly<Record<string, unknown>>;
}

const simpleTypes = [
  'Edm.String',
  'Edm.Boolean',
  'Edm.Int32',
  'Edm.Int64',
  'Edm.Double',
  'Edm.DateTimeOffset',
];
const fieldProperties = new Set([
  'name', 'type', 'key', 'retrievable', 'stored', 'searchable', 'filterable', 'sortable', 'facetable', 'analyzer',
  'indexAnalyzer', 'searchAnalyzer', 'normalizer', 'synonymMaps', 'fields', 'dimensions', 'vectorSearchProfile',
  'vectorEncoding', 'permissionFilter', 'sensitivityLabel',
]); // prettier-ignore
const indexProperties = new Set([
  'name', 'fields', 'analyzers', 'tokenizers', 'tokenFilters', 'charFilters', 'normalizers', 'suggesters', 'scoringProfiles',
  'defaultScoringProfile', 'corsOptions', 'similarity', 'semantic', 'vectorSearch', 'description', '@odata.etag', 'encryptionKey',
]); // prettier-ignore
/** The Basic tier's. */
const mostFields = 100;

type Json = Readonly<Record<string, unknown>>;
const given = (value: unknown): boolean => value !== undefined && value !== null;
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** Reads an index definition as Create Index does, or refuses it. */
export function readSchema(sent: Json): IndexSchema {
  const name = String(sent['name']);
  if (!/^[a-z0-9](?:[a-z0-9]|-(?!-)){0,126}[a-z0-9]$/.test(name)) {
    throw badRequest('Index name must be lower case letters, digits or dashes.');
  }
  for (const [property, value] of Object.entries(sent)) {
    if (given(value) && !indexProperties.has(property))
      throw badRequest(`Unknown property '${property}' of an index.`);
  }
  const parts: CustomParts = {
    analyzers: listOf(sent['analyzers']),
    tokenFilters: listOf(sent['tokenFilters']),
  };
  const list = listOf(sent['fields']).map(field => readField(field, parts));
  if (list.length === 0 || list.length > mostFields)
    throw badRequest(`An index has 1 to ${mostFields} fields.`);
  const fields = new Map(list.map(field => [field.name, field]));
  if (fields.size !== list.length) throw badRequest('Field names must be unique.');
  const keys = list.filter(field => field.key);
  const [key] = keys;
  if (key === undefined || keys.length > 1) throw badRequest('An index has exactly one key field.');
  return { name, fields, key, sent };
}

function readField(sent: Json, parts: CustomParts): FieldSchema {
  for (const [property, value] of Object.entries(sent)) {
    if (given(value) && !fieldProperties.has(property))
      throw badRequest(`Unknown property '${property}' of a field.`);
  }
  const name = String(sent['name']);
  const type = String(sent['type']);
  if (!/^[A-Za-z][A-Za-z0-9_]{0,127}$/.test(name) || name.startsWith('azureSearch')) {
    throw badRequest(`Field name '${name}' is invalid.`);
  }
  const element = /^Collection\((.+)\)$/.exec(type)?.[1] ?? type;
  if (!simpleTypes.includes(element)) throw badRequest(`Type '${type}' of field '${name}' is not supported.`);
  const isCollection = element !== type;
  const isString = element === 'Edm.String';
  // What is not said is the service's default, and nearly all defaults are on.
  const attribute = (property: string, otherwise: boolean): boolean =>
    given(sent[property]) ? sent[property] === true : otherwise;
  const key = attribute('key', false);
  const field = {
    name,
    type,
    isCollection,
    element,
    key,
    retrievable: attribute('retrievable', true),
    searchable: attribute('searchable', isString),
    filterable: attribute('filterable', true),
    sortable: attribute('sortable', !isCollection),
    facetable: attribute('facetable', !key),
  };
  if (key && (type !== 'Edm.String' || !field.retrievable)) {
    throw badRequest('The key must be a retrievable field of type Edm.String.');
  }
  if (field.sortable && isCollection)
    throw badRequest(`Field '${name}' is a collection and cannot be sortable.`);
  if (field.searchable && !isString)
    throw badRequest(`Field '${name}' is no string and cannot be searchable.`);
  return { ...field, ...analyzersOf(sent, field, parts), normalize: normalizerOf(sent, field) };
}

type Attributes = Pick<
  FieldSchema,
  'name' | 'element' | 'searchable' | 'filterable' | 'sortable' | 'facetable'
>;

function analyzersOf(
  sent: Json,
  field: Attributes,
  parts: CustomParts,
): Pick<FieldSchema, 'indexAnalyzer' | 'searchAnalyzer'> {
  const { analyzer, indexAnalyzer, searchAnalyzer } = sent;
  const names = [analyzer, indexAnalyzer, searchAnalyzer];
  if (!field.searchable) {
    if (names.some(given))
      throw badRequest(`Field '${field.name}' is not searchable and cannot have an analyzer.`);
    return { indexAnalyzer: null, searchAnalyzer: null };
  }
  if (given(analyzer) && (given(indexAnalyzer) || given(searchAnalyzer))) {
    throw badRequest(`Field '${field.name}': analyzer cannot be set with indexAnalyzer or searchAnalyzer.`);
  }
  if (given(indexAnalyzer) !== given(searchAnalyzer)) {
    throw badRequest(`Field '${field.name}': indexAnalyzer and searchAnalyzer must be set together.`);
  }
  const named = (value: unknown): Analyzer => {
    const wanted = given(value) ? String(value) : 'standard.lucene';
    const found = builtInAnalyzers.get(wanted) ?? analyzerOf(wanted, parts);
    if (found === null) throw badRequest(`Field '${field.name}': there is no analyzer '${wanted}'.`);
    return found;
  };
  return {
    indexAnalyzer: named(indexAnalyzer ?? analyzer),
    searchAnalyzer: named(searchAnalyzer ?? analyzer),
  };
}

function normalizerOf(sent: Json, field: Attributes): (value: string) => string {
  const name = sent['normalizer'];
  if (!given(name)) return value => value;
  if (field.element !== 'Edm.String' || !(field.filterable || field.sortable || field.facetable)) {
    throw badRequest(
      `Field '${field.name}' cannot have a normalizer: it is not filterable, sortable or facetable text.`,
    );
  }
  const found = normalizers.get(String(name));
  if (found === undefined) throw badRequest(`There is no normalizer '${String(name)}'.`);
  return found;
}

/** Whether a definition may replace another: fields may be added; nothing of those there may change. */
export function checkUpdate(before: IndexSchema, after: IndexSchema): void {
  const sentFields = (schema: IndexSchema): Map<unknown, Json> =>
    new Map(listOf(schema.sent['fields']).map(field => [field['name'], field]));
  const later = sentFields(after);
  for (const [name, field] of sentFields(before)) {
    const now = later.get(name);
    if (now === undefined || JSON.stringify(now) !== JSON.stringify(field)) {
      throw badRequest(`Existing field '${String(name)}' cannot be changed.`);
    }
  }
  for (const part of ['analyzers', 'tokenFilters']) {
    if (JSON.stringify(before.sent[part]) !== JSON.stringify(after.sent[part])) {
      throw badRequest(`The ${part} of an index cannot be changed.`);
    }
  }
}
