import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';

/** One line of a file: where it is, and its bytes without the line end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly offset: number;
  readonly bytes: Buffer;
}

const chunkSize = 1 << 20;
const newline = 0x0a;
const carriageReturn = 0x0d;
/** A byte order mark belongs to the file, not to its first record, and no JSON reader takes it. */
const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Reads a file line by line; holds a chunk and the line at hand, whatever the size of the file. */
export function* linesOf(path: string): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    // Searched and joined once: joined anew with each chunk, a line of a gigabyte takes minutes.
    let parts: Buffer[] = [];
    let size = 0;
    let offset = 0;
    let number = 0;
    const take = (last: Buffer): Line => {
      const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last]);
      parts = [];
      size = 0;
      number += 1;
      const line = lineFrom(bytes, offset, number);
      offset += bytes.length + 1;
      return line;
    };
    for (let position = 0; ;) {
      const chunk = Buffer.allocUnsafe(chunkSize);
      const got = readSync(file, chunk, 0, chunkSize, position);
      if (got === 0) break;
      position += got;
      let data = chunk.subarray(0, got);
      for (let end = data.indexOf(newline); end >= 0; end = data.indexOf(newline)) {
        yield take(data.subarray(0, end));
        data = data.subarray(end + 1);
      }
      if (data.length > 0) parts.push(data);
      size += data.length;
    }
    if (size > 0) yield take(Buffer.alloc(0));
  } finally {
    closeSync(file);
  }
}

function lineFrom(bytes: Buffer, offset: number, number: number): Line {
  const marked = offset === 0 && bytes.subarray(0, 3).equals(mark);
  const from = marked ? mark.length : 0;
  const to = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  return { number, offset: offset + from, bytes: bytes.subarray(from, Math.max(from, to)) };
}

export const isBlank = (line: Line): boolean =>
  line.bytes.every(byte => byte === 0x20 || byte === 0x09 || byte === carriageReturn);

/** The line's JSON value; undefined for what is not JSON, or not UTF-8 and therefore not JSON either. */
export function valueOf(line: Line): unknown {
  if (!isUtf8(line.bytes)) return undefined;
  try {
    const value: unknown = JSON.parse(line.bytes.toString('utf8'));
    return value;
  } catch {
    // The caller reports the line by its number; the parser's words would quote the record.
    return undefined;
  }
}

/** Reads stretches of files by place, keeping a few files open. */
export function fileReader(
  paths: readonly string[],
): (file: number, offset: number, length: number) => string {
  const open = new Map<number, number>();
  const most = 16;
  return (file, offset, length) => {
    let handle = open.get(file);
    if (handle === undefined) {
      const path = paths[file];
      if (path === undefined) throw new RangeError('no such file');
      handle = openSync(path, 'r');
      open.set(file, handle);
      const oldest = [...open][0];
      if (open.size > most && oldest !== undefined) {
        open.delete(oldest[0]);
        closeSync(oldest[1]);
      }
    }
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const size = readSync(handle, bytes, read, length - read, offset + read);
      if (size === 0)
        throw new Error('A file of records became shorter while it was served. Start the simulator again.');
      read += size;
    }
    return bytes.toString('utf8');
  };
}
