import { parseIp, parseNetwork, parseOctets } from '../../kernel/ip-address.ts';
import { severities } from '../../model/event.ts';
import { facetFields, type QueryField, type QueryNode } from '../../model/query.ts';
import { comparable, comparesAddresses } from '../../query/evaluate.ts';
import { identifierLength, wholeFields, wholeIdentifiers } from '../../query/field-values.ts';
import { isMailAddress, keyword, words } from '../../query/fold.ts';
import type { RangeNode } from '../../query/comparison.ts';
import { codeWidth, decodeNumber, placeOf, type PlacedField } from './fts-codes.ts';
import type { Dictionary } from './fts-dictionary.ts';
import { shapeFields, shapeHas } from './fts-row.ts';
import { packId } from './packed-id.ts';
import type { WordColumn } from './fts-schema.ts';
import {
  addressToken, ipToken, keywordToken, phrase, shapeToken, tokenFields, wholeToken, type TokenField, type WholeField,
} from './fts-token.ts'; // prettier-ignore
import { anyOf, everything, mustHold, never, rowTest, type Plan } from './fts-plan.ts';

export type Match = Extract<QueryNode, { kind: 'match' }>;

/**
 * One clause, asked of FTS5, or of the rows, or either way: a set of values is found by merging their
 * postings, which is quick while they are few, and seen in each row, which is quick where many rows have them.
 */
export interface Leaf {
  readonly words: Plan | null;
  readonly rows: Plan | null;
}
const byWords = (plan: Plan): Leaf => ({ words: plan, rows: null });

/** Columns that hold a field's words. */
const columnsOf = {
  actor: ['actor', 'actor_sender'],
  target: ['target', 'target_recipient'],
  sender: ['sender', 'actor_sender'],
  recipient: ['recipient', 'target_recipient'],
  subject: ['subject'],
  userAgent: ['user_agent'],
  summary: ['summary'],
} as const satisfies Partial<Record<QueryField, readonly WordColumn[]>>;

const hasColumns = (field: QueryField): field is keyof typeof columnsOf => Object.hasOwn(columnsOf, field);
const hasToken = (field: QueryField): field is TokenField => tokenFields.some(one => one === field);
const isPlaced = (field: QueryField): field is PlacedField => facetFields.some(one => one === field);

/** A value of a field, or of any for `field: null`. Not for `time` and `id`, which have rows of their own. */
export function matchLeaf(node: Match, dictionary: Dictionary): Leaf {
  const { field, value, prefix } = node;
  if (field === null) return byWords(anywhere(value, prefix, dictionary));
  if (hasColumns(field)) {
    if (comparesAddresses(field) && !prefix && isMailAddress(value)) {
      return byWords(wholeAddress(field, value, dictionary));
    }
    const tokens = words(value);
    if (tokens.length === 0) return byWords(never);
    return byWords(mustHold(`{${columnsOf[field].join(' ')}} : ${phrase(tokens, prefix)}`));
  }
  if (!hasToken(field)) return byWords(never);
  const asked = prefix ? keyword(value) : comparable(field, value);
  if (asked === '') return byWords(never);
  if (field === 'ip')
    return prefix ? ipsBeginning(asked, dictionary) : byWords(mustHold(phrase([ipToken(asked)], false)));
  const found = byWords(mustHold(phrase([keywordToken(field, asked)], prefix)));
  if (!prefix || !isPlaced(field)) return found;
  return { ...found, rows: codesBetween(field, asked, successor(asked), dictionary) };
}

// Postings of so many values are merged as they are read; beyond, the rows are asked.
const fewValues = 200;

/** The tokens of addresses are their bytes, so those that are written alike are found by the dictionary. */
function ipsBeginning(asked: string, dictionary: Dictionary): Leaf {
  const found = dictionary.foldedBetween('ip', asked, successor(asked), fewValues + 1);
  if (found.length === 0) return byWords(never);
  const rows = codesBetween('ip', asked, successor(asked), dictionary);
  if (found.length > fewValues) return { words: null, rows };
  return { words: mustHold(anyOf(found.map(one => phrase([ipToken(one)], false)))), rows };
}

/** The address by its number. */
function wholeAddress(field: WholeField, value: string, dictionary: Dictionary): Plan {
  const [code] = dictionary.codesOf(field, [keyword(value)]);
  if (code === undefined) return never;
  return mustHold(phrase([wholeToken(field, decodeNumber(code, 0, code.length))], false));
}

function anywhere(value: string, prefix: boolean, dictionary: Dictionary): Plan {
  const tokens = words(value);
  const expressions = tokens.length === 0 ? [] : [phrase(tokens, prefix)];
  for (const field of [...wholeFields, ...(value.length < identifierLength ? [] : wholeIdentifiers)]) {
    const asked = prefix ? keyword(value) : comparable(field, value);
    // Hardly any word is also a device or a status, and asking the dictionary is cheaper than asking FTS5.
    if (asked === '' || (isPlaced(field) && !isKnown(field, asked, prefix, dictionary))) continue;
    expressions.push(phrase([keywordToken(field, asked)], prefix));
  }
  const octets = prefix ? parseOctets(value.trim()) : null;
  if (octets !== null) expressions.push(phrase([addressToken(4, octets)], true));
  if (!prefix && isKnown('ip', comparable('ip', value), false, dictionary)) {
    expressions.push(phrase([ipToken(comparable('ip', value))], false));
  }
  return expressions.length === 0 ? never : mustHold(anyOf(expressions));
}

const isKnown = (field: PlacedField, asked: string, prefix: boolean, dictionary: Dictionary): boolean =>
  prefix
    ? dictionary.foldedBetween(field, asked, successor(asked), 1).length > 0
    : dictionary.codesOf(field, [asked]).length > 0;

/** A value that begins with `text` comes before this one; null when nothing comes after. */
export function successor(text: string): string | null {
  const points = Array.from(text);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    // The code points D800 to DFFF are no characters.
    if (point < 0x10ffff)
      return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return null;
}

function codesBetween(field: PlacedField, from: string, to: string | null, dictionary: Dictionary): Plan {
  const codes = `SELECT code FROM dictionary WHERE field = ? AND folded >= ?${to === null ? '' : ' AND folded < ?'}`;
  const more = to === null ? [] : [to];
  return rowTest(`${codeIn(field)} IN (${codes})`, dictionary.fieldNumber(field), from, ...more);
}

const codeIn = (field: PlacedField): string => `substr(d.codes, ${placeOf(field) + 1}, ${codeWidth[field]})`;

/** `field:*` */
export function presentLeaf(field: QueryField, dictionary: Dictionary): Leaf {
  if (!shapeFields.some(one => one === field)) return byWords(everything);
  const shapes = dictionary.foldedBetween('shape', '', null, 100_000);
  const fitting = shapes.filter(shape => shapeHas(shape, field as (typeof shapeFields)[number]));
  if (fitting.length === shapes.length) return byWords(everything);
  if (fitting.length === 0) return byWords(never);
  return byWords(mustHold(anyOf(fitting.map(shape => phrase([shapeToken(shape)], false)))));
}

/** An IP network. */
export function cidrLeaf(text: string): Leaf {
  const network = parseNetwork(text);
  if (network === null) return byWords(never);
  return addressesBetween(network.family, network.first, network.last);
}

/** Addresses of one family from `first` to `last`. */
function addressesBetween(family: 4 | 6, first: string, last: string): Leaf {
  if (first > last) return byWords(never);
  const tokens = prefixesBetween(first, last).map(hex =>
    phrase([addressToken(family, hex)], hex.length < first.length),
  );
  return {
    words: mustHold(anyOf(tokens)),
    rows: rowTest(
      `${codeIn('ip')} IN (SELECT code FROM addresses WHERE bytes BETWEEN ? AND ?)`,
      `${family}${first}`,
      `${family}${last}`,
    ),
  };
}

/** The fewest beginnings that make up all hexadecimal numbers of one length from `first` to `last`. */
export function prefixesBetween(first: string, last: string): string[] {
  let shared = 0;
  while (shared < first.length && first[shared] === last[shared]) shared += 1;
  const stem = first.slice(0, shared);
  const low = first.slice(shared);
  const high = last.slice(shared);
  if (/^0*$/.test(low) && /^f*$/.test(high)) return [stem];
  const from = Number.parseInt(low[0] ?? '0', 16);
  const to = Number.parseInt(high[0] ?? '0', 16);
  const digit = (value: number): string => stem + value.toString(16);
  const rest = low.length - 1;
  const lower = prefixesBetween(digit(from) + low.slice(1), digit(from) + 'f'.repeat(rest));
  const upper = prefixesBetween(digit(to) + '0'.repeat(rest), digit(to) + high.slice(1));
  const between = Array.from({ length: Math.max(to - from - 1, 0) }, (_, n) => digit(from + 1 + n));
  return [...lower, ...between, ...upper];
}

/** A range of any field but time. */
export function rangeLeaf(node: RangeNode, dictionary: Dictionary): Leaf {
  const { field } = node;
  if (field === 'severity') return severitiesIn(node);
  if (field === 'ip') return addressesIn(node);
  if (!hasToken(field) || !isPlaced(field)) return byWords(never);
  // The least text after `x` is x and a NUL: the end of "up to and including", the start of "after".
  const from = node.from === null ? '' : keyword(node.from) + (node.includeFrom ? '' : '\0');
  const to = node.to === null ? null : keyword(node.to) + (node.includeTo ? '\0' : '');
  const values = dictionary.foldedBetween(field, from, to, fewValues + 1);
  if (values.length === 0) return byWords(never);
  const rows = codesBetween(field, from, to, dictionary);
  if (values.length > fewValues) return { words: null, rows };
  return {
    words: mustHold(anyOf(values.map(value => phrase([keywordToken(field, value)], false)))),
    rows: null,
  };
}

function severitiesIn(node: RangeNode): Leaf {
  const rank = (text: string | null): number => severities.findIndex(one => one === keyword(text ?? ''));
  const [low, high] = [rank(node.from), rank(node.to)];
  if ((node.from !== null && low === -1) || (node.to !== null && high === -1)) return byWords(never);
  const held = severities.filter(
    (_, n) =>
      (node.from === null || n > low || (node.includeFrom && n === low)) &&
      (node.to === null || n < high || (node.includeTo && n === high)),
  );
  if (held.length === 0) return byWords(never);
  return byWords(mustHold(anyOf(held.map(one => phrase([keywordToken('severity', one)], false)))));
}

function addressesIn(node: RangeNode): Leaf {
  const low = node.from === null ? null : parseIp(node.from.trim());
  const high = node.to === null ? null : parseIp(node.to.trim());
  if ((node.from !== null && low === null) || (node.to !== null && high === null)) return byWords(never);
  if (low !== null && high !== null && low.family !== high.family) return byWords(never);
  const family = low?.family ?? high?.family;
  if (family === undefined) return allAddresses();
  const digits = family === 4 ? 8 : 32;
  const first = low === null ? '0'.repeat(digits) : shifted(low.hex, node.includeFrom ? 0n : 1n);
  const last = high === null ? 'f'.repeat(digits) : shifted(high.hex, node.includeTo ? 0n : -1n);
  return first === null || last === null ? byWords(never) : addressesBetween(family, first, last);
}

function shifted(hex: string, by: bigint): string | null {
  const value = BigInt(`0x${hex}`) + by;
  const text = value < 0n ? '' : value.toString(16).padStart(hex.length, '0');
  return text.length === hex.length ? text : null;
}

function allAddresses(): Leaf {
  const tokens = ([4, 6] as const).map(family => phrase([addressToken(family, '')], true));
  return {
    words: mustHold(anyOf(tokens)),
    rows: rowTest(`${codeIn('ip')} IN (SELECT code FROM addresses)`),
  };
}

/** Ids from the least to the last that begin so, as they are kept; null when none can. */
export function idsBeginning(text: string): { low: Uint8Array | string; high: Uint8Array | string } | null {
  const asked = keyword(text);
  if (!/^\d{1,8}$|^\d{8}-[0-9a-f]{0,40}$/.test(asked)) return null;
  const digits = asked.replace('-', '');
  const whole = (fill: string): Uint8Array | string => {
    const full = digits.padEnd(48, fill);
    return packId(`${full.slice(0, 8)}-${full.slice(8)}`);
  };
  return { low: whole('0'), high: whole('f') };
}
