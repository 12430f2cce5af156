import { AppError } from '../../kernel/errors.ts';
import { days, minus, type Instant, type Window } from '../../kernel/time.ts';
import type { Page } from '../_kit/source.ts';

/** What every tenant's sign-ins are kept for at least, with any licence. */
const leastMemory = days(7);

/**
 * The pages of a window, with what a refusal is about: of one that begins too far back Graph only says that the
 * filter is invalid. The very filter is valid for later times, so where the window is old it is taken for its age.
 * Nobody says where Graph's memory begins; the pipeline finds out.
 */
export async function* toldOfAge(
  pages: AsyncIterable<Page>,
  window: Window,
  asOf: Instant,
): AsyncGenerator<Page> {
  try {
    yield* pages;
  } catch (thrown) {
    const about = thrown instanceof AppError ? thrown : null;
    const isFilter = about?.code === 'provider.rejected' && about.facts['reason'] === 'invalid-filter';
    if (about === null || !isFilter || window.from > minus(asOf, leastMemory)) throw thrown;
    throw new AppError(
      about.code,
      about.recovery,
      'Graph refuses a window that begins so long ago. What it no longer has is recorded as a gap.',
      { facts: { ...about.facts, reason: 'older-than-memory' }, cause: about },
    );
  }
}
