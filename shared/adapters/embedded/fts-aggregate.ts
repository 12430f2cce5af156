import { AppError } from '../../kernel/errors.ts';
import type { FacetField, FacetValue } from '../../model/query.ts';
import {
  codeBreak,
  codeWidth,
  decodeNumber,
  encodeNumber,
  placeOf,
  recipientPlace,
  rowSeparator,
  timePlace,
  timeWidth,
} from './fts-codes.ts';
import type { Dictionary } from './fts-dictionary.ts';
import { epochOffset } from './fts-row-id.ts';

/** More bars than this no screen shows and no caller wants by accident. */
export const maxBars = 5_000;

interface Bar {
  readonly from: number;
  readonly count: number;
}

export interface Aggregates {
  readonly facets: ReadonlyMap<FacetField, readonly FacetValue[]>;
  readonly histogram: readonly Bar[] | null;
}

/** Counts how often numbers come: small ones, which nearly all are, in a plain array. */
interface Counter {
  add(number: number): void;
  entries(): [number: number, count: number][];
}

const smallNumbers = 65_536;

function counter(): Counter {
  const small = new Uint32Array(smallNumbers);
  const met: number[] = [];
  const large = new Map<number, number>();
  return {
    add(number) {
      if (number >= smallNumbers) {
        large.set(number, (large.get(number) ?? 0) + 1);
        return;
      }
      const before = small[number] ?? 0;
      if (before === 0) met.push(number);
      small[number] = before + 1;
    },
    entries: () => [...large, ...met.map((number): [number, number] => [number, small[number] ?? 0])],
  };
}

/**
 * Facets and histogram of rows joined into one text. Each row stands for `weight` events. Values that come
 * equally often are in the order in which the index first met them.
 * @throws AppError `request.invalid` when the interval makes more than 5,000 bars.
 */
export function aggregate(
  joined: string,
  weight: number,
  asked: { facets: readonly FacetField[]; facetLimit: number; interval: number | null },
  dictionary: Dictionary,
): Aggregates {
  const placed = asked.facets.filter(field => field !== 'recipient');
  const counters = placed.map(field => ({
    counter: counter(),
    place: placeOf(field),
    width: codeWidth[field],
  }));
  const recipients = asked.facets.includes('recipient') ? counter() : null;
  const bars = new Map<number, number>();
  const { interval } = asked;
  const width = codeWidth.recipient;
  for (let row = 0; row < joined.length;) {
    for (const one of counters) one.counter.add(decodeNumber(joined, row + one.place, one.width));
    if (interval !== null) {
      const ms = decodeNumber(joined, row + timePlace, timeWidth) - epochOffset;
      const bar = Math.floor(ms / interval);
      bars.set(bar, (bars.get(bar) ?? 0) + 1);
    }
    const next = joined.indexOf(rowSeparator, row + recipientPlace);
    const end = next === -1 ? joined.length : next;
    if (recipients !== null) {
      for (let at = row + recipientPlace + codeBreak.length; at < end; at += width + codeBreak.length) {
        recipients.add(decodeNumber(joined, at, width));
      }
    }
    row = end + 1;
  }
  const facets = new Map<FacetField, readonly FacetValue[]>();
  const { facetLimit } = asked;
  placed.forEach((field, n) => {
    facets.set(
      field,
      mostFrequent(field, counters[n]?.counter.entries() ?? [], weight, facetLimit, dictionary),
    );
  });
  if (recipients !== null) {
    facets.set('recipient', mostFrequent('recipient', recipients.entries(), weight, facetLimit, dictionary));
  }
  return { facets, histogram: interval === null ? null : histogramOf(bars, interval, weight) };
}

function mostFrequent(
  field: FacetField,
  entries: [number: number, count: number][],
  weight: number,
  limit: number,
  dictionary: Dictionary,
): readonly FacetValue[] {
  return entries
    .filter(([number]) => number !== 0)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, limit)
    .map(([number, count]) => ({
      value: dictionary.valueOf(field, encodeNumber(number, codeWidth[field])),
      count: count * weight,
    }));
}

function histogramOf(bars: ReadonlyMap<number, number>, interval: number, weight: number): Bar[] {
  const sorted = [...bars].sort((a, b) => a[0] - b[0]);
  if (sorted.length > maxBars) {
    const span = ((sorted.at(-1)?.[0] ?? 0) - (sorted[0]?.[0] ?? 0) + 1) * interval;
    throw new AppError(
      'request.invalid',
      'give-up',
      `An interval of ${interval} ms makes more than ${maxBars} bars. Ask for ${Math.ceil(span / maxBars)} ms or more, or for a shorter time.`,
      { target: 'interval' },
    );
  }
  return sorted.map(([bar, count]) => ({ from: bar * interval, count: count * weight }));
}
