import { AppError } from '../kernel/errors.ts';
import { days, seconds, type Duration } from '../kernel/time.ts';
import type { WindowPolicy, WindowPull } from '../sources/_kit/source.ts';
import type { PullTarget } from './pull-types.ts';

/** The pull of a source that is asked by window; the callers have seen that it is one. */
export function windowPull(target: Pick<PullTarget, 'source'>): WindowPull<unknown> {
  const { pull } = target.source;
  if (pull.kind === 'window') return pull;
  throw new AppError('bug', 'retry', `A ${pull.kind} was treated as if it were asked by window.`, {
    facts: { source: target.source.id, kind: pull.kind },
  });
}

/**
 * The source's policy, with this customer's own memory and rhythm where they differ. An interval set by hand is kept
 * to, however much or little comes.
 */
export function policyFor(target: Pick<PullTarget, 'source' | 'connection'>): WindowPolicy {
  const { policy } = windowPull(target);
  const { remembersDays, everySeconds } = target.connection;
  const lookback = remembersDays === null ? policy.lookback : days(remembersDays);
  if (everySeconds === null) return { ...policy, lookback };
  const step = Math.max(seconds(everySeconds), policy.grain) as Duration;
  return { ...policy, lookback, step, fastest: step, slowest: step };
}
