import { fields, list } from './reading.ts';
import { unpacked } from './json-in-string.ts';

/**
 * `[{ Name, Value }]`, `[{ key, value }]` or `[{ displayName, newValue }]` as a map from lower-case name to value, the
 * first of equals kept. The list itself may be JSON inside a string. Anything else is an empty map.
 */
export function namedValues(value: unknown, name: string, held: string): ReadonlyMap<string, unknown> {
  const entries = list(unpacked(value));
  if (entries.length === 0) return nothing;
  const found = new Map<string, unknown>();
  for (const entry of entries) {
    const pair = fields(entry);
    const key = pair?.[name];
    if (pair === null || typeof key !== 'string') continue;
    const lower = key.toLowerCase();
    if (!found.has(lower)) found.set(lower, pair[held]);
  }
  return found;
}

const nothing: ReadonlyMap<string, unknown> = new Map();
