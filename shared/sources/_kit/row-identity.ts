import { sha256 } from '../../kernel/hash.ts';
import { unpacked } from './json-in-string.ts';
import { readProviderTime } from './provider-time.ts';
import { fields } from './reading.ts';

/**
 * What makes a row without an id that row: its time and the fields named, each in one spelling. A field nobody has
 * announced, a number that comes as text or a time written in another way make no other row of it, or a provider's
 * small change would double everything that is read again. Rows alike in all of this are told apart by counting them
 * (`countsEqual`).
 */
export function rowIdentity(
  time: unknown,
  record: object,
  names: readonly string[],
): readonly [string, ...string[]] {
  const known = fields(record) ?? {};
  const parts = names.map(name => spelled(known[name]));
  return ['row', sha256(JSON.stringify([readProviderTime(time) ?? spelled(time), ...parts]))];
}

/** Nothing of Mimecast's is nested deeper; what is would only serve to exhaust the stack. */
const deepest = 12;

/** What is not there and what is empty are one; so are a value and the list of just that value. */
function spelled(value: unknown, depth = 0): string {
  const inner = unpacked(value);
  if (typeof inner === 'string') return inner.trim();
  if (typeof inner === 'number' || typeof inner === 'boolean') return String(inner);
  if (inner === null || inner === undefined) return '';
  if (depth === deepest) return 'deep';
  const next = (held: unknown): string => spelled(held, depth + 1);
  if (Array.isArray(inner)) return inner.length < 2 ? next(inner[0]) : JSON.stringify(inner.map(next));
  const named = Object.entries(inner).map(([key, held]) => [key, next(held)] as const);
  return JSON.stringify(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}
