import { isEventId } from '../kernel/hash.ts';
import { parseIp } from '../kernel/ip-address.ts';
import type { Instant } from '../kernel/time.ts';
import type { QueryField, QueryNode } from '../model/query.ts';
import { fieldNamed, unknownField } from './known-fields.ts';
import { readBareClause, readFieldClause } from './read-clause.ts';
import {
  countClause, deeper, invalidQuery, maxQueryLength, peekWord, skipSpace, take, takeOperator, wrong,
  type Reader,
} from './reader.ts'; // prettier-ignore

/**
 * Reads the query language of the API into its tree. An empty query, and `*`, ask for everything.
 *
 *     query   = or                      or    = and { "OR" and }
 *     and     = unary { ["AND"] unary } unary = { "-" | "NOT" } primary
 *     primary = "(" or ")" | "*" | word ["*"] | '"' text '"' ["*"] | field ":" value
 *     value   = word ["*"] | '"' text '"' ["*"] | "*" | network | (">" | ">=" | "<" | "<=") word
 *             | ("[" | "{") bound "TO" bound ("]" | "}") | "(" or ")"   with values for words
 *
 * AND, OR, NOT and TO are operators in capitals only. Parentheses stay in the tree: what is printed from it
 * is read as the same tree again. A range in which nothing can lie is refused.
 * @param asOf what `now` means, for ranges between now and a date; those are not judged where it is null.
 * @throws AppError `query.invalid`: the column (from 0), what was found there and what was expected.
 */
export function parseQuery(text: string, asOf: Instant | null = null): QueryNode {
  if (text.length > maxQueryLength) {
    throw invalidQuery(
      maxQueryLength,
      `a query may have ${maxQueryLength} characters, and this one has ${text.length}`,
    );
  }
  const reader: Reader = { text, asOf, at: 0, clauses: 0, depth: 0 };
  skipSpace(reader);
  if (reader.at === text.length) return { kind: 'all' };
  const node = readOr(reader, null);
  if (reader.at < text.length)
    throw wrong(reader, "an operator or a further term, not a ')' without its '('");
  return node;
}

/** `field` is the field of the group we stand in; null outside. */
function readOr(reader: Reader, field: QueryField | null): QueryNode {
  const of = [readAnd(reader, field)];
  while (takeOperator(reader, 'OR')) {
    skipSpace(reader);
    of.push(readAnd(reader, field));
  }
  return one(of) ?? { kind: 'or', of };
}

function readAnd(reader: Reader, field: QueryField | null): QueryNode {
  const of = [readUnary(reader, field)];
  for (;;) {
    skipSpace(reader);
    if (takeOperator(reader, 'AND')) skipSpace(reader);
    else if (isEnd(reader)) return one(of) ?? { kind: 'and', of };
    of.push(readUnary(reader, field));
  }
}

const one = (of: readonly QueryNode[]): QueryNode | undefined => (of.length === 1 ? of[0] : undefined);

const isEnd = (reader: Reader): boolean =>
  reader.at === reader.text.length || reader.text[reader.at] === ')' || peekWord(reader) === 'OR';

function readUnary(reader: Reader, field: QueryField | null): QueryNode {
  const { at } = reader;
  const negated = takeOperator(reader, 'NOT');
  if (negated) skipSpace(reader);
  else if (!take(reader, '-')) return readPrimary(reader, field);
  else if (/[\s)]|^$/.test(reader.text[reader.at] ?? ''))
    throw wrong(reader, "a term right after '-'", at, "'-' alone");
  return { kind: 'not', of: deeper(reader, () => readUnary(reader, field)) };
}

function readPrimary(reader: Reader, field: QueryField | null): QueryNode {
  if (reader.text[reader.at] === '(') return readGroup(reader, field);
  const node = field === null ? readTerm(reader) : readGrouped(reader, field);
  // Terms are apart by space, a parenthesis or the end: `"a"b` is a slip, not two terms.
  const end = reader.text[reader.at] ?? ' ';
  if (end !== ')' && !/\s/.test(end)) throw wrong(reader, 'a space between terms');
  return node;
}

function readGroup(reader: Reader, field: QueryField | null): QueryNode {
  const { at } = reader;
  reader.at += 1;
  skipSpace(reader);
  const node = deeper(reader, () => readOr(reader, field));
  if (!take(reader, ')')) throw wrong(reader, `a ')' for the '(' at ${at}`);
  return node;
}

const fieldName = /^([A-Za-z][A-Za-z0-9_]*):/;

function readTerm(reader: Reader): QueryNode {
  const word = peekWord(reader);
  const name = fieldName.exec(word)?.[1];
  // An address such as fe80::1 begins like a field.
  if (name === undefined || parseIp(word) !== null) {
    // A bare id is meant as one: a link, a log line or a proof was copied from.
    if (isEventId(word)) {
      countClause(reader);
      reader.at += word.length;
      return { kind: 'match', field: 'id', value: word, prefix: false };
    }
    return readBareClause(reader);
  }
  const field = fieldNamed(name);
  if (field === null) throw invalidQuery(reader.at, `'${name.slice(0, 40)}' ${unknownField(name)}`);
  reader.at += name.length + 1;
  return reader.text[reader.at] === '(' ? readGroup(reader, field) : readFieldClause(reader, field);
}

function readGrouped(reader: Reader, field: QueryField): QueryNode {
  const inner = fieldName.exec(peekWord(reader))?.[1];
  if (inner !== undefined && fieldNamed(inner) !== null) {
    throw wrong(reader, `values of '${field}' inside its parentheses`, reader.at, `the field '${inner}'`);
  }
  return readFieldClause(reader, field);
}
