import { sha256, type Sha256 } from '../kernel/hash.ts';

/**
 * Tells a changed record from a repeated one: sha-256 over its JSON with keys sorted, because a provider that
 * merely writes its fields in another order has changed nothing. Array order counts.
 * Not RFC 8785: numbers and strings are spelled by the same JSON.parse on both sides, so sorting is enough,
 * and costs a third less on the hottest path there is.
 */
export const recordHash = (record: unknown): Sha256 => sha256(JSON.stringify(withSortedKeys(record)) ?? '');

function withSortedKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  const from = value as Readonly<Record<string, unknown>>;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(from).sort()) {
    const inner = from[key];
    const plain = inner === null || typeof inner !== 'object' ? inner : withSortedKeys(inner);
    // Assigning `__proto__` would set the prototype, and the field would be missing from the hash.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: plain, enumerable: true });
    else copy[key] = plain;
  }
  return copy;
}
