import { sha256, type Sha256 } from '../kernel/hash.ts';

/**
 * Tells a changed record from a repeated one: sha-256 over its values with keys sorted, because a provider that
 * merely writes its fields in another order has changed nothing. Array order counts.
 *
 * Not over JSON: every string goes in behind its length, so nothing needs escaping, and records of one kind share
 * their sorted keys. Half the cost of sorting and writing JSON, on the hottest path there is.
 */
export function recordHash(record: unknown): Sha256 {
  const text = spelled(record);
  // UTF-8 has one spelling for every half of a surrogate pair that stands alone; JSON escapes each.
  return sha256(text.isWellFormed() ? text : JSON.stringify(text));
}

/** One text for one value: no two different JSON values have the same. */
function spelled(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      return `n${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'object':
      return value === null ? 'z' : spelledInside(value);
    default:
      return 'u';
  }
}

function spelledInside(value: object): string {
  if (Array.isArray(value)) {
    let text = `a${value.length};`;
    for (const inner of value) text += spelled(inner);
    return text;
  }
  const from = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(from);
  let text = `o${keys.length};`;
  for (const { key, head } of inOrder(keys)) text += head + spelled(from[key]);
  return text;
}

interface SortedKey {
  readonly key: string;
  readonly head: string;
}

/** Key lists met lately and their sorted form. A provider has some dozens of them; others are sorted anew. */
const known: { readonly keys: readonly string[]; readonly sorted: readonly SortedKey[] }[] = [];
const mostKnown = 64;
let nextPlace = 0;

function inOrder(keys: readonly string[]): readonly SortedKey[] {
  const found = known.find(one => areSame(one.keys, keys));
  if (found !== undefined) return found.sorted;
  const sorted = keys.toSorted().map(key => ({ key, head: `${key.length}:${key}` }));
  known[nextPlace] = { keys, sorted };
  nextPlace = (nextPlace + 1) % mostKnown;
  return sorted;
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
