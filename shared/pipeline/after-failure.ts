import type { AppError } from '../kernel/errors.ts';
import {
  earlier,
  instant,
  isWaitOver,
  minutes,
  plus,
  seconds,
  type Duration,
  type Instant,
} from '../kernel/time.ts';
import type { Cursor, Gap, OpenWindow } from '../model/cursor.ts';
import { clockSkew } from './clock-skew.ts';
import { forgotten, forgottenRequest, gonePast, type GoPast } from './forgotten-span.ts';

/** One refusal is often a provider's hiccup; a licence check has been seen to fail nine times in ten. */
const refusalsBeforePause = 3;
const refusalSpan = minutes(30);
const firstWait = seconds(30);
const longestWait = minutes(30);
/** The longest wait of all: a paused stream is still tried now and then, so that a mended consent needs nobody to come back here. */
const pausedWait = minutes(6 * 60);

/** After these a narrower window may do what the wide one could not. */
const narrowing = new Set([
  'provider.unavailable',
  'provider.endless',
  'provider.truncated',
  'provider.malformed',
  'provider.link-expired',
]);

/**
 * The cursor after a failure: lease given back, when to try again, and whether the stream pauses. `narrows` is false
 * where no narrower window can be asked for: what a feed has read of its window is stored, and sealed with it.
 */
export function afterFailure(cursor: Cursor, error: AppError, now: Instant, narrows = true): Cursor {
  const earlier = cursor.failures?.code === error.code ? cursor.failures : null;
  const count = (earlier?.count ?? 0) + 1;
  const since = earlier?.since ?? now;
  const pauses =
    error.recovery === 'pause-source' && count >= refusalsBeforePause && now - since >= refusalSpan;
  const wait = pauses ? pausedWait : waitAfter(error, count);
  const narrower = narrows && narrowing.has(error.code) && count >= 2;
  // The place where paging stands may itself be what fails (a link to a stranger, a dead token under another
  // name): asked for again it would fail for ever, so the window starts over.
  const poisoned = error.code === 'provider.untrusted-url' || count >= refusalsBeforePause;
  return {
    ...cursor,
    open: givenBack(cursor.open, narrower, poisoned),
    failures: { count, since, code: error.code, retryAt: plus(now, wait) },
    // A failure on the way out of a run does not undo what a person decided meanwhile.
    paused: pauses && cursor.paused?.by !== 'person' ? { reason: error.code, at: now } : cursor.paused,
  };
}

function givenBack(open: OpenWindow | null, narrower: boolean, poisoned: boolean): OpenWindow | null {
  if (open === null || narrower) return null;
  return { ...open, lease: null, resume: poisoned ? null : open.resume };
}

function waitAfter(error: AppError, count: number): Duration {
  const doubled = Math.min(firstWait * 2 ** (count - 1), longestWait);
  const floor = error.recovery === 'pause-source' ? refusalSpan / refusalsBeforePause : 0;
  return Math.min(Math.max(doubled, floor, error.retryAfterMs ?? 0), pausedWait) as Duration;
}

/** Whether the timer leaves a stream alone that failed. A wait that began in the future is of a clock that was ahead. */
export const isResting = ({ failures }: Cursor, now: Instant): boolean =>
  failures !== null && failures.since <= now + clockSkew && !isWaitOver(failures.retryAt, now, pausedWait);

/**
 * What a provider's "that is older than I remember" means: how far it remembers, so that no overlap and no re-read
 * asks for more, and the gaps up to there of what has never been read. Null when the error says no such
 * thing. Without it the same refused request would be made for ever.
 */
export function pastForgotten(
  cursor: Cursor,
  error: AppError,
  grain: Duration,
  now: Instant,
): { readonly cursor: Cursor; readonly gaps: readonly Gap[] } | null {
  const said = error.facts['remembersFrom'];
  const { open } = cursor;
  if (error.code !== 'provider.rejected' || typeof said !== 'number' || open === null) return null;
  const floor = instant(Math.ceil(said / grain) * grain);
  if (floor <= open.window.from || floor > now) return null;
  const learned: Cursor = {
    ...cursor,
    remembers: { span: now - floor, at: now },
    open: null,
    failures: overtaken(cursor, open, now),
  };
  const past = pastFloor(cursor, open, floor, now);
  return past === null ? { cursor: learned, gaps: [] } : { cursor: gonePast(learned, past), gaps: past.gaps };
}

/**
 * A window whose beginning was forgotten while it was being read took too long: the next is half as wide. As wide
 * again it would be overtaken again, for ever.
 */
export function overtaken(cursor: Cursor, open: OpenWindow, now: Instant): Cursor['failures'] {
  if (open.counts.pages === 0) return cursor.failures;
  return {
    since: now,
    ...cursor.failures,
    count: (cursor.failures?.count ?? 0) + 1,
    code: 'provider.rejected',
    retryAt: now,
  };
}

function pastFloor(cursor: Cursor, open: OpenWindow, floor: Instant, now: Instant): GoPast | null {
  if (open.purpose === 'requested') {
    const [wanted] = cursor.requested;
    const to = wanted === undefined ? open.window.to : earlier(floor, wanted.window.to);
    return forgottenRequest(cursor, { from: open.window.from, to }, now);
  }
  const from = cursor.committedTo;
  if (open.purpose === 'reread' || floor <= from) return null;
  return { do: 'go-past', of: 'forward', gaps: [forgotten(from, floor, now)], to: floor };
}
