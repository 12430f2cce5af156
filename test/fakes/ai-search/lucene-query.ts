import { badRequest } from './refusal.ts';

/** A query in full Lucene syntax, as the classic parser reads it; ranges are not part of it here. */
export type LuceneNode =
  | { readonly kind: 'everything' }
  | { readonly kind: 'term'; readonly text: string }
  | { readonly kind: 'phrase'; readonly text: string; readonly slop: number }
  | { readonly kind: 'pattern'; readonly expression: RegExp }
  | { readonly kind: 'fuzzy'; readonly text: string; readonly edits: number }
  | { readonly kind: 'field'; readonly field: string; readonly of: LuceneNode }
  | { readonly kind: 'clauses'; readonly of: readonly Clause[] };
export interface Clause {
  readonly occur: 'must' | 'should' | 'must-not';
  readonly node: LuceneNode;
}

const mostCharacters = 100_000;
const mostClauses = 3_000;
const mostPatternCharacters = 1_000;

type Part =
  | { readonly kind: 'operator'; readonly text: string }
  | { readonly kind: 'term'; readonly text: string; readonly bare: string; readonly wild: boolean }
  | { readonly kind: 'phrase' | 'regex'; readonly text: string }
  | { readonly kind: 'suffix'; readonly sign: '~' | '^'; readonly number: string };

const special = /[+\-!(){}[\]^"~*?:\\/\s]/;

/** Splits a query into what its grammar is made of. */
function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const letter = text.charAt(at);
    if (/\s/.test(letter)) at += 1;
    else if (text.startsWith('&&', at) || text.startsWith('||', at)) {
      parts.push({ kind: 'operator', text: letter === '&' ? 'AND' : 'OR' });
      at += 2;
    } else if ('()+-!:'.includes(letter)) {
      parts.push({ kind: 'operator', text: letter });
      at += 1;
    } else if (letter === '~' || letter === '^') {
      const [number = ''] = /^\d*(?:\.\d+)?/.exec(text.slice(at + 1)) ?? [];
      parts.push({ kind: 'suffix', sign: letter, number });
      at += 1 + number.length;
    } else if ('[]{}'.includes(letter)) {
      throw badRequest('Failed to parse query string: ranges are written in $filter.');
    } else {
      const { part, end } = letter === '"' || letter === '/' ? quoted(text, at, letter) : bareTerm(text, at);
      parts.push(part);
      at = end;
    }
  }
  return parts;
}

function quoted(text: string, from: number, mark: string): { part: Part; end: number } {
  let inner = '';
  for (let at = from + 1; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter === mark)
      return { part: { kind: mark === '"' ? 'phrase' : 'regex', text: inner }, end: at + 1 };
    if (letter === '\\' && (mark === '"' || text.charAt(at + 1) === '/')) inner += text.charAt(++at);
    else inner += letter;
  }
  throw badRequest(`Failed to parse query string: a ${mark} is not closed.`);
}

function bareTerm(text: string, from: number): { part: Part; end: number } {
  let pattern = '';
  let bare = '';
  let wild = false;
  let at = from;
  for (; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter === '\\') {
      const escaped = text.charAt(++at);
      if (escaped === '') throw badRequest('Failed to parse query string: it ends in an escape.');
      pattern += escapeRegex(escaped);
      bare += escaped;
    } else if (letter === '*' || letter === '?') {
      wild = true;
      pattern += letter === '*' ? '[^]*' : '[^]';
      bare += letter;
    } else if (special.test(letter) && !(at > from && '+-!'.includes(letter))) break;
    else {
      pattern += escapeRegex(letter);
      bare += letter;
    }
  }
  if (bare === '') throw badRequest(`Failed to parse query string: unexpected '${text.charAt(at)}'.`);
  if (!wild && ['AND', 'OR', 'NOT'].includes(bare))
    return { part: { kind: 'operator', text: bare }, end: at };
  return { part: { kind: 'term', text: wild ? pattern : bare, bare, wild }, end: at };
}

const escapeRegex = (letter: string): string => letter.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');

/** @param all the search mode: whether terms side by side must all match. */
export function parseLucene(text: string, all: boolean): LuceneNode {
  if (text.length > mostCharacters) throw badRequest('The search text has more than 100,000 characters.');
  if (text.trim() === '' || text.trim() === '*') return { kind: 'everything' };
  const reader = readerOf(partsOf(text));
  const node = clausesOf(reader, all);
  if (reader.peek() !== undefined) throw badRequest('Failed to parse query string: unbalanced parentheses.');
  return node;
}

interface Reader {
  peek(): Part | undefined;
  take(): Part | undefined;
  isOperator(...texts: readonly string[]): boolean;
  count(): void;
}

function readerOf(parts: readonly Part[]): Reader {
  let next = 0;
  let clauses = 0;
  return {
    peek: () => parts[next],
    take: () => parts[next++],
    isOperator(...texts) {
      const part = parts[next];
      return part?.kind === 'operator' && texts.includes(part.text);
    },
    count() {
      if (++clauses > mostClauses) throw badRequest('The search text has more than 3,000 clauses.');
    },
  };
}

/** The classic parser's rules: AND makes its two neighbours required, OR makes them optional where all are. */
function clausesOf(reader: Reader, all: boolean): LuceneNode {
  const found: { occur: Clause['occur']; node: LuceneNode }[] = [];
  while (reader.peek() !== undefined && !reader.isOperator(')')) {
    const conjunction = reader.isOperator('AND', 'OR') ? operatorText(reader) : null;
    if (conjunction !== null && found.length === 0)
      throw badRequest('Failed to parse query string: nothing before an operator.');
    const sign = reader.isOperator('+', '-', '!', 'NOT') ? operatorText(reader) : null;
    const previous = found.at(-1);
    if (previous !== undefined && previous.occur !== 'must-not') {
      if (conjunction === 'AND') previous.occur = 'must';
      if (conjunction === 'OR' && all) previous.occur = 'should';
    }
    const prohibited = sign !== null && sign !== '+';
    const required = sign === '+' || (all ? conjunction !== 'OR' : conjunction === 'AND');
    found.push({ occur: prohibited ? 'must-not' : required ? 'must' : 'should', node: unitOf(reader, all) });
  }
  if (found.length === 0) throw badRequest('Failed to parse query string: nothing to search for.');
  if (found.every(one => one.occur === 'must-not')) {
    throw badRequest('A query in full syntax cannot consist of negations only.');
  }
  return { kind: 'clauses', of: found };
}

const operatorText = (reader: Reader): string => {
  const part = reader.take();
  return part?.kind === 'operator' ? part.text : '';
};

function unitOf(reader: Reader, all: boolean): LuceneNode {
  reader.count();
  if (reader.isOperator('(')) {
    reader.take();
    const inner = clausesOf(reader, all);
    if (!reader.isOperator(')'))
      throw badRequest('Failed to parse query string: a parenthesis is not closed.');
    reader.take();
    suffixOf(reader, '^');
    return inner;
  }
  const part = reader.take();
  if (part?.kind === 'term' && !part.wild && reader.isOperator(':')) {
    reader.take();
    return { kind: 'field', field: part.bare, of: unitOf(reader, all) };
  }
  const node = leafOf(part, reader);
  suffixOf(reader, '^');
  return node;
}

function leafOf(part: Part | undefined, reader: Reader): LuceneNode {
  switch (part?.kind) {
    case 'phrase':
      return { kind: 'phrase', text: part.text, slop: Number(suffixOf(reader, '~') ?? 0) };
    case 'regex':
      return { kind: 'pattern', expression: expressionOf(part.text, part.text.length) };
    case 'term': {
      if (part.wild) {
        if (/^[*?]./.test(part.bare)) throw badRequest('A term cannot begin with a wildcard.');
        if (part.bare === '*') return { kind: 'everything' };
        return { kind: 'pattern', expression: expressionOf(part.text, part.bare.length) };
      }
      const edits = suffixOf(reader, '~');
      return edits === null
        ? { kind: 'term', text: part.text }
        : { kind: 'fuzzy', text: part.text, edits: edits === '' ? 2 : Math.min(Number(edits), 2) };
    }
    default:
      throw badRequest('Failed to parse query string: a term was expected.');
  }
}

function suffixOf(reader: Reader, sign: '~' | '^'): string | null {
  const part = reader.peek();
  if (part?.kind !== 'suffix' || part.sign !== sign) return null;
  reader.take();
  if (sign === '^' && !(Number(part.number) > 0)) throw badRequest('A boost is a positive number.');
  return part.number;
}

function expressionOf(pattern: string, length: number): RegExp {
  if (length > mostPatternCharacters)
    throw badRequest('A prefix or expression has at most 1,000 characters.');
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    throw badRequest('Failed to parse query string: not a regular expression.');
  }
}
