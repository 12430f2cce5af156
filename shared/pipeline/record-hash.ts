import { sha256, type Sha256 } from '../kernel/hash.ts';
import { spelling } from '../kernel/spelling.ts';

/**
 * The hash of a record's values: sha-256 over them with keys sorted, because a provider that merely writes its fields in
 * another order has changed nothing. Array order counts.
 *
 * The record is put in order as nested lists, which the platform writes as JSON in one go. Records of one kind share
 * their sorted keys. What is nested deeper than any log is spelled without recursion: a stack overflow here would fail
 * its whole page, for ever.
 */
export const recordHash = (record: unknown): Sha256 => sha256(JSON.stringify(ordered(record, 0)));

const deepest = 100;

/** What stands first in a list tells what it was: an object has its keys there. */
const was = { list: 0, deep: 1 } as const;

function ordered(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === deepest) return [was.deep, spelling(value)];
  const list: unknown[] = [];
  if (Array.isArray(value)) {
    list.push(was.list);
    for (const inner of value) list.push(ordered(inner, depth + 1));
    return list;
  }
  const from = value as Readonly<Record<string, unknown>>;
  const { text, sorted } = inOrder(Object.keys(from));
  list.push(text);
  for (const key of sorted) list.push(ordered(from[key], depth + 1));
  return list;
}

interface SortedKeys {
  readonly keys: readonly string[];
  readonly sorted: readonly string[];
  /** The sorted keys, so that no two lists of them have the same. */
  readonly text: string;
}

/** Key lists met lately and their sorted form. A provider has some dozens of them; others are sorted anew. */
const known = Array.from({ length: 256 }, (): SortedKeys | undefined => undefined);
/** Longer lists are not kept: a record of a hundred thousand fields would stay in memory for good. */
const mostKeys = 500;

function inOrder(keys: readonly string[]): SortedKeys {
  const place = placeOf(keys);
  const found = known[place];
  if (found !== undefined && areSame(found.keys, keys)) return found;
  const sorted = keys.toSorted();
  const made = { keys, sorted, text: JSON.stringify(sorted) };
  if (keys.length <= mostKeys) known[place] = made;
  return made;
}

/** Objects of two kinds mostly differ in how many keys they have, or in the first and last of them. */
function placeOf(keys: readonly string[]): number {
  const first = keys[0] ?? '';
  const last = keys.at(-1) ?? '';
  const ends = first.length * 31 + last.length + 7 * first.charCodeAt(0) + last.charCodeAt(0);
  return (keys.length * 37 + ends) % known.length || 0;
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
