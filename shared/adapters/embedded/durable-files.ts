import { link, mkdir, open, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileErrorCode } from './file-error.ts';

/** Puts a folder's own entries on the disk: without it a power cut can take a new file's name away. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes folders that are still there after a power cut. Each is made and its parent synced once per process:
 * another process may have made it and not have synced it yet.
 */
export function durableFolders(root: string): (folder: string) => Promise<void> {
  // Bounded: old windows' folders are rarely seen again.
  const known = new Set([root]);
  const most = 20_000;
  return async function make(folder) {
    if (known.has(folder)) return;
    await make(dirname(folder));
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (thrown) {
      if (fileErrorCode(thrown) !== 'EEXIST') throw thrown;
    }
    await syncFolder(dirname(folder));
    if (known.size >= most) {
      known.clear();
      known.add(root);
    }
    known.add(folder);
  };
}

/**
 * Writes a file that is either whole or absent, and only if there is none: first under `temporary`, synced,
 * then linked to its name, which fails when the name is taken, whoever took it. Durable when it resolves.
 * @returns false when `file` already exists.
 */
export async function createFile(file: string, temporary: string, content: Uint8Array): Promise<boolean> {
  try {
    await writeWhole(temporary, content);
    const created = await linkNew(temporary, file);
    // Also when it was there already: whoever linked it may not have come to this line.
    await syncFolder(dirname(file));
    return created;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeWhole(file: string, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o444);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A second name for a file; false when the name is taken. */
export async function linkNew(existing: string, name: string): Promise<boolean> {
  try {
    await link(existing, name);
    return true;
  } catch (thrown) {
    if (fileErrorCode(thrown) === 'EEXIST') return false;
    throw thrown;
  }
}

/** Removes a file; one that is gone already is fine. */
export async function removeFile(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (thrown) {
    if (fileErrorCode(thrown) !== 'ENOENT') throw thrown;
    return;
  }
  await syncFolder(dirname(file));
}
