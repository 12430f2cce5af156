import { instant, type Instant } from '../kernel/time.ts';
import { severities } from '../model/event.ts';
import { areInOrder, inRange, timeRange, type RangeNode } from './comparison.ts';
import { printQuery } from './print.ts';
import { isRelativeTime } from './time-text.ts';

/** Longer values say no more in a sentence. */
const longestShown = 100;

/**
 * What is wrong with a range in which no value whatever lies, and what to write; null for any other. Such a range is a
 * slip, and an answer of nothing would be taken for one about the events.
 * @param asOf what `now` means; null: a range between now and a date is not judged.
 */
export function emptyRange(range: RangeNode, asOf: Instant | null): string | null {
  const { from, to, includeFrom, includeTo } = range;
  if (!isEmpty(range, asOf)) return null;
  const turned = { ...range, from: to, to: from, includeFrom: includeTo, includeTo: includeFrom };
  if (from !== null && to !== null && !isEmpty(turned, asOf)) {
    return `the range ends before it begins: write ${shown(turned, 'its bounds the other way round')}`;
  }
  const closed = { ...range, includeFrom: true, includeTo: true };
  if (!isEmpty(closed, asOf)) {
    return `nothing lies between these bounds: write ${shown(closed, '[ and ] to include them')}`;
  }
  return 'an IPv4 and an IPv6 address have no range between them: write a range of each';
}

function isEmpty(range: RangeNode, asOf: Instant | null): boolean {
  const { field, from, to } = range;
  // Of severities there are so few that none may be left though the bounds are in order.
  if (field === 'severity') return !severities.some(one => inRange(range, one, instant(0)));
  if (field !== 'time') return !areInOrder(range);
  if (from === null || to === null) return false;
  const clock = asOf ?? (isRelativeTime(from) === isRelativeTime(to) ? instant(0) : null);
  return clock !== null && timeRange(range, clock) === null;
}

function shown(range: RangeNode, otherwise: string): string {
  const text = printQuery(range);
  return text.length > longestShown ? otherwise : text;
}
