import { closeSync, openSync, readSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import { instant } from '../../kernel/time.ts';
import { splitPrefix } from '../../kernel/raw-key.ts';
import type { RawEntry, RawObject } from '../../ports/raw-archive.ts';
import { fileErrorCode } from './file-error.ts';
import { decodeBody, decodeMetadata, headLength, usualHead, type RawMetadata } from './raw-file-format.ts';
import { objectSuffix } from './raw-key.ts';

/** The files of one archive. */
export interface RawFolder {
  readonly folder: string;
  /** A file that is there as long as the archive's disk is. */
  readonly marker: string;
}

export const objectFile = (raw: RawFolder, tenant: string, key: string): string =>
  join(raw.folder, tenant, `${key}${objectSuffix}`);

export const corruptObject = (key: string): AppError =>
  new AppError(
    'archive.corrupt',
    'give-up',
    `The archived object ${key} is not what was stored: its file was damaged or changed. Keep that file for examination, and restore it from a backup.`,
  );

/**
 * A file's absence means "never stored" only while the archive itself is there: an unmounted disk leaves an
 * empty folder behind, and would make every object look absent.
 */
export async function demandArchive(raw: RawFolder): Promise<void> {
  await stat(raw.marker);
}

/** The object, verified; null when there is none under this key. */
export async function readObject(raw: RawFolder, tenant: string, key: string): Promise<RawObject | null> {
  const content = await absentAsNull(raw, () => readFile(objectFile(raw, tenant, key)));
  if (content === null) return null;
  const head = headLength(content);
  const metadata = head === null ? null : decodeMetadata(content.subarray(0, head));
  if (head === null || metadata === null || !isOf(metadata, tenant, key)) throw corruptObject(key);
  const bytes = await decodeBody(metadata, content.subarray(head));
  if (bytes === null) throw corruptObject(key);
  return {
    key,
    bytes,
    sha256: metadata.sha256,
    contentType: metadata.contentType,
    storedAt: instant(metadata.storedAt),
    retainUntil: instant(metadata.retainUntil),
  };
}

/** What is known about an object without reading its bytes; null when there is none under this key. */
export async function readMetadata(raw: RawFolder, tenant: string, key: string): Promise<RawMetadata | null> {
  const head = await absentAsNull(raw, () => readHead(objectFile(raw, tenant, key)));
  if (head === null) return null;
  const metadata = decodeMetadata(head);
  if (metadata === null || !isOf(metadata, tenant, key)) throw corruptObject(key);
  return metadata;
}

/** A file's head as far as it is there: the decoder says whether that is enough. */
function readHead(file: string): Uint8Array {
  const handle = openSync(file, 'r');
  try {
    const start = readStart(handle, usualHead);
    const length = headLength(start) ?? 0;
    return length <= start.length ? start.subarray(0, length) : readStart(handle, length);
  } finally {
    closeSync(handle);
  }
}

function readStart(handle: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(handle, bytes, 0, length, 0));
}

/**
 * Every object under a prefix in key order, one folder in memory at a time. A damaged one does not hide the
 * others: the good ones are all given, and only then does the listing fail.
 */
export async function* listObjects(raw: RawFolder, tenant: string, prefix: string): AsyncGenerator<RawEntry> {
  const { folders, start } = splitPrefix(prefix);
  await demandArchive(raw);
  let damage: AppError | null = null;
  const base = folders.length === 0 ? '' : `${folders.join('/')}/`;
  for await (const key of keysIn(join(raw.folder, tenant, ...folders), base, start)) {
    try {
      const metadata = await readMetadata(raw, tenant, key);
      // Null: retention removed it since its folder was read.
      if (metadata !== null) yield { key, sha256: metadata.sha256, size: metadata.size };
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      damage ??= thrown;
    }
  }
  if (damage !== null) throw damage;
}

async function* keysIn(folder: string, base: string, start: string): AsyncGenerator<string> {
  for (const { name, isFolder } of await namesIn(folder, start)) {
    if (isFolder) yield* keysIn(join(folder, name), `${base}${name}/`, '');
    else yield `${base}${name}`;
  }
}

async function namesIn(folder: string, start: string): Promise<{ name: string; isFolder: boolean }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return (
      entries
        .map(entry => ({ name: entry.name, isFolder: entry.isDirectory() }))
        .filter(entry => entry.isFolder || entry.name.endsWith(objectSuffix))
        .map(entry =>
          entry.isFolder ? entry : { ...entry, name: entry.name.slice(0, -objectSuffix.length) },
        )
        .filter(entry => entry.name.startsWith(start))
        // A folder's keys go on with "/": "a-b" comes before "a/b", and "a" before both.
        .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    );
  } catch (thrown) {
    const code = fileErrorCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw thrown;
  }
}

const sortKey = (entry: { name: string; isFolder: boolean }): string =>
  entry.isFolder ? `${entry.name}/` : entry.name;

const isOf = (metadata: RawMetadata, tenant: string, key: string): boolean =>
  metadata.tenant === tenant && metadata.key === key;

async function absentAsNull<T>(raw: RawFolder, read: () => T | Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (thrown) {
    if (fileErrorCode(thrown) !== 'ENOENT') throw thrown;
    await demandArchive(raw);
    return null;
  }
}
