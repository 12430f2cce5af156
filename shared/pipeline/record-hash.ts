import { sha256, type Sha256 } from '../kernel/hash.ts';
import { scalarSpelling, spelling } from '../kernel/spelling.ts';

/**
 * Tells a changed record from a repeated one: sha-256 over its values with keys sorted, because a provider that
 * merely writes its fields in another order has changed nothing. Array order counts.
 *
 * Not over JSON: every string goes in behind its length, so nothing needs escaping, and records of one kind share
 * their sorted keys. Half the cost of sorting and writing JSON, on the hottest path there is. What is nested deeper
 * than any log is spelled without recursion: a stack overflow here would fail its whole page, for ever.
 */
export function recordHash(record: unknown): Sha256 {
  const text = spelled(record);
  // UTF-8 has one spelling for every half of a surrogate pair that stands alone; JSON escapes each.
  return sha256(text.isWellFormed() ? text : JSON.stringify(text));
}

const deepest = 100;

/** As the kernel's `spelling`, faster. */
function spelled(value: unknown, depth = 0): string {
  return typeof value === 'object' && value !== null ? spelledInside(value, depth) : scalarSpelling(value);
}

function spelledInside(value: object, depth: number): string {
  if (depth === deepest) return spelling(value);
  if (Array.isArray(value)) {
    let text = `a${value.length};`;
    for (const inner of value) text += spelled(inner, depth + 1);
    return text;
  }
  const from = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(from);
  let text = `o${keys.length};`;
  for (const { key, head } of inOrder(keys)) text += head + spelled(from[key], depth + 1);
  return text;
}

interface SortedKey {
  readonly key: string;
  readonly head: string;
}

/** Key lists met lately and their sorted form. A provider has some dozens of them; others are sorted anew. */
const known: { readonly keys: readonly string[]; readonly sorted: readonly SortedKey[] }[] = [];
const mostKnown = 64;
/** Longer lists are not kept: a record of a hundred thousand fields would stay in memory for good. */
const mostKeys = 500;
let nextPlace = 0;

function inOrder(keys: readonly string[]): readonly SortedKey[] {
  const found = known.find(one => areSame(one.keys, keys));
  if (found !== undefined) return found.sorted;
  const sorted = keys.toSorted().map(key => ({ key, head: `${key.length}:${key}` }));
  if (keys.length > mostKeys) return sorted;
  known[nextPlace] = { keys, sorted };
  nextPlace = (nextPlace + 1) % mostKnown;
  return sorted;
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
