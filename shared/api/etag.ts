import { AppError } from '../kernel/errors.ts';

/** A store's revision as a strong entity tag. */
export const etagOf = (rev: string): string => `"${encodeURIComponent(rev)}"`;

/** Throws `precondition.failed` where the caller named a revision and it is not the current one. */
export function checkIfMatch(ifMatch: string | null, rev: string): void {
  if (ifMatch === null || ifMatch.trim() === '*') return;
  const named = ifMatch.split(',').map(tag => tag.trim());
  if (named.includes(etagOf(rev))) return;
  throw new AppError(
    'precondition.failed',
    'give-up',
    'It has changed since you read it. Read it again, and send If-Match with the new ETag.',
    { target: 'if-match' },
  );
}
