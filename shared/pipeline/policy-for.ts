import { AppError } from '../kernel/errors.ts';
import { days, seconds, type Duration } from '../kernel/time.ts';
import type { WindowPolicy, WindowPull } from '../sources/_kit/source.ts';
import type { PullTarget } from './pull-types.ts';

export function windowPull(target: Pick<PullTarget, 'source'>): WindowPull<unknown> {
  const { pull } = target.source;
  if (pull.kind === 'window') return pull;
  throw new AppError(
    'config.invalid',
    'give-up',
    `This version pulls sources by window; ${target.source.id} is a ${pull.kind}. Remove the connection.`,
    { facts: { source: target.source.id, kind: pull.kind } },
  );
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
