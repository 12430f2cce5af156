import { gunzipSync } from 'node:zlib';
import { AppError } from '../../kernel/errors.ts';

/** What one file may grow to. A file of more is not read, and waits in quarantine as it is. */
const largest = 256 * 1024 * 1024;
const newline = 0x0a;

/**
 * The records of a batch file, one a line. The file is archived as the store has it, compressed or not, because that
 * is what was sent; so it is decompressed here, of however many members it consists. A line that is no JSON is a
 * record that is text: it goes to quarantine and costs its neighbours nothing. Throws `provider.malformed` when the
 * file is cut short, or no line of it is a record.
 */
export function batchRecords(bytes: Uint8Array): readonly unknown[] {
  const plain = decompressed(bytes);
  let read = 0;
  const records = [...linesOf(plain)].map(([from, to]) => {
    const line = textOf(plain.subarray(from, to));
    try {
      const record: unknown = JSON.parse(line);
      read += 1;
      return record;
    } catch {
      return line; // the schema refuses it, with its place in the file
    }
  });
  if (read > 0 || records.length === 0) return records;
  throw malformed(bytes);
}

/** The bytes of one line, as they are in the file. Throws `archive.corrupt` where there is none. */
export function batchRecordBytes(bytes: Uint8Array, index: number): Uint8Array {
  let plain: Uint8Array;
  try {
    plain = decompressed(bytes);
  } catch (cause) {
    throw corrupt(bytes, index, cause);
  }
  let n = 0;
  for (const [from, to] of linesOf(plain)) {
    if (n === index) return plain.subarray(from, to);
    n += 1;
  }
  throw corrupt(bytes, index);
}

function decompressed(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: largest });
  } catch (cause) {
    throw malformed(bytes, cause);
  }
}

/** Where each line that holds something begins and ends, without the white space around it. */
function* linesOf(bytes: Uint8Array): Generator<readonly [from: number, to: number]> {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  for (let start = marked ? 3 : 0; start < bytes.length;) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    let [from, to] = [start, end];
    while (from < to && isSpace(bytes[from])) from += 1;
    while (to > from && isSpace(bytes[to - 1])) to -= 1;
    if (to > from) yield [from, to];
    start = end + 1;
  }
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

const malformed = (bytes: Uint8Array, cause?: unknown): AppError =>
  new AppError(
    'provider.malformed',
    'retry',
    'A batch file of Mimecast is not whole. It is asked for again.',
    { facts: { bytes: bytes.byteLength }, cause },
  );

const corrupt = (bytes: Uint8Array, index: number, cause?: unknown): AppError =>
  new AppError('archive.corrupt', 'give-up', 'The archived file has no such record. Verify the archive.', {
    facts: { index, bytes: bytes.byteLength },
    cause,
  });
