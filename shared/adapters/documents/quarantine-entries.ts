import type { QuarantinedRecord, QuarantineEntry } from '../../model/event.ts';

/**
 * The entries that records of one call make: of equal ones on one page each is an entry of its own, by its place among
 * them; a page that is given twice gives no more of them. Records of a page must come in one call.
 */
export function quarantineEntries(records: readonly QuarantinedRecord[]): readonly QuarantineEntry[] {
  const places = new Map<string, number[]>();
  for (const record of records) {
    const equals = places.get(equalsOf(record)) ?? [];
    if (!equals.includes(record.raw.index)) places.set(equalsOf(record), [...equals, record.raw.index]);
  }
  for (const indexes of places.values()) indexes.sort((a, b) => a - b);
  return records.map(record => ({
    ...record,
    nth: places.get(equalsOf(record))?.indexOf(record.raw.index) ?? 0,
  }));
}

const equalsOf = ({ source, stream, raw, recordHash }: QuarantinedRecord): string =>
  JSON.stringify([source, stream, raw.key, recordHash]);

/** A stored entry; one from before equal records were counted is the first of them. */
export const storedEntry = (document: unknown): QuarantineEntry => ({
  nth: 0,
  ...(document as QuarantinedRecord),
});

/** What names an entry within its stream. */
export const entryName = ({ recordHash, nth }: Pick<QuarantineEntry, 'recordHash' | 'nth'>): string =>
  nth === 0 ? recordHash : `${recordHash} ${nth}`;
