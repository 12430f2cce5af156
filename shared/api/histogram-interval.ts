import type { Instant, Window } from '../kernel/time.ts';
import { InputProblem } from './parse-input.ts';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** More than any screen has room for; 15m over a year is within it. */
const maxBars = 40_000;
const year = 366 * 86_400_000;

/**
 * `15m` as milliseconds. Throws where the bars over the asked span would be beyond counting: an open beginning
 * counts as a year, an open end as now.
 */
export function histogramInterval(text: string, window: Window | null, asOf: Instant): number {
  const interval = Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 0);
  const to = Math.min(window?.to ?? asOf, asOf);
  const from = Math.max(window?.from ?? 0, to - year);
  if (interval > 0 && (to - from) / interval <= maxBars) return interval;
  throw new InputProblem(
    `A bar every ${text} over this time is too many. Ask for wider bars, or narrow it with from and to.`,
    'interval',
  );
}
