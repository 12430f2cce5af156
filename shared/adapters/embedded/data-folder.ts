import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AppError } from '../../kernel/errors.ts';

/**
 * Makes the data folder where there is none, and sees that it can be written to.
 * Throws `config.invalid` with what is in the way.
 */
export function makeDataFolder(folder: string): void {
  try {
    make(resolve(folder));
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new AppError(
      'config.invalid',
      'give-up',
      `The data folder cannot be used: ${obstacle(cause)}. Set HOLDFAST_DATA to a folder you may write to.`,
      { target: 'HOLDFAST_DATA', cause },
    );
  }
}

/** One folder after the other: Node's own recursive way never returns below /proc. */
function make(folder: string): void {
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) make(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST' || !statSync(folder).isDirectory()) throw thrown;
  }
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';

function obstacle(thrown: unknown): string {
  const code = codeOf(thrown);
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file stands in its place';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there';
  if (code === 'EROFS') return 'the disk is mounted for reading only';
  if (code === 'ENOSPC') return 'the disk is full';
  return `the system answers ${code}`;
}
