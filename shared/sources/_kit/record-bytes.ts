import { AppError } from '../../kernel/errors.ts';

/** Where a page keeps its records: in the array `value` of an object, or it is an array itself. */
export type RecordsAt = 'value' | 'array';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * The exact bytes of the n-th record of a page: a slice, never re-serialised, so that a hash taken years later is
 * a hash of what the provider sent. Walks the bytes once, keeps no stack, and never reads one twice.
 * Throws `archive.corrupt` when the page is not whole up to that record, or has no such record.
 */
export function recordBytes(bytes: Uint8Array, at: RecordsAt, index: number): Uint8Array {
  const start = firstByte(bytes);
  const list = at === 'array' ? start : memberStart(bytes, start, 'value');
  return elementBytes(bytes, list, index);
}

/**
 * The exact bytes of the n-th element of the list that begins at `list`. Throws `archive.corrupt` when there is no list,
 * or no such element.
 */
export function elementBytes(bytes: Uint8Array, list: number | null, index: number): Uint8Array {
  if (list === null || bytes[list] !== openBracket) throw noRecord(index, bytes);
  let position = skipSpace(bytes, list + 1);
  for (let n = 0; bytes[position] !== closeBracket; n++) {
    const end = valueEnd(bytes, position);
    if (n === index) return checked(bytes.subarray(position, end), index);
    position = afterElement(bytes, end, index);
  }
  throw noRecord(index, bytes);
}

/** Where a page's records are. */
export interface RecordPlaces {
  /** Of each record its first byte and the one behind its last, one after the other. */
  readonly bounds: readonly number[];
  /** The bracket that opens their list, and the one that closes it. */
  readonly open: number;
  readonly close: number;
}

/**
 * Where the records of a page are; null when the page has no list of them. Brackets, quotes and commas are all that is
 * looked at: what is between them, and around the list, is whole only if it parses. Throws `archive.corrupt` when the
 * list has no end.
 */
export function recordPlaces(bytes: Uint8Array, at: RecordsAt): RecordPlaces | null {
  const start = firstByte(bytes);
  if (at === 'array') return bytes[start] === openBracket ? listPlaces(bytes, start) : null;
  let places: RecordPlaces | null = null;
  memberStart(bytes, start, 'value', position => {
    places = bytes[position] === openBracket ? listPlaces(bytes, position) : null;
    return places === null ? valueEnd(bytes, position) : places.close + 1;
  });
  return places;
}

function listPlaces(bytes: Uint8Array, open: number): RecordPlaces {
  const bounds: number[] = [];
  let position = skipSpace(bytes, open + 1);
  while (bytes[position] !== closeBracket) {
    const end = valueEnd(bytes, position);
    bounds.push(position, end);
    position = afterElement(bytes, end, bounds.length / 2);
  }
  return { bounds, open, close: position };
}

/** Behind a byte order mark and white space. */
function firstByte(bytes: Uint8Array): number {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return skipSpace(bytes, marked ? 3 : 0);
}

/** Where the element after the comma begins, or where the closing bracket is. */
function afterElement(bytes: Uint8Array, end: number, index: number): number {
  const next = skipSpace(bytes, end);
  if (bytes[next] === closeBracket) return next;
  if (bytes[next] !== comma) throw noRecord(index, bytes);
  const begin = skipSpace(bytes, next + 1);
  if (bytes[begin] === closeBracket) throw noRecord(index, bytes);
  return begin;
}

/** Where the value of a member of the object that is the whole of `bytes` begins; null where it has none of that name. */
export function memberOf(bytes: Uint8Array, name: string): number | null {
  return memberStart(bytes, firstByte(bytes), name);
}

/**
 * Where the value of an object's member begins; of members with one name the last counts, as in JSON.parse. `endOf`
 * tells where such a value ends, for one who looks at it on the way.
 */
function memberStart(
  bytes: Uint8Array,
  object: number,
  name: string,
  endOf: (position: number) => number = position => valueEnd(bytes, position),
): number | null {
  if (bytes[object] !== openBrace) return null;
  let found: number | null = null;
  let position = skipSpace(bytes, object + 1);
  while (bytes[position] === quote) {
    const keyEnd = stringEnd(bytes, position);
    const key = textBetween(bytes, position, keyEnd);
    position = skipSpace(bytes, keyEnd);
    if (bytes[position] !== colon) return null;
    position = skipSpace(bytes, position + 1);
    if (key === name) found = position;
    position = skipSpace(bytes, key === name ? endOf(position) : valueEnd(bytes, position));
    if (bytes[position] === closeBrace) return found;
    if (bytes[position] !== comma) return null;
    position = skipSpace(bytes, position + 1);
  }
  return null;
}

// What a byte means outside of a string. A table: to compare each byte with five others costs more than twice as much.
const opens = 1;
const closes = 2;
const quotes = 3;
const meaning = new Uint8Array(256);
meaning[openBrace] = meaning[openBracket] = opens;
meaning[closeBrace] = meaning[closeBracket] = closes;
meaning[quote] = quotes;

/** Just behind the value that begins at `position`. Counts brackets; whether they match is JSON.parse's business. */
function valueEnd(bytes: Uint8Array, position: number): number {
  const first = bytes[position];
  if (first === quote) return stringEnd(bytes, position);
  if (first !== openBrace && first !== openBracket) return literalEnd(bytes, position);
  const end = bytes.length;
  let depth = 0;
  for (let i = position; i < end; i++) {
    const met = meaning[bytes[i] as number];
    if (met === 0) continue;
    if (met === quotes) i = stringEnd(bytes, i) - 1;
    else if (met === opens) depth++;
    else if (--depth === 0) return i + 1;
  }
  throw cutShort(bytes);
}

function stringEnd(bytes: Uint8Array, position: number): number {
  const end = bytes.length;
  for (let i = position + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === quote) return i + 1;
    if (byte === backslash) i++;
  }
  throw cutShort(bytes);
}

/** Numbers, true, false, null. */
function literalEnd(bytes: Uint8Array, position: number): number {
  let i = position;
  while (i < bytes.length && !endsLiteral(bytes[i])) i++;
  // A number at the very end may have lost digits.
  if (i === position || i === bytes.length) throw cutShort(bytes);
  return i;
}

const endsLiteral = (byte: number | undefined): boolean =>
  byte === comma || byte === closeBrace || byte === closeBracket || isSpace(byte);
const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function skipSpace(bytes: Uint8Array, position: number): number {
  let i = position;
  while (isSpace(bytes[i])) i++;
  return i;
}

/** A member's name; it may be written with escapes. */
function textBetween(bytes: Uint8Array, from: number, to: number): string | null {
  try {
    const text: unknown = JSON.parse(Buffer.from(bytes.subarray(from, to)).toString('utf8'));
    return typeof text === 'string' ? text : null;
  } catch {
    return null; // a name nobody can read is not the name we look for
  }
}

function checked(slice: Uint8Array, index: number): Uint8Array {
  try {
    JSON.parse(Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength).toString('utf8'));
    return slice;
  } catch (cause) {
    throw corrupt('The archived page is damaged at this record.', { index }, cause);
  }
}

const cutShort = (bytes: Uint8Array): AppError =>
  corrupt('The archived page ends in the middle of a record.', { bytes: bytes.byteLength });
const noRecord = (index: number, bytes: Uint8Array): AppError =>
  corrupt('The archived page has no such record.', { index, bytes: bytes.byteLength });

function corrupt(what: string, facts: Record<string, number>, cause?: unknown): AppError {
  return new AppError('archive.corrupt', 'give-up', `${what} Verify the archive.`, { facts, cause });
}
