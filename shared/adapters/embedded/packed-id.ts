/** Any row's id as SQLite keeps it. In its order texts come before bytes. */
export type PackedId = Uint8Array<ArrayBuffer> | string;

export const packedLength = 24;

/**
 * An event's id as it is kept: an event's own form in 24 bytes that sort as the text does, any other as text. The bytes
 * are written to `packed`, which may be one for many where each has been used when the next comes.
 */
export function packId(id: string, packed = new Uint8Array(packedLength)): PackedId {
  if (id.length !== 49 || id[8] !== '-') return id;
  for (let n = 0; n < packedLength; n++) {
    const at = n < 4 ? n * 2 : n * 2 + 1;
    const byte = hexDigit(id.charCodeAt(at)) * 16 + hexDigit(id.charCodeAt(at + 1));
    if (!(byte >= 0)) return id;
    packed[n] = byte;
  }
  return packed;
}

const hexDigit = (unit: number): number =>
  unit >= 48 && unit <= 57 ? unit - 48 : unit >= 97 && unit <= 102 ? unit - 87 : NaN;

export function unpackId(packed: unknown): string {
  if (typeof packed === 'string') return packed;
  const hex = packed instanceof Uint8Array ? Buffer.from(packed).toString('hex') : '';
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
