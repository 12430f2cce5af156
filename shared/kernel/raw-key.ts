import { AppError } from './errors.ts';

// The archive port's alphabet. Nothing in it can climb out of a folder once empty segments and those that end in a dot are refused.
const segmentForm = /^[a-z0-9_.:=-]+$/;
const longestSegment = 200;
/** With the tenant before it and a hold's name behind it a key must stay a blob's name: 1,024 characters. */
const longestKey = 900;

// Blob Storage and some file systems drop a dot at a name's end: two keys would be one object. `.` and `..` end so too.
const isSegment = (segment: string): boolean =>
  segmentForm.test(segment) && !segment.endsWith('.') && segment.length <= longestSegment;

/** Refuses a key the archive's port does not allow. */
export function demandKey(key: string): void {
  if (key.length > longestKey || !key.split('/').every(isSegment)) throw badKey();
}

/** A prefix as its whole folders and the beginning of the next name, which may be empty. */
export function splitPrefix(prefix: string): { folders: readonly string[]; start: string } {
  const folders = prefix.split('/');
  const start = folders.pop() ?? '';
  const startIsFine = start === '' || segmentForm.test(start);
  if (prefix.length > longestKey || !folders.every(isSegment) || !startIsFine) throw badKey();
  return { folders, start };
}

const badKey = (): AppError =>
  new AppError(
    'bug',
    'give-up',
    'A raw key was refused: at most 900 characters, lower-case letters, digits and "-_./:=" only, no segment that is empty, ends in "." or has more than 200.',
  );
