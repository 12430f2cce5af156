import { AppError } from '../../kernel/errors.ts';
import { parseIp, printIp, type IpAddress } from '../../kernel/ip-address.ts';
import type { FacetField } from '../../model/query.ts';
import { cut, keyword } from '../../query/fold.ts';
import { codeWidth, decodeNumber, encodeNumber } from './fts-codes.ts';
import { addressToken, hasWholeToken, keywordToken, shapeToken, wholeToken } from './fts-token.ts';
import type { Database } from './open-database.ts';

/** Fields whose values are numbered: those a facet counts, and the sets of fields that events have. */
export type CodedField = FacetField | 'shape';

// Part of the file's format: a number never changes its field.
const fieldNumber: Readonly<Record<CodedField, number>> = {
  tenant: 1, source: 2, stream: 3, category: 4, operation: 5, outcome: 6, severity: 7, actor: 8, actorKind: 9, ip: 10,
  country: 11, app: 12, device: 13, sender: 14, recipient: 15, direction: 16, status: 17, shape: 18,
}; // prettier-ignore
const shapeWidth = 4;
const widthOf = (field: CodedField): number => (field === 'shape' ? shapeWidth : codeWidth[field]);

/** What a value becomes in the index. */
export interface Coded {
  readonly code: string;
  /** The FTS5 token it is found by. */
  readonly token: string;
}

/**
 * The numbered values of each field. Values that differ in case or accents alone share a number, and are
 * shown as the first one seen was spelled.
 */
export interface Dictionary {
  /** The number of a value, given out now if it has none. Only inside a write. */
  coded(field: CodedField, value: string): Coded;
  /** The codes of these folded values that have one. */
  codesOf(field: CodedField, folded: readonly string[]): string[];
  /** Folded values from `from` up to but not including `to`, at most `limit` of them. */
  foldedBetween(field: CodedField, from: string, to: string | null, limit: number): string[];
  /** The value a code stands for, as first spelled. */
  valueOf(field: CodedField, code: string): string;
  /** How many different values it has met. */
  count(field: CodedField): number;
  fieldNumber(field: CodedField): number;
  /** Forgets what it remembers, after a write that was rolled back. */
  forget(): void;
}

// Values met lately, at a place that a hash of their text decides, or the one beside it; whatever else falls
// there takes the place. Bounds the memory at some ten megabytes, whatever is collected.
const manyPlaces = 8_192;
const fewPlaces = 256;
const longestRemembered = 200;
const ofManyValues: readonly CodedField[] = ['actor', 'ip', 'device', 'sender', 'recipient'];

interface Known {
  readonly value: string;
  readonly coded: Coded;
}

interface Places {
  last: Known | undefined;
  readonly known: (Known | undefined)[];
}

function hashOf(text: string): number {
  let hash = text.length;
  const end = Math.min(text.length, 64);
  for (let at = 0; at < end; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash ^ (hash >>> 15);
}

const longestShown = 1_000;

export function openDictionary(db: Database): Dictionary {
  const recent = new Map<CodedField, Places>();
  const find = db.prepare<{ code: string }>('SELECT code FROM dictionary WHERE field = ? AND folded = ?');
  const last = db.prepare<{ code: string | null }>(
    'SELECT max(code) AS code FROM dictionary WHERE field = ?',
  );
  const add = db.prepare('INSERT INTO dictionary (field, folded, code, value) VALUES (?, ?, ?, ?)');
  const addAddress = db.prepare('INSERT INTO addresses (bytes, code) VALUES (?, ?)');
  const show = db.prepare<{ value: string }>('SELECT value FROM dictionary WHERE field = ? AND code = ?');
  const between = db.prepare<{ folded: string }>(
    'SELECT folded FROM dictionary WHERE field = ? AND folded >= ? AND folded < ? ORDER BY folded LIMIT ?',
  );
  const after = db.prepare<{ folded: string }>(
    'SELECT folded FROM dictionary WHERE field = ? AND folded >= ? ORDER BY folded LIMIT ?',
  );

  function nextNumber(field: CodedField): number {
    const code = last.get(fieldNumber[field])?.code ?? null;
    return code === null ? 1 : decodeNumber(code, 0, code.length) + 1;
  }
  const next = new Map<CodedField, number>();

  function numbered(field: CodedField, value: string): Coded {
    const address = field === 'ip' ? parseIp(value.trim()) : null;
    const folded = foldedValue(value, address);
    const coded = (code: string): Coded => ({ code, token: tokenOf(field, folded, address, code) });
    const known = find.get(fieldNumber[field], folded);
    if (known !== undefined) return coded(known.code);
    const number = next.get(field) ?? nextNumber(field);
    next.set(field, number + 1);
    if (number >= 64 ** widthOf(field)) throw tooManyValues(field);
    const code = encodeNumber(number, widthOf(field));
    add.run(fieldNumber[field], folded, code, cut(value, longestShown));
    if (address !== null) addAddress.run(`${address.family}${address.hex}`, code);
    return coded(code);
  }

  function lookedUp(field: CodedField, value: string, places: (Known | undefined)[]): Known {
    const place = hashOf(value) & (places.length - 1);
    const here = places[place];
    if (here?.value === value) return here;
    const beside = places[place ^ 1];
    if (beside?.value === value) return beside;
    const known = { value, coded: numbered(field, value) };
    if (value.length > longestRemembered) return known;
    // An empty place has nothing to hand on: handing that on would drop the neighbour it was the place of.
    if (here !== undefined) places[place ^ 1] = here;
    places[place] = known;
    return known;
  }

  return {
    coded(field, value) {
      let places = recent.get(field);
      if (places === undefined) {
        const length = ofManyValues.includes(field) ? manyPlaces : fewPlaces;
        places = { last: undefined, known: Array.from({ length }, (): Known | undefined => undefined) };
        recent.set(field, places);
      }
      // A page of records is mostly of one tenant, stream and category.
      if (places.last?.value === value) return places.last.coded;
      places.last = lookedUp(field, value, places.known);
      return places.last.coded;
    },
    codesOf: (field, folded) => folded.flatMap(one => find.get(fieldNumber[field], one)?.code ?? []),
    foldedBetween: (field, from, to, limit) =>
      (to === null
        ? after.all(fieldNumber[field], from, limit)
        : between.all(fieldNumber[field], from, to, limit)
      ).map(row => row.folded),
    valueOf: (field, code) => show.get(fieldNumber[field], code)?.value ?? '',
    count: field => nextNumber(field) - 1,
    fieldNumber: field => fieldNumber[field],
    forget() {
      recent.clear();
      next.clear();
    },
  };
}

const foldedValue = (value: string, address: IpAddress | null): string =>
  address === null ? keyword(value) : printIp(address);

function tokenOf(field: CodedField, folded: string, address: IpAddress | null, code: string): string {
  if (field === 'shape') return shapeToken(folded);
  if (hasWholeToken(field)) return wholeToken(field, decodeNumber(code, 0, code.length));
  return address === null ? keywordToken(field, folded) : addressToken(address.family, address.hex);
}

const tooManyValues = (field: CodedField): AppError =>
  new AppError(
    'index.unavailable',
    'give-up',
    `The search index has met more different values of '${field}' than it can number. Check what a source puts there, then stop Holdfast and delete index.db: it is rebuilt from the store.`,
    { facts: { field } },
  );
