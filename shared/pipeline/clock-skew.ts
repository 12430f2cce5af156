import { AppError } from '../kernel/errors.ts';
import { minutes, type Instant } from '../kernel/time.ts';
import type { Cursor } from '../model/cursor.ts';

/** So far two clocks may be apart without anybody having to see to it. */
export const clockSkew = minutes(5);

/** Whether a cursor knows of an instant that has not come: the clock was ahead when it was written, or is behind now. */
export function isAhead(cursor: Cursor, now: Instant): boolean {
  const { committedTo, open, failures, remembers, reads } = cursor;
  const known = [committedTo, open?.window.to, failures?.since, remembers?.at, ...reads.map(({ at }) => at)];
  return known.some(at => at !== undefined && at > now + clockSkew);
}

/** Of a cursor that is ahead of the clock, while nobody says that it is this clock that is right. */
export const aheadOfClock = (cursor: Cursor, now: Instant): AppError =>
  new AppError(
    'cursor.future',
    'retry-later',
    'The stream is marked as pulled beyond the present, and its provider does not say that it is as late as the clock of this machine. Mend the clock; the stream goes on by itself.',
    { facts: { committedTo: cursor.committedTo, now } },
  );
