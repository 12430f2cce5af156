import { sha256 } from '../shared/kernel/hash.ts';

/** Numbers in [0, 1): a seed and a label always give the same ones, in the same order. */
export function seededNumbers(seed: number, label: string): () => number {
  let state = Number.parseInt(sha256(`${seed}/${label}`).slice(0, 8), 16);
  // mulberry32: small, fast, and good enough to decide which request misbehaves.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A GUID that is always the same for the same text. */
export function guidOf(text: string): string {
  const hex = sha256(text);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant + hex.slice(17, 20), hex.slice(20, 32)].join('-'); // prettier-ignore
}

export const isGuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
