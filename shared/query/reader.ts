import { AppError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';

export const maxQueryLength = 2_000;
export const maxClauses = 50;
/** Parentheses and negations inside one another. No person needs more, and FTS5 reads hardly twice as many. */
export const maxDepth = 12;

/** A place in the query text, and what the grammar may ask about it. */
export interface Reader {
  readonly text: string;
  /** What `now` means; null where nobody asks yet. */
  readonly asOf: Instant | null;
  at: number;
  clauses: number;
  depth: number;
}

/** The error every wrong query ends in: where, what was found, what was expected. */
export function wrong(
  reader: Reader,
  expected: string,
  at = reader.at,
  found = foundAt(reader, at),
): AppError {
  return invalidQuery(at, `expected ${expected}, found ${found}`);
}

export const invalidQuery = (at: number, says: string): AppError =>
  new AppError(
    'query.invalid',
    'give-up',
    `The query cannot be read: at ${at}: ${says}${says.endsWith('?') ? '' : '.'}`,
    {
      target: 'q',
      facts: { position: at },
    },
  );

function foundAt(reader: Reader, at: number): string {
  const rest = reader.text.slice(at);
  if (rest === '') return 'the end';
  const word = /^[\p{L}\p{N}_]+/u.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 32);
  return `'${word.length > 20 ? `${word.slice(0, 20).toWellFormed()}…` : word}'`;
}

const space = /\s/;
/** What ends a bare word. */
const wordEnd = /[\s()"]/;

export function skipSpace(reader: Reader): void {
  while (space.test(reader.text[reader.at] ?? '')) reader.at += 1;
}

/** The bare word that begins here, without moving; '' where none does. */
export function peekWord(reader: Reader, end = wordEnd): string {
  let to = reader.at;
  while (to < reader.text.length && !end.test(reader.text[to] ?? '')) to += 1;
  return reader.text.slice(reader.at, to);
}

/** Whether the operator stands here as a word of its own; moves past it if so. */
export function takeOperator(reader: Reader, operator: 'AND' | 'OR' | 'NOT'): boolean {
  if (peekWord(reader) !== operator) return false;
  reader.at += operator.length;
  return true;
}

export const isOperator = (word: string): boolean => word === 'AND' || word === 'OR' || word === 'NOT';

/** Moves past `sign` if it stands here. */
export function take(reader: Reader, sign: string): boolean {
  if (!reader.text.startsWith(sign, reader.at)) return false;
  reader.at += sign.length;
  return true;
}

/**
 * Reads a quoted text, standing on its first quote. `\"` and `\\` are a quote and a backslash; any other
 * backslash is itself, because account names (`CONTOSO\oskar`) hold them.
 */
export function readQuoted(reader: Reader): string {
  const start = reader.at;
  reader.at += 1;
  let value = '';
  for (;;) {
    const unit = reader.text[reader.at];
    if (unit === undefined) throw wrong(reader, `a closing quote for the one at ${start}`);
    reader.at += 1;
    if (unit === '"') break;
    const next = reader.text[reader.at];
    if (unit === '\\' && (next === '"' || next === '\\')) {
      value += next;
      reader.at += 1;
    } else value += unit;
  }
  if (value.trim() === '') throw wrong(reader, 'text between the quotes', start, 'none');
  return value;
}

/** Counts a clause, and refuses the one too many. */
export function countClause(reader: Reader): void {
  reader.clauses += 1;
  if (reader.clauses > maxClauses)
    throw invalidQuery(reader.at, `a query may have ${maxClauses} clauses, and this is one more`);
}

/** Runs `inside` one level deeper, and refuses the level too many. */
export function deeper<T>(reader: Reader, inside: () => T): T {
  reader.depth += 1;
  if (reader.depth > maxDepth) {
    throw invalidQuery(
      reader.at,
      `parentheses and negations may nest ${maxDepth} deep, and this is one deeper`,
    );
  }
  const result = inside();
  reader.depth -= 1;
  return result;
}
