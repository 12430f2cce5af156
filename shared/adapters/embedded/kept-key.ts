import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import { fileErrorCode } from './file-error.ts';

interface KeyFile {
  readonly name: string;
  readonly make: () => Uint8Array;
  readonly isWhole: (bytes: Uint8Array) => boolean;
  /** What to do when it is damaged, as a sentence. */
  readonly mend: string;
}

/**
 * A key in a file of the data folder, made on first use and readable by the owner only: the same for every process
 * that has the folder open.
 */
export async function keptKey(folder: string, file: KeyFile): Promise<Uint8Array> {
  try {
    const path = join(folder, file.name);
    return (await readKey(path, file)) ?? (await makeKey(folder, path, file));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const how = `The file ${file.name} in the data folder cannot be read or written. Check that its disk is there, knows hard links, and that this user may write to it.`;
    throw new AppError('store.unavailable', 'retry-later', how, { cause });
  }
}

async function makeKey(folder: string, path: string, file: KeyFile): Promise<Uint8Array> {
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, file.make(), { mode: 0o600, flush: true });
  try {
    // link fails where somebody else was first; both then use that one's key.
    await link(draft, path);
  } catch (thrown) {
    if (fileErrorCode(thrown) !== 'EEXIST') throw thrown;
  } finally {
    await unlink(draft);
  }
  const made = await readKey(path, file);
  if (made === null) throw new Error('the key that was just made is not there');
  return made;
}

async function readKey(path: string, { name, isWhole, mend }: KeyFile): Promise<Uint8Array | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (thrown) {
    if (fileErrorCode(thrown) === 'ENOENT') return null;
    throw thrown;
  }
  if (isWhole(bytes)) return bytes;
  throw new AppError('config.invalid', 'give-up', `The file ${name} in the data folder is damaged. ${mend}`, {
    target: 'HOLDFAST_DATA',
  });
}
