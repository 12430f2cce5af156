import { expect, it } from 'vitest';
import { entryName, storedEntry } from '../../shared/adapters/documents/quarantine-entries.ts';
import { sha256 } from '../../shared/kernel/hash.ts';

it('takes a stored entry from before equal records were counted for the first of them', () => {
  const old = { source: 'a.b', recordHash: sha256('x') };
  expect(storedEntry(old)).toEqual({ ...old, nth: 0 });
  expect(entryName(storedEntry(old))).toBe(old.recordHash);
  expect(entryName(storedEntry({ ...old, nth: 2 }))).not.toBe(old.recordHash);
});
