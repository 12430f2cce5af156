import { days, instant, later, minutes, type Duration, type Instant } from '../kernel/time.ts';
import type { Cursor } from '../model/cursor.ts';
import { memorySlack } from '../sources/_kit/provider-errors.ts';
import type { WindowPolicy } from '../sources/_kit/source.ts';

/** How long a provider's word of how far it remembers is taken for true. */
const believedFor = days(7);
/** A window may be so many times as wide as the time that is left to read it in. */
const pace = 96;
/** Less than this is not reckoned with: at the very edge a window must be worth its request too. */
const leastLeft = minutes(15);

export const cutDown = (at: number, grain: Duration): Instant => instant(Math.floor(at / grain) * grain);
export const cutUp = (at: number, grain: Duration): Instant => instant(Math.ceil(at / grain) * grain);

/** Everything before it the provider has forgotten. */
export function memoryEdge(policy: WindowPolicy, now: Instant): Instant {
  const at = policy.fromMidnight === true ? cutDown(now, days(1)) : now;
  return cutUp(at - policy.lookback, policy.grain);
}

/**
 * From when on it is worth asking. Where the memory moves on from moment to moment, that is a little later: it moves
 * on while a window waits for its turn and is being read.
 */
export function memoryFloor(policy: WindowPolicy, now: Instant): Instant {
  const edge = memoryEdge(policy, now);
  return policy.fromMidnight === true ? edge : cutUp(edge + memorySlack, policy.grain);
}

/**
 * How far back the provider said to remember, while that is believed; null where it said nothing. For a week: by then
 * somebody may have bought the licence, and it is asked once more.
 */
const saidSpan = ({ remembers }: Cursor, now: Instant): number | null =>
  remembers === undefined || now - remembers.at > believedFor ? null : remembers.span;

/**
 * `memoryFloor` as far as this stream has learned it: a provider may remember less than its source says, as it does
 * for a customer without a licence. It refuses a window that begins before that, so neither an overlap nor a re-read may.
 */
export function knownFloor(cursor: Cursor, policy: WindowPolicy, now: Instant): Instant {
  const said = saidSpan(cursor, now);
  const floor = memoryFloor(policy, now);
  return said === null ? floor : later(floor, cutUp(now - said, policy.grain));
}

/**
 * The widest window that can be trusted to be read before its beginning is forgotten. A provider refuses further pages
 * of a window whose beginning it has forgotten meanwhile, and then nothing of it counts as answered: the nearer to
 * that a window begins, the narrower it is, so that what is oldest is answered and done with first.
 */
export function widthInTime(cursor: Cursor, policy: WindowPolicy, from: Instant, now: Instant): Duration {
  const end = from + policy.lookback;
  const forgottenAt = policy.fromMidnight === true ? cutUp(end + 1, days(1)) : end;
  const said = saidSpan(cursor, now);
  const left = Math.min(forgottenAt, said === null ? Number.POSITIVE_INFINITY : from + said) - now;
  return (pace * Math.max(left, leastLeft)) as Duration;
}
