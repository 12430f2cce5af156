import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../kernel/errors.ts';
import { makeDataFolder } from './data-folder.ts';

/**
 * Keeps a second process off the data folder for as long as this one lives. The lock is a transaction held
 * open on a database of its own, because the operating system drops it even after kill -9, where a lock file
 * would stay behind and keep the next start out.
 */
export function lockData(folder: string): { release: () => void } {
  makeDataFolder(folder);
  const database = openLock(join(folder, 'lock.db'));
  return {
    release: () => {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

const sqliteBusy = 5;

function openLock(path: string): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { timeout: 2_000 });
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database?.close();
    // Only a lock held tells of another process: the file can as well be damaged, or not ours to write.
    const held = cause instanceof Error && 'errcode' in cause && cause.errcode === sqliteBusy;
    throw new AppError(
      'config.invalid',
      'give-up',
      held
        ? 'Another Holdfast is running on this data folder. Stop it, or set HOLDFAST_DATA to another folder.'
        : 'The file lock.db in the data folder cannot be used. See who may write to it; where it is damaged, delete it: it holds nothing.',
      { target: 'HOLDFAST_DATA', cause },
    );
  }
}
