import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../kernel/errors.ts';

/**
 * Keeps a second process off the data folder for as long as this one lives. The lock is a transaction held
 * open on a database of its own, because the operating system drops it even after kill -9, where a lock file
 * would stay behind and keep the next start out.
 */
export function lockData(folder: string): { release: () => void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 2_000 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new AppError(
      'config.invalid',
      'give-up',
      'Another Holdfast is running on this data folder. Stop it, or set HOLDFAST_DATA to another folder.',
      { target: 'HOLDFAST_DATA', cause },
    );
  }
  return {
    release: () => {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}
