import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import { freeBytes } from '../../kernel/free-bytes.ts';
import { sha256 } from '../../kernel/hash.ts';
import { demandKey } from '../../kernel/raw-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RawArchive } from '../../ports/raw-archive.ts';
import { createFile, durableFolders, linkNew, syncFolder } from './durable-files.ts';
import { asArchiveError, fileErrorCode } from './file-error.ts';
import { encodeRawFile } from './raw-file-format.ts';
import { demandArchive, listObjects, objectFile, readMetadata, readObject } from './raw-file-reading.ts';
import { rawHolds } from './raw-holds.ts';

export interface FileRawArchive extends RawArchive {
  /** A harmless try of reading and writing. Throws what they would. */
  check(): Promise<void>;
}

/** Files on their way in or out that are older than this were left by a crash. Milliseconds. */
const abandonedAfter = 3_600_000;

/**
 * The evidence as files: `<folder>/<tenant>/<key>+.zst`, each of which `zstd -d` opens. Holds lie under
 * `.holds`; `.incoming` has files that have no name yet, or no longer; `.archive` marks the folder. Safe
 * between processes: a name is taken by link(2), which only one of them can win.
 */
export async function openFileRawArchive(options: {
  readonly folder: string;
  readonly clock: Clock;
}): Promise<FileRawArchive> {
  const { folder, clock } = options;
  const incoming = join(folder, '.incoming');
  const files: ArchiveFiles = {
    folder,
    marker: join(folder, '.archive'),
    makeFolder: durableFolders(folder),
    temporaryName: () => join(incoming, randomUUID()),
  };
  return guarded(async () => {
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    await syncFolder(dirname(folder));
    await sweep(incoming, clock.now() - abandonedAfter);
    const about = 'A raw archive of Holdfast. Its files open with zstd -d. Change nothing here by hand.\n';
    await createFile(files.marker, files.temporaryName(), Buffer.from(about));
    return archiveOver(files, clock);
  });
}

interface ArchiveFiles {
  readonly folder: string;
  readonly marker: string;
  readonly makeFolder: (folder: string) => Promise<void>;
  readonly temporaryName: () => string;
}

function archiveOver(files: ArchiveFiles, clock: Clock): FileRawArchive {
  return {
    put: (scope, object) => guarded(() => put(files, clock, scope.tenantId, object)),
    get: (scope, key) =>
      guarded(() => {
        demandKey(key);
        return readObject(files, scope.tenantId, key);
      }),
    async *list(scope, prefix) {
      try {
        yield* listObjects(files, scope.tenantId, prefix);
      } catch (thrown) {
        throw asArchiveError(thrown);
      }
    },
    ...holding(files),
    check: () =>
      guarded(async () => {
        await demandArchive(files);
        await access(files.folder, constants.R_OK | constants.W_OK | constants.X_OK);
      }),
  };
}

async function put(
  files: ArchiveFiles,
  clock: Clock,
  tenant: string,
  object: Parameters<RawArchive['put']>[1],
): ReturnType<RawArchive['put']> {
  const { key, bytes, contentType, retainUntil } = object;
  demandKey(key);
  const digest = sha256(bytes);
  const file = objectFile(files, tenant, key);
  // The look only saves work: whoever links first decides.
  if (!existsSync(file)) {
    const about = { tenant, key, contentType, storedAt: clock.now(), retainUntil };
    const content = await encodeRawFile(about, digest, bytes);
    await files.makeFolder(dirname(file));
    const created = await createFile(file, files.temporaryName(), content);
    freeBytes(content);
    if (created) return { status: 'created', sha256: digest };
  }
  // The stored bytes are read, not only their recorded hash: a damaged object must not be called "there".
  const stored = await readObject(files, tenant, key);
  await syncFolder(dirname(file));
  if (stored?.sha256 === digest) return { status: 'already-there', sha256: digest };
  throw new AppError(
    'archive.conflict',
    'give-up',
    `Other bytes are already archived under ${key}. They were not touched; the new ones need a key of their own.`,
  );
}

function holding(files: ArchiveFiles): Pick<RawArchive, 'hold' | 'release' | 'holds' | 'remove'> {
  const holds = rawHolds(files.makeFolder, files.temporaryName);
  const holdsOf = (tenant: string, key: string): string => join(files.folder, '.holds', tenant, key);
  return {
    hold: (scope, key, hold) =>
      guarded(async () => {
        demandKey(key);
        const folder = holdsOf(scope.tenantId, key);
        // First the hold, then the look: a removal under way either sees the hold or is seen here.
        await holds.place(folder, hold);
        if ((await readMetadata(files, scope.tenantId, key)) !== null) return;
        await holds.release(folder, hold);
        throw new AppError('not-found', 'give-up', 'There is no archived object under this key to hold.');
      }),
    release: (scope, key, hold) =>
      guarded(async () => {
        demandKey(key);
        await holds.release(holdsOf(scope.tenantId, key), hold);
      }),
    holds: (scope, key) =>
      guarded(async () => {
        demandKey(key);
        return holds.names(holdsOf(scope.tenantId, key));
      }),
    remove: (scope, key, now) =>
      guarded(async () => {
        demandKey(key);
        const metadata = await readMetadata(files, scope.tenantId, key);
        if (metadata === null) return;
        const folder = holdsOf(scope.tenantId, key);
        if (now < metadata.retainUntil || (await holds.any(folder))) throw held(key);
        const file = objectFile(files, scope.tenantId, key);
        if (await takeAway(file, files.temporaryName(), () => holds.any(folder))) throw held(key);
      }),
  };
}

/**
 * Removes a file unless, at the last look, it is held: then it is back and the answer is true. It loses its
 * name before that look, so that a hold placed meanwhile is either seen here or finds nothing to hold. What a
 * crash leaves under the name `going` is swept like any other abandoned file.
 */
async function takeAway(file: string, going: string, isHeld: () => Promise<boolean>): Promise<boolean> {
  try {
    await rename(file, going);
  } catch (thrown) {
    // Another process is removing it too.
    if (fileErrorCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
  const held = await isHeld();
  if (held) linkNew(going, file);
  await syncFolder(dirname(file));
  await rm(going, { force: true });
  return held;
}

const held = (key: string): AppError =>
  new AppError(
    'archive.held',
    'give-up',
    `The archived object ${key} may not be removed: its retention has not ended, or a hold lies on it.`,
  );

async function sweep(incoming: string, before: number): Promise<void> {
  for (const name of await readdir(incoming)) {
    const file = join(incoming, name);
    try {
      // ctime: a file on its way out has an old mtime, but has just been renamed.
      if ((await stat(file)).ctimeMs < before) await rm(file, { force: true });
    } catch (thrown) {
      // Its writer has just finished with it.
      if (fileErrorCode(thrown) !== 'ENOENT') throw thrown;
    }
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw asArchiveError(thrown);
  }
}
