import { canonicalJson, sha256 } from '../../kernel/hash.ts';
import { isDeeperThan, spelling } from '../../kernel/spelling.ts';
import { fields, longestText, word } from './reading.ts';

/**
 * What makes a record that record: the provider's id; where it gave none, all of it. Then two records that differ
 * in anything are two, and one that comes again is one.
 */
export function identityOf(id: unknown, record: unknown): readonly [string, ...string[]] {
  const found = word(id);
  return found === null || found.length >= longestText ? canonicalIdentity(record) : [found];
}

export const canonicalIdentity = (record: unknown): readonly [string, ...string[]] => [
  'record',
  sha256(oneSpelling(record)),
];

/** Deeper than any log, and far from what overflows the stack: where that begins depends on who calls. */
const deepest = 200;

function oneSpelling(record: unknown): string {
  if (isDeeperThan(record, deepest)) return spelling(record);
  try {
    return canonicalJson(record);
  } catch {
    // Half a character has no canonical form. Its escape does as well: only the same record must be spelled the same.
    return JSON.stringify(record, (_, value: unknown) => sorted(value));
  }
}

function sorted(value: unknown): unknown {
  const known = fields(value);
  return known === null
    ? value
    : Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
}
