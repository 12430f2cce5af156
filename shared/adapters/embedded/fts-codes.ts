import type { FacetField } from '../../model/query.ts';

/**
 * Facet values inside a row of the index. Each value of a field has a number (see fts-dictionary.ts), and a
 * row holds its numbers as one text: fixed places for fields with one value, then the time, then a place for
 * each recipient. Thousands of rows come out of SQLite joined into one string, which is read here: a value at
 * a time through the database's interface would cost more than everything else a search does.
 */

// In the order of their bytes, so that comparing codes compares numbers.
const digits = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
/** Between the rows of a joined text; no digit. */
export const rowSeparator = ';';
/** Before each recipient's code: without it, the end of one and the beginning of the next could look like a third. */
export const codeBreak = ',';

const valueOfDigit = new Uint8Array(128);
for (const [value, digit] of Array.from(digits).entries()) valueOfDigit[digit.charCodeAt(0)] = value;

const pairs = Array.from(digits).flatMap(high => Array.from(digits).map(low => high + low));

/** A number as `width` digits. The caller sees to it that it fits. */
export function encodeNumber(number: number, width: number): string {
  let text = '';
  let rest = number;
  for (let n = width; n > 0; n -= 2) {
    const high = Math.floor(rest / 4096);
    const low = rest - high * 4096;
    text = ((n === 1 ? digits[low] : pairs[low]) ?? '') + text;
    rest = high;
  }
  return text;
}

/** The number whose `width` digits stand at `at`. */
export function decodeNumber(text: string, at: number, width: number): number {
  let number = 0;
  for (let n = at; n < at + width; n++) number = number * 64 + (valueOfDigit[text.charCodeAt(n)] ?? 0);
  return number;
}

/** Digits for a field's numbers: 64^n − 1 different values. Zero means that the event has none. */
export const codeWidth: Readonly<Record<FacetField, number>> = {
  tenant: 3, source: 3, stream: 4, category: 2, operation: 4, outcome: 2, severity: 2, actor: 5, actorKind: 2, ip: 5,
  country: 3, app: 4, device: 5, sender: 5, recipient: 5, direction: 2, status: 3,
}; // prettier-ignore

/** Fields of few values: most events share all of these with many others. */
export const groupedFields = [
  'tenant', 'source', 'stream', 'category', 'operation', 'outcome', 'severity', 'actorKind', 'direction', 'status',
  'country', 'app',
] as const satisfies readonly FacetField[]; // prettier-ignore
/** Fields of many values. */
export const singleFields = ['actor', 'ip', 'device', 'sender'] as const satisfies readonly FacetField[];
/** Fields in the order of their places. The tenant comes first: every search looks at it. */
export const placedFields = [...groupedFields, ...singleFields] as const;
export type PlacedField = (typeof placedFields)[number];

const places = new Map<FacetField, number>();
let end = 0;
for (const field of placedFields) {
  places.set(field, end);
  end += codeWidth[field];
}

/** Where a field's code begins in a row's text, from 0; for recipients the break before the first of them. */
export const placeOf = (field: FacetField): number => places.get(field) ?? recipientPlace;

export const timePlace = end;
/** Milliseconds since the year 0, which has 49 bits up to the year 9999. */
export const timeWidth = 9;
export const recipientPlace = timePlace + timeWidth;

/** The code of a field without a value. */
export const noCode = (field: FacetField): string => (digits[0] ?? '').repeat(codeWidth[field]);
