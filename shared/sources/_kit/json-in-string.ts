/**
 * A value that may be JSON inside a string (`"\"Security Reader\""`, `"[{\"Name\":…}]"`), unpacked; text that is no
 * JSON, and everything that is no text, stays what it is. Unpacks one layer.
 */
export function unpacked(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const first = value.trimStart()[0];
  if (first !== '"' && first !== '[' && first !== '{') return value;
  try {
    const inner: unknown = JSON.parse(value);
    return inner;
  } catch {
    return value; // text that only looks like JSON: cut short by the provider, or a person's own quotes
  }
}
