import { AppError } from '../../kernel/errors.ts';
import { recordPlaces, type RecordPlaces, type RecordsAt } from './record-bytes.ts';

/**
 * The records of a page, in order; an array is such a thing. Where they are parsed as they are asked for, so that a
 * page's worth of them is never in memory, asking throws `provider.malformed` at one that does not parse.
 */
export interface Records extends Iterable<unknown> {
  readonly length: number;
  slice(from: number, to: number): readonly unknown[];
  /** The n-th record's exact bytes; not there where a page is parsed as a whole. */
  bytesAt?(n: number): Uint8Array;
}

// A page is looked into twice: by the source for its next link, by the pipeline for its records. The second look
// takes what the first one found. Weak, so that it lives no longer than the page's bytes.
const parsedPages = new WeakMap<Uint8Array, unknown>();
const foundPlaces = new WeakMap<Uint8Array, RecordPlaces>();

/** The page as JSON. Throws `provider.malformed` when it is not whole: cut short, HTML, or anything else. */
export function parsePage(bytes: Uint8Array): unknown {
  const page = parse(bytes);
  if (typeof page === 'object' && page !== null) parsedPages.set(bytes, page);
  return page;
}

/** The page as it was parsed a moment ago, which is forgotten now; parsed where it was not. */
export function takePage(bytes: Uint8Array): unknown {
  const page = parsedPages.get(bytes) ?? parsePage(bytes);
  parsedPages.delete(bytes);
  return page;
}

/** A page with an empty list in the place of its records. Throws `provider.malformed` when it is not whole around them. */
export function parseEnvelope(bytes: Uint8Array): unknown {
  const places = placesIn(bytes, 'value');
  if (places === null) return parse(bytes);
  foundPlaces.set(bytes, places);
  return envelope(bytes, places);
}

/**
 * The records of a page, parsed as they are asked for. Throws `provider.malformed` when the page has no list of them, or
 * is not whole around them.
 */
export function splitRecords(bytes: Uint8Array, at: RecordsAt): Records {
  const found = foundPlaces.get(bytes);
  const places = found ?? placesIn(bytes, at);
  foundPlaces.delete(bytes);
  if (places === null) {
    throw malformed('The provider’s answer holds no list of records. It is asked for again.', bytes);
  }
  if (found === undefined) envelope(bytes, places);
  return new ParsedOnDemand(bytes, places.bounds);
}

class ParsedOnDemand implements Records {
  readonly #page: Buffer;
  readonly #bounds: readonly number[];

  constructor(bytes: Uint8Array, bounds: readonly number[]) {
    this.#page = asBuffer(bytes);
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#bounds.length / 2;
  }

  slice(from: number, to: number): readonly unknown[] {
    const records: unknown[] = [];
    const end = Math.min(to, this.length);
    for (let n = Math.max(from, 0); n < end; n += 1) records.push(this.#parse(n));
    return records;
  }

  *[Symbol.iterator](): Generator<unknown, void> {
    for (let n = 0; n < this.length; n += 1) yield this.#parse(n);
  }

  bytesAt(n: number): Uint8Array {
    return this.#page.subarray(this.#bounds[2 * n], this.#bounds[2 * n + 1]);
  }

  #parse(n: number): unknown {
    return parseText(this.#page.toString('utf8', this.#bounds[2 * n], this.#bounds[2 * n + 1]), this.#page);
  }
}

function placesIn(bytes: Uint8Array, at: RecordsAt): RecordPlaces | null {
  try {
    return recordPlaces(bytes, at);
  } catch (cause) {
    throw notWhole(bytes, cause);
  }
}

const envelope = (bytes: Uint8Array, { open, close }: RecordPlaces): unknown =>
  parse(Buffer.concat([bytes.subarray(0, open + 1), bytes.subarray(close)]));

const parse = (bytes: Uint8Array): unknown => parseText(textOf(bytes), bytes);

/** `from`: the bytes it was read from. */
function parseText(text: string, from: Uint8Array): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notWhole(from, cause);
  }
}

/** Bytes as text; a byte order mark is no part of it. Broken UTF-8 costs a replacement character, not the page. */
function textOf(bytes: Uint8Array): string {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return asBuffer(bytes).toString('utf8', marked ? 3 : 0);
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const notWhole = (bytes: Uint8Array, cause: unknown): AppError =>
  malformed('The provider’s answer is not whole JSON. It is asked for again.', bytes, cause);

function malformed(message: string, bytes: Uint8Array, cause?: unknown): AppError {
  return new AppError('provider.malformed', 'retry', message, { facts: { bytes: bytes.byteLength }, cause });
}
