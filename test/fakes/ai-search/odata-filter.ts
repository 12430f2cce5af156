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

/** Reads a filter, or refuses it. */
export function parseFilter(text: string): FilterNode {
  const tokens = tokensOf(text);
  let next = 0;
  let clauses = 0;
  const peek = (): Token => tokens[next] ?? { kind: 'end', text: '', at: text.length };
  const take = (): Token => tokens[next++] ?? { kind: 'end', text: '', at: text.length };
  const wrong = (token: Token): Error =>
    badRequest(`Invalid expression: unexpected '${token.text}' at position ${token.at}.`);
  const isSymbol = (symbol: string): boolean => peek().kind === 'symbol' && peek().text === symbol;
  const isWord = (word: string): boolean => peek().kind === 'name' && peek().text === word;
  const expect = (symbol: string): void => {
    const token = take();
    if (token.kind !== 'symbol' || token.text !== symbol) throw wrong(token);
  };
  const clause = <N extends FilterNode>(node: N): N => {
    if (++clauses > mostClauses) throw badRequest('The filter has too many clauses.');
    return node;
  };

  function or(): FilterNode {
    let left = and();
    while (isWord('or')) {
      take();
      left = { kind: 'or', left, right: and() };
    }
    return left;
  }
  function and(): FilterNode {
    let left = comparison();
    while (isWord('and')) {
      take();
      left = { kind: 'and', left, right: comparison() };
    }
    return left;
  }
  function comparison(): FilterNode {
    const constant = isConstantNext() ? take() : null;
    if (constant !== null && !operators.includes(peek().text)) {
      if (constant.text === 'true' || constant.text === 'false') {
        return { kind: 'literal', value: constant.text === 'true' };
      }
      throw wrong(peek());
    }
    if (constant !== null) {
      const operator = flipped[take().text as Operator];
      return clause({ kind: 'compare', operator, left: unary(), ...valueOf(constant) });
    }
    const left = unary();
    if (peek().kind !== 'name' || !operators.includes(peek().text)) return left;
    const operator = take().text as Operator;
    return clause({ kind: 'compare', operator, left, ...valueOf(take()) });
  }
  function isConstantNext(): boolean {
    const { kind, text: word } = peek();
    return (
      kind === 'string' || kind === 'number' || kind === 'date' || ['true', 'false', 'null'].includes(word)
    );
  }
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
  function unary(): FilterNode {
    if (isWord('not')) {
      take();
      return { kind: 'not', of: isSymbol('(') ? primary() : unary() };
    }
    return primary();
  }
  function primary(): FilterNode {
    if (isSymbol('(')) {
      take();
      const inner = or();
      expect(')');
      return inner;
    }
    const token = take();
    if (token.kind !== 'name') throw wrong(token);
    if (token.text === 'search.in') return searchIn();
    if (token.text === 'search.ismatch' || token.text === 'search.ismatchscoring') return isMatch();
    const how = /^(.+)\/(any|all)$/.exec(token.text);
    if (how !== null && isSymbol('(')) return lambda(how[1] ?? '', how[2] as 'any' | 'all');
    return { kind: 'variable', path: token.text };
  }
  function strings(): readonly string[] {
    const list: string[] = [];
    for (;;) {
      const token = take();
      if (token.kind !== 'string') throw wrong(token);
      list.push(unquoted(token));
      if (isSymbol(')')) return list;
      expect(',');
    }
  }
  function searchIn(): FilterNode {
    expect('(');
    const variable = take();
    if (variable.kind !== 'name') throw wrong(variable);
    expect(',');
    const [list = '', separators = null, more] = strings();
    expect(')');
    if (more !== undefined) throw badRequest('search.in takes two or three arguments.');
    return clause({ kind: 'in', path: variable.text, list, separators });
  }
  function isMatch(): FilterNode {
    expect('(');
    const [search = '', fields = null, type, mode, more] = strings();
    expect(')');
    const isPair = (type === undefined) === (mode === undefined);
    const known = ['full', 'simple', undefined].includes(type) && ['any', 'all', undefined].includes(mode);
    if (!isPair || !known || more !== undefined) throw badRequest('search.ismatch: wrong arguments.');
    return clause({ kind: 'ismatch', search, fields, full: type === 'full', all: mode === 'all' });
  }
  function lambda(path: string, how: 'any' | 'all'): FilterNode {
    expect('(');
    if (isSymbol(')') && how === 'any') {
      take();
      return clause({ kind: 'lambda', path, how, variable: null, body: null });
    }
    const variable = take();
    if (variable.kind !== 'name' || variable.text.includes('/')) throw wrong(variable);
    expect(':');
    const body = or();
    expect(')');
    return { kind: 'lambda', path, how, variable: variable.text, body };
  }

  const node = or();
  if (peek().kind !== 'end') throw wrong(peek());
  return node;
}

const unquoted = (token: Token): string => token.text.slice(1, -1).replaceAll("''", "'");
