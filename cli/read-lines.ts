/**
 * The lines of a byte stream, without their ends, as they come: a line ends at `\n` (an `\r` before it goes
 * too) and nowhere else. Node's readline also breaks at U+2028, which JSON strings may hold. A line cut by a
 * chunk is joined before it is decoded, so that no character is torn. A byte order mark belongs to the stream, not to
 * its first line. Null stands for a line that is too long, whose bytes are not kept.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array | string>,
  longest: number = longestLine,
): AsyncGenerator<string | null> {
  let rest: Uint8Array[] = [];
  let size = 0;
  let first = true;
  const keep = (part: Uint8Array): void => {
    size += part.length;
    if (size <= longest) rest.push(part);
    else rest = [];
  };
  const take = (): string | null => {
    const text = size > longest ? null : lineOf(rest);
    rest = [];
    size = 0;
    const marked = first && text?.startsWith('\ufeff') === true;
    first = false;
    return marked ? text.slice(1) : text;
  };
  for await (const given of input) {
    const chunk = typeof given === 'string' ? Buffer.from(given) : given;
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      keep(chunk.subarray(from, at));
      yield take();
      from = at + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (size > 0) yield take();
}

/** Bytes: as many as a provider's whole answer may have. */
export const longestLine = 64 * 1024 * 1024;

function lineOf(parts: readonly Uint8Array[]): string {
  const [only] = parts;
  const bytes = parts.length === 1 && only !== undefined ? Buffer.from(only) : Buffer.concat(parts);
  const text = bytes.toString('utf8');
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
