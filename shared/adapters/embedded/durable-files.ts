import { closeSync, fsync, linkSync, mkdirSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { fileErrorCode } from './file-error.ts';

// Only fsync waits for the disk, and only it leaves the thread. The other calls end in the page cache within
// microseconds; sent through the thread pool each would cost more than it does, and a put has a dozen.
const toDisk = promisify(fsync);

interface FolderSync {
  /** Ends the wait of everybody who came before it began. */
  readonly running: Promise<void>;
  /** One for all who came since. */
  next: Promise<void> | null;
}
const folderSyncs = new Map<string, FolderSync>();

/**
 * Puts a folder's own entries on the disk: without it a power cut can take a new file's name away. Who asks while
 * the folder is being synced waits for the next sync, and shares it: files that come side by side cost two.
 */
export function syncFolder(folder: string): Promise<void> {
  const under = folderSyncs.get(folder);
  if (under === undefined) return beginSync(folder);
  under.next ??= under.running.then(
    () => beginSync(folder),
    () => beginSync(folder),
  );
  return under.next;
}

function beginSync(folder: string): Promise<void> {
  const sync: FolderSync = {
    running: syncEntries(folder).finally(() => {
      if (sync.next === null) folderSyncs.delete(folder);
    }),
    next: null,
  };
  folderSyncs.set(folder, sync);
  return sync.running;
}

async function syncEntries(folder: string): Promise<void> {
  const handle = openSync(folder, 'r');
  try {
    await toDisk(handle);
  } finally {
    closeSync(handle);
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
      mkdirSync(folder, { mode: 0o700 });
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
    const created = linkNew(temporary, file);
    // Also when it was there already: whoever linked it may not have come to this line.
    await syncFolder(dirname(file));
    return created;
  } finally {
    rmSync(temporary, { force: true });
  }
}

async function writeWhole(file: string, content: Uint8Array): Promise<void> {
  const handle = openSync(file, 'wx', 0o444);
  try {
    // A disk that is nearly full takes a part and says how much.
    for (let at = 0; at < content.length;) at += writeSync(handle, content, at);
    await toDisk(handle);
  } finally {
    closeSync(handle);
  }
}

/** A second name for a file; false when the name is taken. */
export function linkNew(existing: string, name: string): boolean {
  try {
    linkSync(existing, name);
    return true;
  } catch (thrown) {
    if (fileErrorCode(thrown) === 'EEXIST') return false;
    throw thrown;
  }
}

/** Removes a file; one that is gone already is fine. */
export async function removeFile(file: string): Promise<void> {
  try {
    unlinkSync(file);
  } catch (thrown) {
    if (fileErrorCode(thrown) !== 'ENOENT') throw thrown;
    return;
  }
  await syncFolder(dirname(file));
}
