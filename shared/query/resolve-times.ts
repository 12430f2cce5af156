import { isoInstant, type Instant } from '../kernel/time.ts';
import type { QueryNode } from '../model/query.ts';
import { isRelativeTime, timeSpan } from './time-text.ts';

/**
 * The same question with every `now-7d` written out as of one instant. An index takes only such trees, and a
 * continuation must keep one: pages asked for minutes apart are pages of one question.
 */
export function resolveTimes(node: QueryNode, asOf: Instant): QueryNode {
  switch (node.kind) {
    case 'and':
    case 'or':
      return { kind: node.kind, of: node.of.map(member => resolveTimes(member, asOf)) };
    case 'not':
      return { kind: 'not', of: resolveTimes(node.of, asOf) };
    case 'match':
      return node.field === 'time' ? { ...node, value: writtenOut(node.value, asOf) } : node;
    case 'range': {
      if (node.field !== 'time') return node;
      const bound = (text: string | null): string | null => (text === null ? null : writtenOut(text, asOf));
      return { ...node, from: bound(node.from), to: bound(node.to) };
    }
    default:
      return node;
  }
}

function writtenOut(text: string, asOf: Instant): string {
  const span = isRelativeTime(text) ? timeSpan(text, asOf) : null;
  return span === null ? text : isoInstant(span.from);
}
