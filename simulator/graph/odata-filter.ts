/** A value in a filter. Times are cut to 100 ns, the grain of Microsoft's clocks. */
export type Literal =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'time'; readonly ms: number; /** 100-ns steps beyond `ms`. */ readonly ticks: number }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'word'; readonly word: string };

/** A parsed `$filter`. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly inner: Filter }
  | { readonly kind: 'compare'; readonly path: string; readonly op: string; readonly value: Literal }
  | { readonly kind: 'in'; readonly path: string; readonly values: readonly Literal[] }
  | { readonly kind: 'call'; readonly name: string; readonly path: string; readonly value: Literal }
  | { readonly kind: 'any'; readonly path: string; readonly variable: string; readonly inner: Filter };

export class FilterSyntax extends Error {}

const time = String.raw`\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2}))?(?![\w.:-])`;
const token = new RegExp(
  String.raw`\s*(?:(${time})|('(?:[^']|'')*')|([A-Za-z_]\w*(?:\/[A-Za-z_]\w*)*)|(-?\d+(?:\.\d+)?)|([(),:]))`,
  'y',
);

type Token = { readonly literal: Literal } | { readonly word: string } | { readonly mark: string };

// Deeper nesting than anybody writes; without a bound a long row of brackets would exhaust the stack.
const deepest = 50;

/** Where in the row of tokens the reading is, and how deep in brackets. */
interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

/** Parses an OData filter expression. Throws FilterSyntax on anything that is not one. */
export function parseFilter(text: string): Filter {
  const reader: Reader = { tokens: tokenize(text), at: 0, depth: 0 };
  const filter = either(reader);
  if (reader.at < reader.tokens.length) throw new FilterSyntax('something follows the expression');
  return filter;
}

/** Runs one step deeper; `not not not …` nests as well as brackets do. */
function deeper<T>(reader: Reader, read: (reader: Reader) => T): T {
  reader.depth += 1;
  if (reader.depth > deepest) throw new FilterSyntax('nested too deeply');
  const found = read(reader);
  reader.depth -= 1;
  return found;
}

function either(reader: Reader): Filter {
  let left = both(reader);
  while (peekWord(reader) === 'or') {
    reader.at += 1;
    left = { kind: 'or', left, right: both(reader) };
  }
  return left;
}

function both(reader: Reader): Filter {
  let left = one(reader);
  while (peekWord(reader) === 'and') {
    reader.at += 1;
    left = { kind: 'and', left, right: one(reader) };
  }
  return left;
}

function one(reader: Reader): Filter {
  if (isMark(reader, '(')) return bracketed(reader);
  const name = word(reader);
  if (name === 'not') return { kind: 'not', inner: deeper(reader, one) };
  if (isMark(reader, '(')) {
    return name.endsWith('/any') ? lambda(reader, name.slice(0, -4)) : call(reader, name);
  }
  const op = word(reader);
  if (op === 'in') return { kind: 'in', path: name, values: list(reader) };
  return { kind: 'compare', path: name, op, value: literal(reader) };
}

function bracketed(reader: Reader): Filter {
  mark(reader, '(');
  const inner = deeper(reader, either);
  mark(reader, ')');
  return inner;
}

function call(reader: Reader, name: string): Filter {
  mark(reader, '(');
  const path = word(reader);
  mark(reader, ',');
  const value = literal(reader);
  mark(reader, ')');
  return { kind: 'call', name: name.toLowerCase(), path, value };
}

function lambda(reader: Reader, path: string): Filter {
  mark(reader, '(');
  const variable = word(reader);
  mark(reader, ':');
  const inner = deeper(reader, either);
  mark(reader, ')');
  return { kind: 'any', path, variable, inner };
}

function list(reader: Reader): Literal[] {
  mark(reader, '(');
  const values = [literal(reader)];
  while (isMark(reader, ',')) {
    reader.at += 1;
    values.push(literal(reader));
  }
  mark(reader, ')');
  return values;
}

function peekWord({ tokens, at }: Reader): string | null {
  const next = tokens[at];
  return next !== undefined && 'word' in next ? next.word : null;
}

function word(reader: Reader): string {
  const found = peekWord(reader);
  if (found === null) throw new FilterSyntax('a name was expected');
  reader.at += 1;
  return found;
}

function isMark({ tokens, at }: Reader, wanted: string): boolean {
  const next = tokens[at];
  return next !== undefined && 'mark' in next && next.mark === wanted;
}

function mark(reader: Reader, wanted: string): void {
  if (!isMark(reader, wanted)) throw new FilterSyntax(`${wanted} was expected`);
  reader.at += 1;
}

function literal(reader: Reader): Literal {
  const next = reader.tokens[reader.at];
  reader.at += 1;
  if (next === undefined || 'mark' in next) throw new FilterSyntax('a value was expected');
  return 'literal' in next ? next.literal : { type: 'word', word: next.word };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  token.lastIndex = 0;
  while (token.lastIndex < end) {
    const found = token.exec(text);
    if (found === null) throw new FilterSyntax('a character that does not belong here');
    const [, when, quoted, name, number, sign] = found;
    if (when !== undefined) tokens.push({ literal: timeLiteral(when) });
    else if (quoted !== undefined) {
      tokens.push({ literal: { type: 'text', text: quoted.slice(1, -1).replaceAll("''", "'") } });
    } else if (name !== undefined) tokens.push({ word: name });
    else if (number !== undefined) tokens.push({ literal: { type: 'number', value: Number(number) } });
    else tokens.push({ mark: sign ?? '' });
  }
  return tokens;
}

function timeLiteral(text: string): Literal {
  const full = text.includes('T') ? text : `${text}T00:00:00Z`;
  const ms = Date.parse(full.replace(/\.(\d{1,3})\d*/, '.$1'));
  if (Number.isNaN(ms)) throw new FilterSyntax('not a time');
  return { type: 'time', ms, ticks: ticksOf(full) };
}

/** The 100-ns steps beyond the millisecond in a written time: `.1830211Z` has 211 of them. */
export const ticksOf = (text: string): number =>
  Number((/\.\d{3}(\d{1,4})/.exec(text)?.[1] ?? '').padEnd(4, '0') || '0');
