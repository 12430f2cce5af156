/**
 * The lines of a byte stream, without their ends, as they come: a line ends at `\n` (an `\r` before it goes
 * too) and nowhere else. Node's readline also breaks at U+2028, which JSON strings may hold. A line cut by a
 * chunk is joined before it is decoded, so that no character is torn.
 */
export async function* readLines(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  let rest: Uint8Array[] = [];
  for await (const given of input) {
    const chunk = typeof given === 'string' ? Buffer.from(given) : given;
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      rest.push(chunk.subarray(from, at));
      yield lineOf(rest);
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield lineOf(rest);
}

function lineOf(parts: readonly Uint8Array[]): string {
  const [only] = parts;
  const text = (parts.length === 1 && only !== undefined ? Buffer.from(only) : Buffer.concat(parts)).toString(
    'utf8',
  );
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
