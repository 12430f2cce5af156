import { instant, parseInstant, utcMilliseconds, type Instant, type Window } from '../kernel/time.ts';

const relative = /^now((?:[+-]\d{1,6}[smhdw])*)$/i;
const step = /([+-])(\d{1,6})([smhdw])/gi;
const unitMs: Readonly<Record<string, number>> = {
  s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000,
}; // prettier-ignore
// Further than any archive reaches; it keeps every sum inside what is a date.
const farthestMs = 1_000 * 366 * 86_400_000;
const calendar =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?)?)?[Zz]?$/;

/** What to say where a time was expected. */
export const timeForms = 'a time such as 2026-10-05, 2026-10-05T09:12:44Z or now-7d';

/**
 * The span a time text names: a year, month, day, minute, second or millisecond of UTC as written, or the
 * millisecond of `now-7d` (s, m, h, d, w) counted from `asOf`. Null for what is no time.
 * A span, so that `time:<=2026-10-05` includes that whole day and `time:2026-10` is a month.
 */
export function timeSpan(text: string, asOf: Instant): Window | null {
  const offset = relativeOffset(text);
  if (offset !== null) return Math.abs(offset) > farthestMs ? null : spanOf(asOf + offset, 1);
  const parts = calendar.exec(text);
  if (parts === null) {
    const at = parseInstant(text);
    return at === null ? null : spanOf(at, 1);
  }
  const [, year = '', month, day, hour, minute, second, fraction] = parts;
  const start = utcMilliseconds(
    Number(year), Number(month ?? 1), Number(day ?? 1),
    Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0), fraction,
  ); // prettier-ignore
  if (start === null) return null;
  if (fraction !== undefined) return spanOf(start, 1);
  if (second !== undefined) return spanOf(start, 1_000);
  if (hour !== undefined) return spanOf(start, 60_000);
  if (day !== undefined) return spanOf(start, 86_400_000);
  const next =
    month === undefined ? Date.UTC(Number(year) + 1, 0, 1) : Date.UTC(Number(year), Number(month), 1);
  return { from: instant(start), to: instant(next) };
}

/** Whether the text is counted from now, and so names another span tomorrow. */
export const isRelativeTime = (text: string): boolean => relative.test(text);

function relativeOffset(text: string): number | null {
  const found = relative.exec(text);
  if (found === null) return null;
  let sum = 0;
  for (const [, sign, count, unit = ''] of (found[1] ?? '').matchAll(step)) {
    sum += (sign === '-' ? -1 : 1) * Number(count) * (unitMs[unit.toLowerCase()] ?? 0);
  }
  return sum;
}

const spanOf = (from: number, length: number): Window => ({
  from: instant(from),
  to: instant(from + length),
});
