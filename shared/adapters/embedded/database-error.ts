import { AppError } from '../../kernel/errors.ts';

/** What a person does about a damaged database; each database has its own answer. */
export interface DatabaseAdvice {
  /** For people: `holdfast.db`. */
  readonly name: string;
  /** A whole sentence: `Restore it from a backup.` */
  readonly mend: string;
}

// SQLite's primary result codes (sqlite.org/rescode.html); the extended ones carry them in the low byte.
const logic = 1;
const permission = 3;
const busy = 5;
const locked = 6;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;

/**
 * The one place where SQLite's failures become ours. An AppError passes through unchanged; what is neither
 * that nor a known failure of the store is a `bug`.
 */
export function asStoreError(thrown: unknown, advice: DatabaseAdvice): AppError {
  if (thrown instanceof AppError) return thrown;
  const { name } = advice;
  const code = resultCode(thrown);
  const options = { cause: thrown, ...(code === null ? {} : { facts: { sqlite: code } }) };
  switch (code === null ? null : code & 0xff) {
    case full:
      return new AppError(
        'store.full',
        'retry-later',
        `The disk that holds ${name} is full, and nothing was written. Free some space or give it a larger disk; work goes on by itself.`,
        options,
      );
    case corrupt:
    case notADatabase:
      return damagedDatabase(advice, options);
    case busy:
    case locked:
      return new AppError(
        'store.unavailable',
        'retry',
        `Another process kept ${name} locked for too long. Try again; if this stays, look for a stuck process.`,
        options,
      );
    case ioError:
    case cannotOpen:
    case readOnly:
    case permission:
      return new AppError(
        'store.unavailable',
        'retry-later',
        `The file ${name} cannot be read or written. Check that its disk is there and that this user may write to it.`,
        options,
      );
    default:
      if (isClosed(thrown)) {
        return new AppError(
          'store.unavailable',
          'retry-later',
          `${name} was closed: the program is stopping.`,
          {
            cause: thrown,
          },
        );
      }
      return new AppError(
        'bug',
        'retry',
        'A database statement failed that should not. The log has the details.',
        options,
      );
  }
}

export const damagedDatabase = (
  { name, mend }: DatabaseAdvice,
  options: { cause?: unknown; facts?: Record<string, number> } = {},
): AppError => new AppError('store.corrupt', 'give-up', `The file ${name} is damaged. ${mend}`, options);

/** Whether a statement was to SQLite merely wrong, as where what it is about is not there. */
export const isLogicError = (error: AppError): boolean =>
  error.code === 'bug' && error.facts['sqlite'] === logic;

function resultCode(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return null;
  return typeof thrown.errcode === 'number' ? thrown.errcode : null;
}

const isClosed = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_INVALID_STATE';
