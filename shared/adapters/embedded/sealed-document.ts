import { AppError } from '../../kernel/errors.ts';
import { documentKinds, openSealed, type Damage, type SealedDocument } from '../documents/sealed-document.ts';

export const damaged: Damage = (what, code = 'store.corrupt') =>
  new AppError(code, 'give-up', `${what} in holdfast.db is damaged. Restore holdfast.db from a backup.`);

/** A kind of documents in holdfast.db. */
export const documentKind = documentKinds(damaged);

/** The value of a document in holdfast.db, or an AppError `store.corrupt` when it is not what was written. */
export const openDocument = (row: SealedDocument, what: string): unknown =>
  openSealed(row, () => damaged(what));
