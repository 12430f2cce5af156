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

/** The source's policy, with this customer's own memory and rhythm where they differ. */
export function policyFor(target: Pick<PullTarget, 'source' | 'connection'>): WindowPolicy {
  const { policy } = windowPull(target);
  const { remembersDays, everySeconds } = target.connection;
  return {
    ...policy,
    lookback: remembersDays === null ? policy.lookback : days(remembersDays),
    step: everySeconds === null ? policy.step : (Math.max(seconds(everySeconds), policy.grain) as Duration),
  };
}
