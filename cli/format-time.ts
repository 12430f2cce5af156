import {
  days,
  hours,
  isoInstant,
  minutes,
  minus,
  parseInstant,
  type Instant,
} from '../shared/kernel/time.ts';
import { usageError } from './exit-code.ts';

/** `2026-10-05 09:12:44` of an RFC 3339 time in UTC; the column's title says UTC. Anything else as it is. */
export function shortTime(text: string | null): string {
  if (text === null) return '';
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.test(text) ? text.slice(0, 19).replace('T', ' ') : text;
}

/** `2026-10-05 09:12:44 UTC`, for a time that stands alone. */
export const longTime = (text: string | null): string => (text === null ? '' : `${shortTime(text)} UTC`);

/** `1.2 s`, `3 min 10 s`, `2 h 5 min`. */
export function spanText(ms: number): string {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const all = Math.round(ms / 1_000);
  if (all < 3_600) return `${String(Math.floor(all / 60))} min ${String(all % 60)} s`;
  return `${String(Math.floor(all / 3_600))} h ${String(Math.floor((all % 3_600) / 60))} min`;
}

/**
 * An option's time as RFC 3339: `2026-10-05T09:12:44Z`, `2026-10-05` (its first instant, UTC), `now`, or back
 * from now: `now-7d`, `7d`, `12h`, `30m`.
 */
export function instantOption(name: string, text: string, now: Instant): string {
  const exact = parseInstant(text);
  if (exact !== null) return isoInstant(exact);
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseInstant(`${text}T00:00:00Z`) : null;
  if (day !== null) return isoInstant(day);
  if (text === 'now') return isoInstant(now);
  const back = /^(?:now-)?(\d{1,5})([mhd])$/.exec(text);
  if (back !== null) {
    const count = Number(back[1]);
    const span = back[2] === 'm' ? minutes(count) : back[2] === 'h' ? hours(count) : days(count);
    return isoInstant(minus(now, span));
  }
  throw usageError(
    `--${name} is not a time: "${text}".`,
    'Give 2026-10-05T09:12:44Z, 2026-10-05 (UTC), now, or back from now: 7d, 12h, 30m.',
  );
}
