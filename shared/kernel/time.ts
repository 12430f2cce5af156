import type { Brand } from './brand.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. Finer fractions stay in raw. */
export type Instant = Brand<number, 'Instant'>;
/** Milliseconds. */
export type Duration = Brand<number, 'Duration'>;
/** Half-open: `from` belongs to it, `to` does not, so that neighbours neither overlap nor leave a hole. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

export const seconds = (n: number): Duration => (n * 1_000) as Duration;
export const minutes = (n: number): Duration => (n * 60_000) as Duration;
export const hours = (n: number): Duration => (n * 3_600_000) as Duration;
export const days = (n: number): Duration => (n * 86_400_000) as Duration;

/** The instant `ms` milliseconds after the epoch. Throws a RangeError on what is not a date. */
export function instant(ms: number): Instant {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) throw new RangeError('not an instant');
  return Math.trunc(ms) as Instant;
}

export const plus = (at: Instant, span: Duration): Instant => instant(at + span);
export const minus = (at: Instant, span: Duration): Instant => instant(at - span);
export const earlier = (a: Instant, b: Instant): Instant => (a <= b ? a : b);
export const later = (a: Instant, b: Instant): Instant => (a >= b ? a : b);

/**
 * Whether what was to wait until an instant need not wait any more: it has come; or it lies further ahead than anyone
 * ever waits for such a thing, twice over, and so was written while the clock was ahead.
 */
export const isWaitOver = (until: Instant, now: Instant, longest: Duration): boolean =>
  until <= now || until - now > 2 * longest;

/** `2026-10-05T09:12:44.183Z`: RFC 3339, UTC, milliseconds; the only form we write. */
export const isoInstant = (at: Instant): string => new Date(at).toISOString();
/** `2026-10-05T09:12:44Z`: what providers accept in filters. Cuts milliseconds off. */
export const isoSeconds = (at: Instant): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
/** `2026-10-05`, the UTC day. */
export const isoDay = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

// Strict on purpose: Date.parse accepts "1", local times and free text, and each of those has shifted
// somebody's events. Lenient provider forms live in sources/_kit/provider-time.ts.
const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Reads an RFC 3339 time with an offset; null for anything else. Fractions beyond milliseconds are cut. */
export function parseInstant(text: string): Instant | null {
  const m = rfc3339.exec(text);
  if (m === null) return null;
  const [, y, mo, d, h, mi, s, fraction, sign, oh, om] = m;
  const utc = utcMilliseconds(Number(y), Number(mo), Number(d), Number(h), Number(mi), Number(s), fraction);
  if (utc === null) return null;
  if (sign === undefined) return utc as Instant;
  if (Number(oh) > 23 || Number(om) > 59) return null;
  const offset = (Number(oh) * 60 + Number(om)) * 60_000;
  return (sign === '+' ? utc - offset : utc + offset) as Instant;
}

/**
 * Milliseconds since the epoch for a UTC wall-clock time (month 1–12), or null when there is no such time.
 * `fraction` is the digits after the decimal point. A leap second (…:60) becomes the next second.
 */
export function utcMilliseconds(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  fraction: string | undefined,
): number | null {
  if (hour > 23 || minute > 59 || second > 60 || month < 1 || month > 12 || day < 1) return null;
  const milli = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  // Date.UTC turns years 0–99 into 1900–1999, and 31 February into 3 March: check what came out.
  if (year < 100) return null;
  const midnight = Date.UTC(year, month - 1, day);
  const check = new Date(midnight);
  if (check.getUTCMonth() !== month - 1 || check.getUTCDate() !== day) return null;
  return midnight + hour * 3_600_000 + minute * 60_000 + second * 1_000 + milli;
}

/** The windows merged: sorted, overlapping and touching ones joined, empty ones dropped. */
export function mergeWindows(windows: readonly Window[]): Window[] {
  const sorted = windows.filter(w => w.to > w.from).sort((a, b) => a.from - b.from);
  const merged: Window[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && next.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: later(last.to, next.to) };
    } else merged.push(next);
  }
  return merged;
}
