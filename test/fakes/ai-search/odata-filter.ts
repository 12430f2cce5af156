import { badRequest } from './refusal.ts';

/** A `$filter` as its grammar has it (OData expression syntax reference for Azure AI Search), without geography. */
export type Constant = string | number | boolean | Date | null;
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly kind: 'not'; readonly of: FilterNode }
  | { readonly kind: 'literal'; readonly value: boolean }
  | { readonly kind: 'variable'; readonly path: string }
  | {
      readonly kind: 'compare';
      readonly operator: Operator;
      readonly left: FilterNode;
      readonly value: Constant;
      readonly isWhole: boolean;
    }
  | {
      readonly kind: 'lambda';
      readonly path: string;
      readonly how: 'any' | 'all';
      readonly variable: string | null;
      readonly body: FilterNode | null;
    }
  | { readonly kind: 'in'; readonly path: string; readonly list: string; readonly separators: string | null }
  | {
      readonly kind: 'ismatch';
      readonly search: string;
      readonly fields: string | null;
      readonly full: boolean;
      readonly all: boolean;
    };
export type Operator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'date' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const pattern =
  /\s*(?:(?<date>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))|(?<number>[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?<string>'(?:[^']|'')*')|(?<name>search\.[a-z]+|[A-Za-z_][A-Za-z_0-9]*(?:\/[A-Za-z_][A-Za-z_0-9]*)*)|(?<symbol>[(),:]))/gy;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    const group = Object.entries(found?.groups ?? {}).find(([, value]) => value !== undefined);
    if (found === null || group === undefined)
      throw badRequest(`Invalid expression: syntax error at position ${at}.`);
    const [kind, value] = group;
    tokens.push({ kind: kind as Token['kind'], text: value, at });
    at = pattern.lastIndex;
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }];
}

const operators: readonly string[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
const flipped: Readonly<Record<Operator, Operator>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
};
/** "If you have hundreds of clauses, you are at risk of exceeding the limit." */
const mostClauses = 500;

/** The tokens of a filter, one after the other. */
interface Reader {
  peek(): Token;
  take(): Token;
  isSymbol(symbol: string): boolean;
  isWord(word: string): boolean;
  expect(symbol: string): void;
  /** Counts a comparison or a call: the service limits how many there may be. */
  clause<N extends FilterNode>(node: N): N;
}

function readerOf(text: string): Reader {
  const tokens = tokensOf(text);
  const end: Token = { kind: 'end', text: '', at: text.length };
  let next = 0;
  let clauses = 0;
  const reader: Reader = {
    peek: () => tokens[next] ?? end,
    take: () => tokens[next++] ?? end,
    isSymbol: symbol => reader.peek().kind === 'symbol' && reader.peek().text === symbol,
    isWord: word => reader.peek().kind === 'name' && reader.peek().text === word,
    expect(symbol) {
      const token = reader.take();
      if (token.kind !== 'symbol' || token.text !== symbol) throw wrong(token);
    },
    clause(node) {
      if (++clauses > mostClauses) throw badRequest('The filter has too many clauses.');
      return node;
    },
  };
  return reader;
}

const wrong = (token: Token): Error =>
  badRequest(`Invalid expression: unexpected '${token.text}' at position ${token.at}.`);

/** Reads a filter, or refuses it. */
export function parseFilter(text: string): FilterNode {
  const reader = readerOf(text);
  const node = disjunction(reader);
  if (reader.peek().kind !== 'end') throw wrong(reader.peek());
  return node;
}

function disjunction(reader: Reader): FilterNode {
  let left = conjunction(reader);
  while (reader.isWord('or')) {
    reader.take();
    left = { kind: 'or', left, right: conjunction(reader) };
  }
  return left;
}

function conjunction(reader: Reader): FilterNode {
  let left = comparison(reader);
  while (reader.isWord('and')) {
    reader.take();
    left = { kind: 'and', left, right: comparison(reader) };
  }
  return left;
}

/** The constant may stand on either side. */
function comparison(reader: Reader): FilterNode {
  const constant = isConstant(reader.peek()) ? reader.take() : null;
  const isCompared = (): boolean => reader.peek().kind === 'name' && operators.includes(reader.peek().text);
  if (constant !== null) {
    if (!isCompared() && (constant.text === 'true' || constant.text === 'false')) {
      return { kind: 'literal', value: constant.text === 'true' };
    }
    if (!isCompared()) throw wrong(reader.peek());
    const operator = flipped[reader.take().text as Operator];
    return reader.clause({ kind: 'compare', operator, left: unary(reader), ...valueOf(constant) });
  }
  const left = unary(reader);
  if (!isCompared()) return left;
  const operator = reader.take().text as Operator;
  return reader.clause({ kind: 'compare', operator, left, ...valueOf(reader.take()) });
}

const isConstant = ({ kind, text }: Token): boolean =>
  kind === 'string' || kind === 'number' || kind === 'date' || ['true', 'false', 'null'].includes(text);

function valueOf(token: Token): { value: Constant; isWhole: boolean } {
  const whole = (value: Constant): { value: Constant; isWhole: boolean } => ({ value, isWhole: true });
  if (token.kind === 'string') return whole(unquoted(token));
  if (token.kind === 'number') return { value: Number(token.text), isWhole: /^[+-]?\d+$/.test(token.text) };
  if (token.kind === 'date') return whole(new Date(token.text));
  if (token.text === 'true' || token.text === 'false') return whole(token.text === 'true');
  if (token.text === 'null') return whole(null);
  throw wrong(token);
}

/** `not` binds tighter than a comparison: `not a gt 5` negates `a`. */
function unary(reader: Reader): FilterNode {
  if (!reader.isWord('not')) return primary(reader);
  reader.take();
  return { kind: 'not', of: reader.isSymbol('(') ? primary(reader) : unary(reader) };
}

function primary(reader: Reader): FilterNode {
  if (reader.isSymbol('(')) {
    reader.take();
    const inner = disjunction(reader);
    reader.expect(')');
    return inner;
  }
  const token = reader.take();
  if (token.kind !== 'name') throw wrong(token);
  if (token.text === 'search.in') return searchIn(reader);
  if (token.text === 'search.ismatch' || token.text === 'search.ismatchscoring') return isMatch(reader);
  const how = /^(.+)\/(any|all)$/.exec(token.text);
  if (how !== null && reader.isSymbol('(')) return lambda(reader, how[1] ?? '', how[2] as 'any' | 'all');
  return { kind: 'variable', path: token.text };
}

function stringsOf(reader: Reader): readonly string[] {
  const list: string[] = [];
  for (;;) {
    const token = reader.take();
    if (token.kind !== 'string') throw wrong(token);
    list.push(unquoted(token));
    if (reader.isSymbol(')')) return list;
    reader.expect(',');
  }
}

function searchIn(reader: Reader): FilterNode {
  reader.expect('(');
  const variable = reader.take();
  if (variable.kind !== 'name') throw wrong(variable);
  reader.expect(',');
  const [list = '', separators = null, more] = stringsOf(reader);
  reader.expect(')');
  if (more !== undefined) throw badRequest('search.in takes two or three arguments.');
  return reader.clause({ kind: 'in', path: variable.text, list, separators });
}

function isMatch(reader: Reader): FilterNode {
  reader.expect('(');
  const [search = '', fields = null, type, mode, more] = stringsOf(reader);
  reader.expect(')');
  const isPair = (type === undefined) === (mode === undefined);
  const known = ['full', 'simple', undefined].includes(type) && ['any', 'all', undefined].includes(mode);
  if (!isPair || !known || more !== undefined) throw badRequest('search.ismatch: wrong arguments.');
  return reader.clause({ kind: 'ismatch', search, fields, full: type === 'full', all: mode === 'all' });
}

function lambda(reader: Reader, path: string, how: 'any' | 'all'): FilterNode {
  reader.expect('(');
  if (reader.isSymbol(')') && how === 'any') {
    reader.take();
    return reader.clause({ kind: 'lambda', path, how, variable: null, body: null });
  }
  const variable = reader.take();
  if (variable.kind !== 'name' || variable.text.includes('/')) throw wrong(variable);
  reader.expect(':');
  const body = disjunction(reader);
  reader.expect(')');
  return { kind: 'lambda', path, how, variable: variable.text, body };
}

const unquoted = (token: Token): string => token.text.slice(1, -1).replaceAll("''", "'");
