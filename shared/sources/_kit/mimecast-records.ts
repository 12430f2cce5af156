import { AppError } from '../../kernel/errors.ts';
import { elementBytes, memberOf } from './record-bytes.ts';
import { fields } from './reading.ts';
import { takePage } from './split-json.ts';

/** What a Mimecast page's records lie in, below `data`: `logs` of `{"data":[{"logs":[…]}]}`. */
export type Wrapper =
  'logs' | 'clickLogs' | 'attachmentLogs' | 'impersonationLogs' | 'dlpLogs' | 'trackedEmails';

/**
 * The records of a Mimecast page, in order: what lies in the wrapper of each element of `data`, and the elements that
 * have none. Endpoints differ in whether they wrap, and their documentation is wrong about it in places, so both are
 * read everywhere. Throws `provider.malformed` when the page is not whole or has no `data`.
 */
export function mimecastRecords(bytes: Uint8Array, wrapper: Wrapper): readonly unknown[] {
  return recordsIn(takePage(bytes), bytes, wrapper);
}

/** The same of a page that is parsed already. */
export const recordsIn = (page: unknown, bytes: Uint8Array, wrapper: Wrapper): readonly unknown[] =>
  dataOf(page, bytes).flatMap(element => wrapped(element, wrapper) ?? [element]);

/** The exact bytes of the record that `mimecastRecords` gives at `index`. Throws `archive.corrupt` where there is none. */
export function mimecastRecordBytes(bytes: Uint8Array, wrapper: Wrapper, index: number): Uint8Array {
  const list = memberOf(bytes, 'data');
  let before = 0;
  for (const [n, element] of dataIn(bytes).entries()) {
    const inside = wrapped(element, wrapper);
    const count = inside?.length ?? 1;
    if (index < before + count) {
      const found = elementBytes(bytes, list, n);
      return inside === null ? found : elementBytes(found, memberOf(found, wrapper), index - before);
    }
    before += count;
  }
  throw new AppError(
    'archive.corrupt',
    'give-up',
    'The archived page has no such record. Verify the archive.',
    {
      facts: { index, bytes: bytes.byteLength },
    },
  );
}

/** Null where the element is a record itself. A wrapper of null, or nothing but a count, wraps nothing. */
function wrapped(element: unknown, wrapper: Wrapper): readonly unknown[] | null {
  const known = fields(element);
  if (known === null) return null;
  const inside = known[wrapper];
  if (Array.isArray(inside)) return inside as readonly unknown[];
  return inside === null || (inside === undefined && isBareCount(known)) ? [] : null;
}

const isBareCount = (element: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(element).every(key => key === 'resultCount');

function dataOf(page: unknown, bytes: Uint8Array): readonly unknown[] {
  const data = fields(page)?.['data'];
  if (Array.isArray(data)) return data;
  throw new AppError(
    'provider.malformed',
    'retry',
    'Mimecast’s answer holds no list of records. It is asked for again.',
    { facts: { bytes: bytes.byteLength } },
  );
}

function dataIn(archived: Uint8Array): readonly unknown[] {
  try {
    return dataOf(takePage(archived), archived);
  } catch (cause) {
    throw new AppError(
      'archive.corrupt',
      'give-up',
      'The archived page cannot be read. Verify the archive.',
      {
        facts: { bytes: archived.byteLength },
        cause,
      },
    );
  }
}
