import type { FieldSchema, IndexSchema } from './index-schema.ts';
import { badRequest } from './refusal.ts';
import type { TermDictionary } from './term-dictionary.ts';

type Plain = string | number | boolean | null;
/** A field's value as it was sent; a date stays a text. */
export type Value = Plain | readonly Plain[];

/** A document as the service keeps it. */
export interface StoredDocument {
  readonly key: string;
  readonly values: Readonly<Record<string, Value>>;
  /** What filters, facets and orders compare: normalized text, dates as milliseconds. */
  readonly compared: Readonly<Record<string, Value>>;
  /** The words of searchable fields, by their numbers in the field's dictionary. */
  readonly words: Readonly<Record<string, Uint32Array>>;
}

const longestTerm = 300;
const longestKey = 1_024;
/** Of a filterable, sortable or facetable text: a term of Lucene's. */
const mostTermBytes = 32_766;

/** Checks what was sent against the schema: unknown fields and wrong types refuse the whole request. */
export function checkSent(sent: Readonly<Record<string, unknown>>, schema: IndexSchema): string {
  const key = sent[schema.key.name];
  if (typeof key !== 'string' || key === '') throw badRequest('A document has no key.');
  if (!/^[A-Za-z0-9_=-]+$/.test(key) || key.startsWith('_') || key.length > longestKey) {
    throw badRequest(
      'Invalid document key: keys can only contain letters, digits, underscore, dash, or equal sign.',
    );
  }
  for (const [name, value] of Object.entries(sent)) {
    const field = schema.fields.get(name);
    if (field === undefined) throw badRequest(`The property '${name}' does not exist on the index.`);
    checkValue(field, value);
  }
  return key;
}

function checkValue(field: FieldSchema, value: unknown): void {
  const wrong = (): Error => badRequest(`The value of field '${field.name}' is not of type ${field.type}.`);
  if (field.isCollection) {
    // A collection cannot be null, and neither can its elements.
    if (!Array.isArray(value)) throw wrong();
    for (const one of value) if (!isOfType(field.element, one)) throw wrong();
  } else if (value !== null && !isOfType(field.element, value)) throw wrong();
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'Edm.String':
      return typeof value === 'string' && value.isWellFormed();
    case 'Edm.Boolean':
      return typeof value === 'boolean';
    case 'Edm.Int32':
      return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31;
    case 'Edm.Int64':
      return Number.isSafeInteger(value);
    case 'Edm.DateTimeOffset':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    default:
      return typeof value === 'number';
  }
}

/** Makes a document of its values. Throws what its own status then says. */
export function storedDocument(
  key: string,
  sent: Readonly<Record<string, unknown>>,
  schema: IndexSchema,
  dictionaryOf: (field: FieldSchema) => TermDictionary,
): StoredDocument {
  const values: Record<string, Value> = {};
  const compared: Record<string, Value> = {};
  const words: Record<string, Uint32Array> = {};
  for (const field of schema.fields.values()) {
    const value = (sent[field.name] ?? (field.isCollection ? [] : null)) as Value;
    values[field.name] = value;
    if (field.filterable || field.sortable || field.facetable)
      compared[field.name] = comparedValue(field, value);
    if (!field.searchable) continue;
    const dictionary = dictionaryOf(field);
    const texts = (Array.isArray(value) ? value : [value]).filter(one => typeof one === 'string');
    words[field.name] = Uint32Array.from(texts.flatMap(text => [...dictionary.numbersOf(text)]));
    if (dictionary.longestTerm(words[field.name] ?? new Uint32Array()) > longestTerm) {
      throw badRequest(`Field '${field.name}' makes a term of more than ${longestTerm} characters.`);
    }
  }
  return { key, values, compared, words };
}

function comparedValue(field: FieldSchema, value: Value): Value {
  if (typeof value === 'object' && value !== null) return value.map(one => comparedOne(field, one));
  return comparedOne(field, value);
}

function comparedOne(field: FieldSchema, value: Plain): Plain {
  if (typeof value !== 'string') return value;
  if (field.element === 'Edm.DateTimeOffset') return Date.parse(value);
  const text = field.normalize(value);
  if (Buffer.byteLength(text) > mostTermBytes) {
    throw badRequest(`Field '${field.name}' contains a term that is too large to process.`);
  }
  return text;
}
