import { isEventId, sha256 } from '../../kernel/hash.ts';
import { parseIp } from '../../kernel/ip-address.ts';
import type { StoredEvent } from '../../model/event.ts';
import { facetFields, type FacetField, type QueryField } from '../../model/query.ts';
import { comparable } from '../../query/evaluate.ts';
import { facetValuesOf, furtherText, valuesOf } from '../../query/field-values.ts';
import { cut, keywordLimit, words } from '../../query/fold.ts';
import {
  beginningFields, beginningsOf, ipv6Fields, ipv6Parts, optionalFields, spelledFields, spellingOf, tokenFields,
  wordFields, wordsOf, type TokenField,
} from './search-fields.ts'; // prettier-ignore
import { piecesOf, spellingPrefix, tokenOf, valueBreak } from './search-token.ts';

export type FieldValue = string | number | boolean | null | readonly string[];
/** A document as the service keeps it, by the names of the index's fields. */
export type SearchDocument = Readonly<Record<string, FieldValue>> & { readonly key: string };

/**
 * The key of one revision of an event. Each revision is a document of its own: the service knows no conditional
 * write, so "the higher revision wins" cannot be a rule about one document.
 */
export const revisionKey = (id: string, revision: number): string =>
  // A key takes letters, digits, `_`, `-` and `=` only.
  `${isEventId(id) ? id : `x${Buffer.from(id.toWellFormed()).toString('base64url')}`}_${revision}`;

/** The field as the query compares it, as a token. */
export const comparedToken = (field: QueryField, value: string): string => tokenOf(comparable(field, value));

/**
 * All the index knows of an event. Every field is named, so that a merge leaves nothing of an earlier mapping
 * behind; `superseded` is not, so that a late first revision stays superseded.
 */
export function documentOf(event: StoredEvent): SearchDocument {
  const document: Record<string, FieldValue> & { key: string } = {
    key: revisionKey(event.id, event.revision),
    ...placeOf(event),
    ...addressOf(event),
    has: optionalFields.filter(field => valuesOf(event, field).length > 0),
  };
  for (const field of tokenFields) document[field] = tokensOf(event, field);
  for (const field of beginningFields) {
    const token = document[field];
    document[beginningsOf(field)] = typeof token === 'string' ? piecesOf(token).join(' ') : null;
  }
  for (const field of spelledFields) {
    const spelled = facetValuesOf(event, field).map(spellingIn);
    document[spellingOf(field)] = field === 'recipient' ? [...new Set(spelled)] : (spelled[0] ?? null);
  }
  for (const field of wordFields) {
    const texts = field === 'further' ? furtherText(event) : valuesOf(event, field);
    document[wordsOf(field)] = textOf(texts);
  }
  return document;
}

/** A value as people read it, as far as one looks. */
const spellingIn = (value: string): string => spellingPrefix + cut(value.trim(), keywordLimit).toWellFormed();

/** What stands in for an earlier revision. Whether that was put already, or comes only now, it is not found. */
export const tombstoneOf = (event: StoredEvent, revision: number): SearchDocument => ({
  key: revisionKey(event.id, revision),
  id: comparedToken('id', event.id),
  superseded: true,
});

function tokensOf(event: StoredEvent, field: TokenField): FieldValue {
  const values = isFacet(field) ? facetValuesOf(event, field) : valuesOf(event, field);
  const tokens = values.map(value => comparedToken(field, value));
  // Each counts once, however often it is named and in whatever case.
  return field === 'recipient' ? [...new Set(tokens)] : (tokens[0] ?? null);
}

const isFacet = (field: TokenField): field is FacetField => facetFields.some(one => one === field);

/**
 * Characters of words in one field. A document may have 16 MB, and one that is refused would hold up everything stored
 * after it.
 */
const mostText = 500_000;

function textOf(texts: readonly string[]): string | null {
  const found: string[] = [];
  let length = 0;
  for (const text of texts) {
    const list = words(text);
    if (list.length > 0) found.push(valueBreak);
    for (const word of list) {
      length += word.length + 2;
      if (length > mostText) return found.join(' ');
      found.push(`${word}.`);
    }
  }
  return found.length === 0 ? null : found.join(' ');
}

/** Where an event stands in the order of hits: by time, then by bits of its id. */
export function placeOf(event: StoredEvent): { at: number; idHigh: number; idLow: number } {
  const id: string = event.id;
  const digits = isEventId(id) ? id.slice(9) : sha256(id.toWellFormed());
  return {
    at: Date.parse(event.time),
    idHigh: Number.parseInt(digits.slice(0, 13), 16),
    idLow: Number.parseInt(digits.slice(13, 26), 16),
  };
}

function addressOf(event: StoredEvent): Readonly<Record<string, number | null>> {
  const address = parseIp(event.client?.ip?.trim() ?? '');
  const parts = address?.family === 6 ? ipv6Parts(address.hex) : [null, null, null];
  return {
    ip4: address?.family === 4 ? Number.parseInt(address.hex, 16) : null,
    ...Object.fromEntries(ipv6Fields.map((name, n) => [name, parts[n] ?? null])),
  };
}
