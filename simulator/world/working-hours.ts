/** How busy an hour is, relative to the mean of a week: 1 is the mean. */
export type Rhythm = (time: number) => number;

const hour = 3_600_000;
const day = 24 * hour;
const weekday = [
  0.12, 0.1, 0.08, 0.08, 0.1, 0.2, 0.4, 1, 2, 2.7, 2.8, 2.6, 1.7, 2.4, 2.7, 2.6, 2.1, 1.4, 0.7, 0.5, 0.45, 0.35,
  0.25, 0.18,
]; // prettier-ignore
const weekend = [
  0.1, 0.08, 0.07, 0.07, 0.07, 0.08, 0.1, 0.15, 0.2, 0.3, 0.35, 0.35, 0.3, 0.3, 0.28, 0.28, 0.25, 0.25, 0.25, 0.28,
  0.25, 0.2, 0.15, 0.12,
]; // prettier-ignore
const week = [weekend, weekday, weekday, weekday, weekday, weekday, weekend];
const mean = week.flat().reduce((sum, level) => sum + level, 0) / 168;

/** The rhythm of an office in an IANA time zone: working hours on weekdays, quiet weekends and nights. */
export function workingHours(zone: string): Rhythm {
  const local = localTime(zone);
  return time => {
    const at = local(time);
    // 1970-01-01 was a Thursday.
    const weekdayIndex = (Math.floor(at / day) + 4) % 7;
    const level = week[weekdayIndex]?.[Math.floor((at % day) / hour)];
    return (level ?? mean) / mean;
  };
}

/** Milliseconds shifted so that UTC arithmetic on them gives the zone's wall clock (by the offset at noon of the day). */
export function localTime(zone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  // Asking Intl costs microseconds, so the last day asked for is remembered; readers walk day by day.
  let rememberedDay = Number.NaN;
  let offset = 0;
  return time => {
    const today = Math.floor(time / day);
    if (today !== rememberedDay) {
      rememberedDay = today;
      offset = offsetIn(format, today * day + 12 * hour);
    }
    return time + offset;
  };
}

function offsetIn(format: Intl.DateTimeFormat, time: number): number {
  const name =
    format.formatToParts(new Date(time)).find(part => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
  if (match === null) return 0;
  const size = Number(match[2]) * hour + Number(match[3]) * 60_000;
  return match[1] === '-' ? -size : size;
}
