/**
 * A row's number in the index is its event's time: milliseconds since the year 0 in the upper bits, and below
 * them a slot that tells events of one millisecond apart. So FTS5's own order is the order of time, a window
 * is a range of numbers, and a page ends at a number. Bits enough for the years 0 to 9999 leave 14 for slots.
 */
export const slotBits = 14;
const slots = 1n << BigInt(slotBits);

/** Milliseconds from the year 0 to 1970. */
export const epochOffset = 62_167_219_200_000;
const lastMs = 253_402_300_800_000;

export const noRow = -1n;
export const lastRow = (1n << 63n) - 1n;

/** The number for a time and a slot below 2^14. */
export const rowId = (ms: number, slot: number): bigint => BigInt(ms + epochOffset) * slots + BigInt(slot);

/** The least number of a time; times beyond the years 0 to 9999 are at their ends. */
export const firstRowAt = (ms: number): bigint => rowId(Math.min(Math.max(ms, -epochOffset), lastMs), 0);

/** 32 bits that look random, from an id as packed. */
export function spread(packed: Uint8Array | string): number {
  if (typeof packed !== 'string') {
    const byte = (n: number): number => packed[n] ?? 0;
    return ((byte(4) << 24) | (byte(5) << 16) | (byte(6) << 8) | byte(7)) >>> 0;
  }
  let hash = 0x811c9dc5;
  for (let at = 0; at < packed.length; at++) hash = Math.imul(hash ^ packed.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** One event in so many is in the sample. */
export const sampleRate = 64;
/** By bits of the id that the slot does not use: whether an event is in the sample says nothing about its slot. */
export const isSampled = (bits: number): boolean => bits >>> 26 === 0;
export const slotOf = (bits: number, attempt: number): number =>
  (bits + attempt * 0x9e5) & ((1 << slotBits) - 1);
