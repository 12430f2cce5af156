import { AppError } from '../../kernel/errors.ts';
import type { QueryNode } from '../../model/query.ts';
import { timeRange } from '../../query/comparison.ts';
import { comparable } from '../../query/evaluate.ts';
import { isRelativeTime, timeSpan } from '../../query/time-text.ts';
import type { Instant } from '../../kernel/time.ts';
import type { Dictionary } from './fts-dictionary.ts';
import {
  cidrLeaf,
  idsBeginning,
  matchLeaf,
  presentLeaf,
  rangeLeaf,
  type Leaf,
  type Match,
} from './fts-leaves.ts';
import {
  both, either, everything, negated, never, rowTest, rowsBetween, wordsOf, type Plan,
} from './fts-plan.ts'; // prettier-ignore
import { firstRowAt, lastRow, noRow } from './fts-row-id.ts';
import { packId } from './packed-id.ts';

export interface CompileOptions {
  readonly dictionary: Dictionary;
  /** An FTS5 expression that holds for every row in question. */
  readonly base: string;
  /** The row with this id; null when there is none. */
  rowOf(id: Uint8Array | string): bigint | null;
  /**
   * Whether so many rows fit that looking at each row beats merging postings. Asked only of clauses that can
   * be done either way; null to do all that can be done by FTS5 so.
   */
  readonly isBroad: ((words: string) => boolean) | null;
}

/** A query as SQLite is asked it. Its times must be absolute. */
export function compileQuery(node: QueryNode, options: CompileOptions): Plan {
  return compile(node, options, true);
}

/** `alone`: the clause must hold by itself. Inside OR, FTS5 is asked for all it can do: rows cannot be united. */
function compile(node: QueryNode, options: CompileOptions, alone: boolean): Plan {
  switch (node.kind) {
    case 'all':
      return everything;
    case 'and':
      return node.of.map(member => compile(member, options, alone)).reduce(both, everything);
    case 'or':
      return either(
        node.of.map(member => compile(member, options, false)),
        options.base,
      );
    case 'not':
      return negated(compile(node.of, options, alone), options.base);
    case 'present':
      return chosen(presentLeaf(node.field, options.dictionary), options, alone);
    case 'cidr':
      return chosen(cidrLeaf(node.network), options, alone);
    case 'range':
      if (node.field === 'time') return timesBetween(timeRange(absolute(node), noClock));
      return chosen(rangeLeaf(node, options.dictionary), options, alone);
    case 'match':
      if (node.field === 'time') return timesBetween(timeSpan(absolute(node).value, noClock));
      if (node.field === 'id') return idPlan(node, options);
      return chosen(matchLeaf(node, options.dictionary), options, alone);
  }
}

function chosen(leaf: Leaf, options: CompileOptions, alone: boolean): Plan {
  const { words, rows } = leaf;
  if (words === null) return rows ?? never;
  if (rows === null || !alone || options.isBroad === null) return words;
  const expression = wordsOf(words, options.base);
  return expression !== null && options.isBroad(expression) ? rows : words;
}

// Absolute texts name the same span whatever the time is.
const noClock = 0 as Instant;

function absolute<N extends QueryNode>(node: N): N {
  const texts = node.kind === 'match' ? [node.value] : node.kind === 'range' ? [node.from, node.to] : [];
  if (texts.some(text => text !== null && isRelativeTime(text))) {
    throw new AppError(
      'bug',
      'give-up',
      'A query reached the index with a time counted from now. Resolve its times first.',
    );
  }
  return node;
}

function timesBetween(span: { from: number; to: number } | null): Plan {
  if (span === null) return never;
  const low = span.from === -Infinity ? noRow : firstRowAt(span.from);
  const high = span.to === Infinity ? lastRow : firstRowAt(span.to) - 1n;
  return rowsBetween(low, high);
}

function idPlan(node: Match, options: CompileOptions): Plan {
  if (!node.prefix) {
    const row = options.rowOf(packId(comparable('id', node.value)));
    return row === null ? never : rowsBetween(row, row);
  }
  const range = idsBeginning(node.value);
  return range === null ? never : rowTest('d.id BETWEEN ? AND ?', range.low, range.high);
}
