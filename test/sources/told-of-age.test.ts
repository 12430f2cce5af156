import { expect, test } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, instant } from '../../shared/kernel/time.ts';
import { toldOfAge } from '../../shared/sources/entra.sign-ins/told-of-age.ts';

const now = instant(Date.parse('2026-10-05T12:00:00Z'));

/** What a refusal of a window that begins so many days back is about. */
async function about(reason: string, back: number): Promise<unknown> {
  const error = new AppError('provider.rejected', 'retry-later', 'No.', {
    facts: { reason, requestId: 'r' },
  });
  const refused = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
  const window = { from: instant(now - days(back)), to: now };
  try {
    for await (const page of toldOfAge(refused, window, now)) return page;
    return null;
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.facts : thrown;
  }
}

test.each([
  ['invalid-filter', 8, 'older-than-memory'],
  ['invalid-filter', 7, 'older-than-memory'],
  ['invalid-filter', 6, 'invalid-filter'],
  ['too-many', 8, 'too-many'],
])('a refusal for %s of %i days back is for %s', async (reason, back, told) => {
  expect(await about(reason, back)).toEqual({ reason: told, requestId: 'r' });
});
