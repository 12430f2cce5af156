import { AppError } from '../../kernel/errors.ts';
import { documentKinds, type Damage } from '../documents/sealed-document.ts';

export const damagedItem: Damage = (what, code = 'store.corrupt') =>
  new AppError(
    code,
    'give-up',
    `${what} in Cosmos DB is not what was written. Keep the item for examination, and restore the account to an earlier point in time.`,
  );

/** A kind of documents in Cosmos DB. */
export const storedKind = documentKinds(damagedItem);
