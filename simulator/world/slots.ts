export interface Timed {
  readonly time: number;
}
/** Half-open: `from` belongs to it, `to` does not. */
export interface Range {
  readonly from: number;
  readonly to: number;
}
export type Order = 'asc' | 'desc';

/**
 * What the slots of a feed hold in [from, to), one slot at a time. `make` returns a slot's items sorted by time,
 * all within the slot; descending order is exactly ascending order read backwards.
 */
export function* overSlots<T extends Timed>(
  range: Range,
  order: Order,
  width: number,
  make: (slot: number) => readonly T[],
): Generator<T> {
  if (!(range.to > range.from)) return;
  const first = Math.floor(range.from / width);
  const last = Math.ceil(range.to / width) - 1;
  for (let n = 0; n <= last - first; n += 1) {
    const items = make(order === 'asc' ? first + n : last - n);
    yield* within(items, range, order);
  }
}

/** The sorted items with time in [from, to), in the order asked for. */
export function* within<T extends Timed>(items: readonly T[], range: Range, order: Order): Generator<T> {
  for (let n = 0; n < items.length; n += 1) {
    const item = items[order === 'asc' ? n : items.length - 1 - n];
    if (item !== undefined && item.time >= range.from && item.time < range.to) yield item;
  }
}

/** Two sorted sequences as one. Of equal times the first sequence's come first (last when descending). */
export function* merged<T extends Timed>(
  first: Iterable<T>,
  second: Iterable<T>,
  order: Order,
): Generator<T> {
  const waiting = second[Symbol.iterator]();
  let next = waiting.next();
  for (const item of first) {
    while (next.done !== true && goesBefore(next.value.time, item.time, order)) {
      yield next.value;
      next = waiting.next();
    }
    yield item;
  }
  while (next.done !== true) {
    yield next.value;
    next = waiting.next();
  }
}

const goesBefore = (second: number, first: number, order: Order): boolean =>
  order === 'asc' ? second < first : second >= first;

/** Ordinary life: what happens in each slot, sorted by time, all within the slot. */
export interface SlotFeed<T extends Timed> {
  readonly width: number;
  slot(slot: number): readonly T[];
}
