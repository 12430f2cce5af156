import { AppError } from '../../kernel/errors.ts';

/** Where a page keeps its records: in the array `value` of an object, or it is an array itself. */
export type RecordsAt = 'value' | 'array';

// A page is looked into twice: by the source for its next link, by the pipeline for its records. The second look
// takes what the first one parsed. Weak, so that it lives no longer than the page's bytes.
const parsedPages = new WeakMap<Uint8Array, unknown>();

/** The page as JSON. Throws `provider.malformed` when it is not whole: cut short, HTML, or anything else. */
export function parsePage(bytes: Uint8Array): unknown {
  try {
    const page: unknown = JSON.parse(textOf(bytes));
    if (typeof page === 'object' && page !== null) parsedPages.set(bytes, page);
    return page;
  } catch (cause) {
    throw malformed('The provider’s answer is not whole JSON. It is asked for again.', bytes, cause);
  }
}

/** The page as it was parsed a moment ago, which is forgotten now; parsed where it was not. */
export function takePage(bytes: Uint8Array): unknown {
  const page = parsedPages.get(bytes) ?? parsePage(bytes);
  parsedPages.delete(bytes);
  return page;
}

/** The records of a page, in order. Throws `provider.malformed` when the page is not whole. */
export function splitRecords(bytes: Uint8Array, at: RecordsAt): readonly unknown[] {
  const page = takePage(bytes);
  const records = at === 'array' ? page : valueOf(page);
  if (Array.isArray(records)) return records;
  throw malformed('The provider’s answer holds no list of records. It is asked for again.', bytes);
}

function valueOf(page: unknown): unknown {
  return typeof page === 'object' && page !== null && 'value' in page ? page.value : undefined;
}

/** Bytes as text; a byte order mark is no part of it. Broken UTF-8 costs a replacement character, not the page. */
function textOf(bytes: Uint8Array): string {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const start = bytes.byteOffset + (marked ? 3 : 0);
  return Buffer.from(bytes.buffer, start, bytes.byteLength - (marked ? 3 : 0)).toString('utf8');
}

function malformed(message: string, bytes: Uint8Array, cause?: unknown): AppError {
  return new AppError('provider.malformed', 'retry', message, { facts: { bytes: bytes.byteLength }, cause });
}
