import { AppError } from '../../kernel/errors.ts';

/** `code` of a failed file operation: `ENOENT`, `ENOSPC` …; null for anything else. */
export function fileErrorCode(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
}

/** The one place where a failed file operation of the archive becomes an AppError. */
export function asArchiveError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = fileErrorCode(thrown);
  if (code === null) {
    return new AppError(
      'bug',
      'retry',
      'The archive failed in a way it should not. The log has the details.',
      {
        cause: thrown,
      },
    );
  }
  const options = { facts: { file: code }, cause: thrown };
  switch (code) {
    // EFBIG is the process's own limit on a file's size.
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new AppError(
        'store.full',
        'retry-later',
        'The disk that holds the raw archive is full, and nothing was kept of this object. Free some space or give it a larger disk; work goes on by itself.',
        options,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new AppError(
        'store.unavailable',
        'retry',
        'Too many files are open. Raise the limit (ulimit -n) if this stays.',
        options,
      );
    default:
      return new AppError(
        'store.unavailable',
        'retry-later',
        'The folder of the raw archive cannot be read or written. Check that its disk is there, knows hard links, and that this user may write to it.',
        options,
      );
  }
}
