import type { Rhythm } from './working-hours.ts';

/**
 * A feed is cut into slots of equal width, counted from the epoch. `expected` is how many records a slot holds
 * on average, so asking for a range costs the slots it touches and no more.
 */
export interface Pace {
  /** Milliseconds. At most an hour, so that the rhythm of a day shows. */
  readonly width: number;
  expected(slot: number): number;
  /** True where the slot is kept awake for somebody watching, rather than by the office's own rhythm. */
  awake(slot: number): boolean;
}

export interface PacePlan {
  /** Records over `days`. */
  readonly total: number;
  readonly days: number;
  readonly rhythm: Rhythm;
  /** From here on at least `livePerMinute` records appear, at night and on Sundays too. */
  readonly liveFrom: number;
  readonly livePerMinute: number;
}

const minute = 60_000;
const widths = [60 * minute, 15 * minute, 5 * minute, minute];
/** A reader who wants one record pays for a slot: keep slots small. */
const slotAim = 64;

export function paceOf(plan: PacePlan): Pace {
  const perMillisecond = plan.total / (plan.days * 86_400_000);
  const width = widths.find(candidate => candidate * perMillisecond <= slotAim) ?? minute;
  const usual = (slot: number): number => perMillisecond * width * plan.rhythm(slot * width);
  const floor = (plan.livePerMinute * width) / minute;
  const live = (slot: number): boolean => slot * width >= plan.liveFrom;
  return {
    width,
    expected: slot => (live(slot) ? Math.max(usual(slot), floor) : usual(slot)),
    awake: slot => live(slot) && usual(slot) < floor,
  };
}
