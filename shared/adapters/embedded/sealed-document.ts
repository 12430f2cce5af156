import { crc32 } from 'node:zlib';
import type { z } from 'zod';
import { AppError, type ErrorCode } from '../../kernel/errors.ts';

/** A document as a row keeps it. */
export interface SealedDocument {
  readonly doc: string;
  readonly seal: number;
}

/** The check value of a stored document. */
export const sealOf = (doc: string): number => crc32(doc);

/** Documents of one kind, written so that they can be read again and read only as they were written. */
export interface DocumentKind<T> {
  /** A value that could not be read again is refused here, where the one it would replace is still whole. */
  write(value: T): SealedDocument;
  read(row: SealedDocument): T;
}

/** `what` is for a person: `A run`. `code` is what a damaged one is called. */
export function documentKind<T>(
  schema: z.ZodType<T>,
  what: string,
  code: ErrorCode = 'store.corrupt',
): DocumentKind<T> {
  return {
    write(value) {
      const parsed = schema.safeParse(value);
      if (!parsed.success) {
        throw new AppError('bug', 'give-up', `${what} was refused because it could not be read again.`, {
          cause: parsed.error,
        });
      }
      const doc = JSON.stringify(value);
      return { doc, seal: sealOf(doc) };
    },
    read(row) {
      const parsed = schema.safeParse(openDocument(row, what, code));
      if (!parsed.success) throw damaged(what, code);
      return parsed.data;
    },
  };
}

/** The value of a stored document, or an AppError (`code`) when it is not what was written. */
export function openDocument(row: SealedDocument, what: string, code: ErrorCode = 'store.corrupt'): unknown {
  if (sealOf(row.doc) === row.seal) {
    try {
      return JSON.parse(row.doc);
    } catch {
      // Falls through: what matches its seal and is no JSON was written by a defect of ours.
    }
  }
  throw damaged(what, code);
}

export const damaged = (what: string, code: ErrorCode = 'store.corrupt'): AppError =>
  new AppError(code, 'give-up', `${what} in holdfast.db is damaged. Restore holdfast.db from a backup.`);
