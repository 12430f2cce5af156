import { crc32 } from 'node:zlib';
import type { z } from 'zod';
import { AppError, type ErrorCode } from '../../kernel/errors.ts';

/** A document as an item keeps it: text with a check value, so that it is read back only as it was written. */
export interface StoredDocument {
  readonly doc: string;
  readonly seal: number;
}

export const sealOf = (text: string): number => crc32(text);

/** Documents of one kind. */
export interface StoredKind<T> {
  /** A value that could not be read again is refused here, where the one it would replace is still whole. */
  write(value: T): StoredDocument;
  read(item: StoredDocument): T;
}

/** `what` is for a person: `A run`. `code` is what a damaged one is called. */
export function storedKind<T>(
  schema: z.ZodType<T>,
  what: string,
  code: ErrorCode = 'store.corrupt',
): StoredKind<T> {
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
    read(item) {
      const parsed = sealOf(item.doc) === item.seal ? schema.safeParse(asJson(item.doc)) : null;
      if (parsed?.success !== true) throw damagedItem(what, code);
      return parsed.data;
    },
  };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No schema takes it: what matches its seal and is no JSON was written by a defect of ours.
  }
}

export const damagedItem = (what: string, code: ErrorCode = 'store.corrupt'): AppError =>
  new AppError(
    code,
    'give-up',
    `${what} in Cosmos DB is not what was written. Keep the item for examination, and restore the account to an earlier point in time.`,
  );
