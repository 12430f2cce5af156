import { AppError, asAppError } from '../kernel/errors.ts';
import { hours, plus, type Instant } from '../kernel/time.ts';
import type { OpenWindow } from '../model/cursor.ts';
import { firstPage } from '../sources/_kit/first-page.ts';
import { cutDown } from './provider-memory.ts';
import { contextOf } from './pull-pages.ts';
import { windowPull } from './policy-for.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';

/** Within so much the beginning of a memory is looked for: a dozen requests for sixty days. */
const fineness = hours(1);

const isTooOld = (thrown: unknown): thrown is AppError =>
  thrown instanceof AppError &&
  thrown.code === 'provider.rejected' &&
  thrown.facts['reason'] === 'older-than-memory';

/**
 * A refusal for a window's age with `remembersFrom` in it, where the provider did not say itself from when on it
 * remembers: then that is found out by asking from one instant after another. Any other error is given back as it
 * is; so is the refusal of a provider that calls everything too old, because then it is not about age. What else
 * fails on the way is given back instead, and with the next try it is looked for again.
 */
export async function toldEdge(
  deps: PullDeps,
  target: PullTarget,
  open: OpenWindow,
  error: AppError,
): Promise<AppError> {
  if (!isTooOld(error) || 'remembersFrom' in error.facts) return error;
  const { code, recovery, message, facts } = error;
  try {
    const edge = await findEdge(deps, target, open);
    if (edge === null) return error;
    return new AppError(code, recovery, message, { facts: { ...facts, remembersFrom: edge }, cause: error });
  } catch (thrown) {
    return asAppError(thrown);
  }
}

/** An instant that is answered for, at most an hour behind one that is too old; null where none is answered for. */
async function findEdge(deps: PullDeps, target: PullTarget, open: OpenWindow): Promise<Instant | null> {
  const { lag, step, grain } = windowPull(target).policy;
  // Asked first: where even the newest is too old, nothing is answered for.
  let answered = cutDown(deps.clock.now() - lag - step, grain);
  let tooOld = open.window.from;
  if (!(await isAnswered(deps, target, open, answered))) return null;
  while (answered - tooOld > fineness) {
    const middle = cutDown((tooOld + answered) / 2, grain);
    if (await isAnswered(deps, target, open, middle)) answered = middle;
    else tooOld = middle;
  }
  return answered;
}

async function isAnswered(
  deps: PullDeps,
  target: PullTarget,
  open: OpenWindow,
  from: Instant,
): Promise<boolean> {
  const { pages, policy } = windowPull(target);
  const window = { from, to: plus(from, policy.step) };
  try {
    await firstPage(pages(contextOf(deps, target, deps.http(target.tenant), open), window, null));
    return true;
  } catch (thrown) {
    if (isTooOld(thrown)) return false;
    throw thrown;
  }
}
