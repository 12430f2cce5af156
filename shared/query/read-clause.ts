import { parseIp, parseNetwork, printNetwork } from '../kernel/ip-address.ts';
import { severities } from '../model/event.ts';
import { instant } from '../kernel/time.ts';
import { queryFields, type QueryField, type QueryNode } from '../model/query.ts';
import { isComparable, type RangeNode } from './comparison.ts';
import { emptyRange } from './empty-range.ts';
import { keyword, words } from './fold.ts';
import { impossibleValue } from './possible-value.ts';
import {
  countClause,
  invalidQuery,
  isOperator,
  peekWord,
  readQuoted,
  skipSpace,
  take,
  wrong,
  type Reader,
} from './reader.ts';
import { timeForms, timeSpan } from './time-text.ts';

/** A value as written: quoted text never holds an operator or a wildcard. */
interface Value {
  readonly text: string;
  readonly at: number;
  readonly quoted: boolean;
  readonly prefix: boolean;
}

/** Reads what may follow `field:` but a parenthesis, or stand in a field's group. */
export function readFieldClause(reader: Reader, field: QueryField): QueryNode {
  countClause(reader);
  const sign = reader.text[reader.at] ?? '';
  if (sign === '[' || sign === '{') return readInterval(reader, field);
  // A message id begins with an angle bracket, and is copied so.
  if ((sign === '<' || sign === '>') && field !== 'messageId') return readComparison(reader, field);
  const value = readValue(reader, `a value after '${field}:'`);
  if (value.text === '' && value.prefix) return { kind: 'present', field };
  // No address has a slash: in quotes too a network is meant.
  if (field === 'ip' && value.text.includes('/')) return readNetwork(value);
  return matchOf(field, value);
}

/** Reads a bare word or a quoted phrase: a search through every word of an event. */
export function readBareClause(reader: Reader): QueryNode {
  countClause(reader);
  const value = readValue(reader, 'a word, a quoted phrase or field:value');
  return value.text === '' ? { kind: 'all' } : matchOf(null, value);
}

function readValue(reader: Reader, expected: string): Value {
  const { at } = reader;
  if (reader.text[at] === '"') {
    const text = readQuoted(reader);
    return { text, at, quoted: true, prefix: take(reader, '*') };
  }
  const word = peekWord(reader);
  if (word === '' || isOperator(word)) throw wrong(reader, expected);
  const star = word.indexOf('*');
  if (star !== -1 && star !== word.length - 1) {
    throw wrong(reader, "'*' only at the end of a word", at + star, "'*' before its end");
  }
  reader.at += word.length;
  return { text: star === -1 ? word : word.slice(0, -1), at, quoted: false, prefix: star !== -1 };
}

function matchOf(field: QueryField | null, value: Value): QueryNode {
  const { text, prefix } = value;
  const kind = field === null ? 'words' : queryFields[field];
  if (kind === 'time') {
    if (prefix) throw invalidQuery(value.at, `a time takes no '*': write time:2026-10 for that month`);
    checkTime(text, value.at);
  } else if (kind === 'keyword' ? keyword(text) === '' : words(text).length === 0) {
    throw invalidQuery(value.at, 'expected at least one letter or digit to search for');
  }
  const meant = field === null ? null : impossibleValue(field, text, prefix);
  if (meant !== null) throw invalidQuery(value.at, `expected ${meant}`);
  return { kind: 'match', field, value: text, prefix };
}

function readNetwork(value: Value): QueryNode {
  const network = value.prefix ? null : parseNetwork(value.text);
  if (network === null) {
    throw invalidQuery(value.at, 'expected a network such as 10.0.0.0/8 or 2001:db8::/32');
  }
  return { kind: 'cidr', network: printNetwork(network) };
}

function readComparison(reader: Reader, field: QueryField): QueryNode {
  const start = reader.at;
  checkComparable(field, start);
  const above = take(reader, '>');
  if (!above) take(reader, '<');
  const include = take(reader, '=');
  const { at } = reader;
  const value = readValue(reader, `a value after '${above ? '>' : '<'}${include ? '=' : ''}'`);
  if (value.prefix) throw wrong(reader, 'a value to compare with', at, "'*'");
  checkBound(field, value.text, at);
  const bounds = above ? { from: value.text, to: null } : { from: null, to: value.text };
  const ends = { ...bounds, includeFrom: !above || include, includeTo: above || include };
  return rangeOf(reader, start, { kind: 'range', field, ...ends });
}

function readInterval(reader: Reader, field: QueryField): QueryNode {
  const start = reader.at;
  checkComparable(field, start);
  const includeFrom = reader.text[reader.at] === '[';
  reader.at += 1;
  const from = readBound(reader, field, 'the lower bound');
  skipSpace(reader);
  if (peekWord(reader, /[\s\]}"]/) !== 'TO') throw wrong(reader, "'TO' between the bounds");
  reader.at += 2;
  const to = readBound(reader, field, 'the upper bound');
  skipSpace(reader);
  const includeTo = reader.text[reader.at] === ']';
  if (!includeTo && reader.text[reader.at] !== '}') throw wrong(reader, "']' or '}'");
  reader.at += 1;
  // An open end excludes nothing: one spelling for it, whatever bracket was used.
  return rangeOf(reader, start, {
    kind: 'range', field, from, to,
    includeFrom: includeFrom || from === null, includeTo: includeTo || to === null,
  }); // prettier-ignore
}

function rangeOf(reader: Reader, at: number, range: RangeNode): QueryNode {
  const wrongWith = emptyRange(range, reader.asOf);
  if (wrongWith !== null) throw invalidQuery(at, wrongWith);
  return range;
}

function readBound(reader: Reader, field: QueryField, what: string): string | null {
  skipSpace(reader);
  const { at } = reader;
  if (reader.text[at] === '"') {
    const text = readQuoted(reader);
    checkBound(field, text, at);
    return text;
  }
  const word = peekWord(reader, /[\s\]}"]/);
  if (word === '' || word === 'TO') throw wrong(reader, `${what}, or '*' for none`);
  reader.at += word.length;
  if (word === '*') return null;
  checkBound(field, word, at);
  return word;
}

function checkComparable(field: QueryField, at: number): void {
  if (isComparable(field)) return;
  throw invalidQuery(at, `'${field}' has no order: expected a value, not a range`);
}

function checkBound(field: QueryField, text: string, at: number): void {
  if (field === 'time') checkTime(text, at);
  else if (field === 'ip' && parseIp(text) === null) throw invalidQuery(at, 'expected an IP address');
  else if (field === 'severity' && !severities.some(one => one === keyword(text))) {
    throw invalidQuery(at, `expected one of ${severities.join(', ')}`);
  } else if (keyword(text) === '') throw invalidQuery(at, 'expected a value to compare with');
}

function checkTime(text: string, at: number): void {
  if (timeSpan(text, instant(0)) === null) throw invalidQuery(at, `expected ${timeForms}`);
}
