/** Any row's id as SQLite keeps it. In its order texts come before bytes. */
export type PackedId = Uint8Array<ArrayBuffer> | string;

export const packedLength = 24;

/**
 * An event's id as it is kept: an event's own form in 24 bytes that sort as the text does, any other as text. The bytes
 * are written to `packed`, which may be one for many where each has been used when the next comes.
 */
export function packId(id: string, packed = new Uint8Array(packedLength)): PackedId {
  if (id.length !== 49 || id[8] !== '-') return id;
  let met = 0;
  for (let n = 0; n < packedLength; n++) {
    const at = n < 4 ? n * 2 : n * 2 + 1;
    const high = digitOf[id.charCodeAt(at)] ?? noDigit;
    const low = digitOf[id.charCodeAt(at + 1)] ?? noDigit;
    met |= high | low;
    packed[n] = (high << 4) | low;
  }
  return met < noDigit ? packed : id;
}

const noDigit = 16;
const digitOf = new Uint8Array(128).fill(noDigit);
for (const [value, digit] of Array.from('0123456789abcdef').entries()) digitOf[digit.charCodeAt(0)] = value;

export function unpackId(packed: unknown): string {
  if (typeof packed === 'string') return packed;
  const hex = packed instanceof Uint8Array ? Buffer.from(packed).toString('hex') : '';
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
