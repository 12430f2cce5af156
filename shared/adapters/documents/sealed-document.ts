import { crc32 } from 'node:zlib';
import type { z } from 'zod';
import { AppError, type ErrorCode } from '../../kernel/errors.ts';

/** A document as a row or item keeps it: text with a check value, so that it is read back only as it was written. */
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

/** What a damaged document is called, and what a person does about it in this store. `what` is `A run`. */
export type Damage = (what: string, code?: ErrorCode) => AppError;

/** Kinds of documents in a store. `code` is what a damaged one is called: `store.corrupt` where it is not given. */
export function documentKinds(damaged: Damage) {
  return <T>(schema: z.ZodType<T>, what: string, code?: ErrorCode): DocumentKind<T> => ({
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
      const parsed = schema.safeParse(openSealed(row, () => damaged(what, code)));
      if (!parsed.success) throw damaged(what, code);
      return parsed.data;
    },
  });
}

/** The value of a stored document; throws what `damaged` makes when it is not what was written. */
export function openSealed(row: SealedDocument, damaged: () => AppError): unknown {
  if (sealOf(row.doc) === row.seal) {
    try {
      return JSON.parse(row.doc);
    } catch {
      // Falls through: what matches its seal and is no JSON was written by a defect of ours.
    }
  }
  throw damaged();
}
