import { hours, minutes, type Duration } from '../kernel/time.ts';
import type { Cursor } from '../model/cursor.ts';
import type { WindowPolicy } from '../sources/_kit/source.ts';

/** Between which intervals a stream's rhythm moves. */
export interface RhythmBounds {
  readonly fastest: Duration;
  /** Where it begins, and where something new brings an idle stream back to. */
  readonly usual: Duration;
  readonly slowest: Duration;
}

/** New records in one window from which on a stream counts as busy. */
const busyFrom = 200;
const slowDown = 1.5;
const easeOff = 1.25;

/** A source's own bounds, or a fifth and the sixfold of its usual interval, from a minute up to an hour. */
export function rhythmBounds(policy: Pick<WindowPolicy, 'step' | 'fastest' | 'slowest'>): RhythmBounds {
  const usual = policy.step;
  const fastest = policy.fastest ?? Math.max(usual / 5, minutes(1));
  const slowest = policy.slowest ?? Math.min(usual * 6, hours(1));
  return {
    fastest: Math.min(fastest, usual) as Duration,
    usual,
    slowest: Math.max(slowest, usual) as Duration,
  };
}

/** How often a stream is asked now: what its activity made of it, or its usual interval before its first answer. */
export function everyOf(cursor: Pick<Cursor, 'every'>, policy: WindowPolicy): Duration {
  const { fastest, usual, slowest } = rhythmBounds(policy);
  return Math.min(Math.max(cursor.every ?? usual, fastest), slowest) as Duration;
}

/**
 * The interval after a window with so many new records. Nothing new: a step slower. Anything new: an idle stream is
 * back at its usual interval at once, because one event seldom comes alone. A busy one is asked twice as often, and
 * eases off when it calms down.
 */
export function nextEvery(every: Duration, bounds: RhythmBounds, fresh: number): Duration {
  const { fastest, usual, slowest } = bounds;
  if (fresh === 0) return Math.min(every * slowDown, slowest) as Duration;
  if (fresh >= busyFrom) return Math.max(Math.min(every, usual) / 2, fastest) as Duration;
  return Math.min(every * easeOff, usual) as Duration;
}
