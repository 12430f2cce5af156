import type { QueryNode } from '../model/query.ts';

/**
 * The query text of a tree; `parseQuery` reads it as the same tree again. That holds for every tree the
 * parser can make: `and` and `or` have at least two members, values are ones their field can be asked for,
 * an open end of a range is included, and a network is spelled as `printNetwork` spells it.
 */
export function printQuery(node: QueryNode): string {
  switch (node.kind) {
    case 'and':
      // An `and` inside an `and` was written in parentheses: without them it would be read as one.
      return joined(node.of, ' ', member =>
        member.kind === 'and' || member.kind === 'or' ? group(member) : printQuery(member),
      );
    case 'or':
      return joined(node.of, ' OR ', member => (member.kind === 'or' ? group(member) : printQuery(member)));
    case 'not':
      return `-${node.of.kind === 'and' || node.of.kind === 'or' ? group(node.of) : printQuery(node.of)}`;
    default:
      return printClause(node);
  }
}

const joined = (of: readonly QueryNode[], by: string, print: (node: QueryNode) => string): string =>
  of.length === 1 && of[0] !== undefined ? printQuery(of[0]) : of.map(print).join(by);

const group = (node: QueryNode): string => `(${printQuery(node)})`;

function printClause(node: Exclude<QueryNode, { kind: 'and' | 'or' | 'not' }>): string {
  switch (node.kind) {
    case 'all':
      return '*';
    case 'present':
      return `${node.field}:*`;
    case 'cidr':
      return `ip:${node.network}`;
    case 'match': {
      const value = `${node.field === null ? printWord(node.value) : printValue(node.value)}${node.prefix ? '*' : ''}`;
      return node.field === null ? value : `${node.field}:${value}`;
    }
    case 'range':
      return `${node.field}:${printRange(node)}`;
  }
}

function printRange(node: Extract<QueryNode, { kind: 'range' }>): string {
  const { from, to, includeFrom, includeTo } = node;
  if (from !== null && to === null) return `${includeFrom ? '>=' : '>'}${printValue(from)}`;
  if (from === null && to !== null) return `${includeTo ? '<=' : '<'}${printValue(to)}`;
  const bound = (text: string | null): string => (text === null ? '*' : printValue(text));
  return `${includeFrom ? '[' : '{'}${bound(from)} TO ${bound(to)}${includeTo ? ']' : '}'}`;
}

// What no reader of the language could take for anything else; all other text is quoted.
const plainWord = /^[\p{L}\p{N}][\p{L}\p{N}._@-]*$/u;
const plainValue = /^[\p{L}\p{N}][\p{L}\p{N}._@:+-]*$/u;
const taken = /^(?:AND|OR|NOT|TO)$/;
const eventId = /^\d{8}-[0-9a-f]{40}$/;

const printWord = (text: string): string =>
  plainWord.test(text) && !taken.test(text) && !eventId.test(text) ? text : quoted(text);

const printValue = (text: string): string =>
  plainValue.test(text) && !taken.test(text) ? text : quoted(text);

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
