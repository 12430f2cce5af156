import type { GraphVersion, SimRecord } from '../world/world.ts';

export interface Range {
  readonly from: number;
  readonly to: number;
}
/** After the first `passed` records with exactly this time. */
export interface Position {
  readonly time: number;
  readonly passed: number;
}
export interface PageRequest {
  readonly range: Range;
  readonly order: 'asc' | 'desc';
  readonly from: Position | null;
  readonly size: number;
  /** What was visible then, as it was then: a walk over pages sees one state of things. */
  readonly asOf: number;
  readonly version?: GraphVersion;
  read(range: Range): Iterable<SimRecord>;
  /** Null when every record of the range is wanted. */
  readonly keep: ((record: SimRecord, text: string) => boolean) | null;
}

// A rare match must not make one request read a whole month: the page ends early, maybe empty, with a next link.
const mostRead = 20_000;
/** Characters: long records make short pages, as a provider's do, so that no answer is too long to be taken in. */
const mostText = 16 * 1024 * 1024;

/** One page of records in time order, and where the next begins; null after the last. */
export function readPage(request: PageRequest): { texts: string[]; next: Position | null } {
  const { range, order, from, size, asOf, keep } = request;
  const rest =
    from === null
      ? range
      : order === 'asc'
        ? { from: from.time, to: range.to }
        : { from: range.from, to: from.time + 1 };
  const texts: string[] = [];
  let skip = from?.passed ?? 0;
  let last: Position | null = from;
  let read = 0;
  let length = 0;
  for (const record of request.read(rest)) {
    if (skip > 0 && record.time === from?.time) {
      skip -= 1;
      continue;
    }
    if (texts.length >= size || read >= mostRead) return { texts, next: last };
    const text = record.json(asOf, request.version);
    const kept = keep === null || keep(record, text);
    if (kept && texts.length > 0 && length + text.length > mostText) return { texts, next: last };
    read += 1;
    last = { time: record.time, passed: record.time === last?.time ? last.passed + 1 : 1 };
    if (!kept) continue;
    length += text.length;
    texts.push(text);
  }
  return { texts, next: null };
}
