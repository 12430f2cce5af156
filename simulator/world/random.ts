import { sha256 } from '../../shared/kernel/hash.ts';

/**
 * Repeatable randomness. Everything in the invented world is drawn from (key, slot, index), never from what was
 * drawn before: that is what makes any range of it readable in any order, in any process, with the same bytes.
 */
export interface Key {
  readonly high: number;
  readonly low: number;
}

/** A small fast counter-based generator (128 bits of state). Mutable: one per record, thrown away after. */
export interface Random {
  a: number;
  b: number;
  c: number;
  d: number;
}

/** The key of one feed. 64 bits, because a 32-bit one gives two records of a million the same id. */
export function keyOf(...parts: readonly (string | number)[]): Key {
  const digest = sha256(JSON.stringify(parts));
  return { high: Number.parseInt(digest.slice(0, 8), 16), low: Number.parseInt(digest.slice(8, 16), 16) };
}

/** The generator of one place in a feed. Two places never start from the same state. */
export function randomOf(key: Key, slot: number, index: number): Random {
  const r: Random = { a: key.high | 0, b: key.low | 0, c: slot | 0, d: index | 0 };
  // Neighbouring places differ in a bit or two; a dozen rounds make them unlike.
  for (let i = 0; i < 12; i += 1) bits(r);
  return r;
}

/** 32 random bits as a number from 0 to 4294967295. */
export function bits(r: Random): number {
  const sum = (((r.a + r.b) | 0) + r.d) | 0;
  r.d = (r.d + 1) | 0;
  r.a = r.b ^ (r.b >>> 9);
  r.b = (r.c + (r.c << 3)) | 0;
  r.c = (((r.c << 21) | (r.c >>> 11)) + sum) | 0;
  return sum >>> 0;
}

const range32 = 4_294_967_296;

/** From 0 up to, not including, 1. */
export const fraction = (r: Random): number => bits(r) / range32;
/** A whole number from 0 up to, not including, `count`. */
export const below = (r: Random, count: number): number => Math.floor((bits(r) / range32) * count);
/** A whole number from `low` up to and including `high`. */
export const between = (r: Random, low: number, high: number): number => low + below(r, high - low + 1);
export const chance = (r: Random, probability: number): boolean => bits(r) < probability * range32;

export function pick<T>(r: Random, list: readonly T[]): T {
  const found = list[below(r, list.length)];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
}

export interface Weighted<T> {
  readonly weight: number;
  readonly value: T;
}
/** Picks by weight. The weights are added up once, when the table is made. */
export function table<T>(entries: readonly Weighted<T>[]): (r: Random) => T {
  const total = entries.reduce((sum, entry) => sum + entry.weight, 0);
  const last = entries.at(-1);
  if (last === undefined) throw new RangeError('an empty table');
  return r => {
    let left = fraction(r) * total;
    for (const entry of entries) {
      left -= entry.weight;
      if (left < 0) return entry.value;
    }
    return last.value;
  };
}

// Four digits at a time: building ids digit by digit was a third of the whole cost of a record.
const quads: readonly string[] = Array.from({ length: 65_536 }, (_, n) => n.toString(16).padStart(4, '0'));
const quad = (n: number): string => quads[n & 0xffff] ?? '0000';

/** A version 4 GUID, lower case. */
export function guid(r: Random): string {
  const a = bits(r);
  const b = bits(r);
  const c = bits(r);
  const d = bits(r);
  return (
    `${quad(a >>> 16)}${quad(a)}-${quad(b >>> 16)}-${quad(0x4000 | (b & 0xfff))}` +
    `-${quad(0x8000 | ((c >>> 16) & 0x3fff))}-${quad(c)}${quad(d >>> 16)}${quad(d)}`
  );
}

/** Eight hexadecimal digits. */
export function hex8(r: Random): string {
  const a = bits(r);
  return quad(a >>> 16) + quad(a);
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** Capital letters and digits, as in provider ids. */
export function code(r: Random, length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += letters[below(r, 36)] ?? 'X';
  return text;
}

/** About `expected` of something: a whole number whose mean is `expected`, livelier than rounding. */
export function countAbout(r: Random, expected: number): number {
  return Math.floor(expected * (0.6 + 0.8 * fraction(r)) + fraction(r));
}
