import { parseIp } from '../kernel/ip-address.ts';
import type { Instant } from '../kernel/time.ts';
import { severities } from '../model/event.ts';
import { queryFields, type QueryField, type QueryNode } from '../model/query.ts';
import { compareText, keyword } from './fold.ts';
import { timeSpan } from './time-text.ts';

export type RangeNode = Extract<QueryNode, { kind: 'range' }>;

/** Identifiers and text have no order worth asking for. */
const unordered: readonly QueryField[] = ['id', 'messageId', 'correlationId'];

/** Whether `field:[a TO b]` means something: times, severities, addresses and other keywords. */
export const isComparable = (field: QueryField): boolean =>
  field === 'time' || (queryFields[field] === 'keyword' && !unordered.includes(field));

/**
 * Whether a value lies in the range: times by the spans their texts name, severities by rank, IP addresses
 * by their bytes within the bounds' family, everything else by folded text in code point order.
 * What is no severity or no address lies in no range of them.
 */
export function inRange(range: RangeNode, value: string, asOf: Instant): boolean {
  if (range.field === 'time') return inTimeRange(range, Date.parse(value), asOf);
  const order = orderOf(range.field);
  const at = order(value);
  if (at === null) return false;
  return (
    (range.from === null || within(order(range.from), at, range.includeFrom)) &&
    (range.to === null || within(at, order(range.to), range.includeTo))
  );
}

/** Whether values, other than times, can lie between the two bounds of a range: they are in order, and of one family. */
export function areInOrder({ field, from, to, includeFrom, includeTo }: RangeNode): boolean {
  const order = orderOf(field);
  return from === null || to === null || within(order(from), order(to), includeFrom && includeTo);
}

type Place = readonly [group: number, text: string];

const within = (low: Place | null, high: Place | null, including: boolean): boolean => {
  if (low === null || high === null || low[0] !== high[0]) return false;
  const order = compareText(low[1], high[1]);
  return order < 0 || (including && order === 0);
};

function orderOf(field: QueryField): (text: string) => Place | null {
  if (field === 'severity') {
    return text => {
      const rank = severities.findIndex(one => one === keyword(text));
      return rank === -1 ? null : [0, String(rank)];
    };
  }
  if (field === 'ip') {
    return text => {
      const address = parseIp(text.trim());
      return address === null ? null : [address.family, address.hex];
    };
  }
  return text => [0, keyword(text)];
}

/** The half-open span of a time range, in milliseconds; infinite where it is open, null where it is empty. */
export function timeRange(range: RangeNode, asOf: Instant): { from: number; to: number } | null {
  const low = range.from === null ? null : timeSpan(range.from, asOf);
  const high = range.to === null ? null : timeSpan(range.to, asOf);
  if ((range.from !== null && low === null) || (range.to !== null && high === null)) return null;
  const from = low === null ? -Infinity : range.includeFrom ? low.from : low.to;
  const to = high === null ? Infinity : range.includeTo ? high.to : high.from;
  return from < to ? { from, to } : null;
}

function inTimeRange(range: RangeNode, at: number, asOf: Instant): boolean {
  const span = timeRange(range, asOf);
  return span !== null && at >= span.from && at < span.to;
}
