import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';

const keyBytes = 32;

/**
 * 32 random bytes that belong to this data folder: signs continuations, so that a restart ends none of them.
 * Made on first use, readable by the owner only.
 */
export async function installationKey(folder: string): Promise<Uint8Array> {
  const path = join(folder, 'installation.key');
  const found = await readKey(path);
  if (found !== null) return found;
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, randomBytes(keyBytes), { mode: 0o600, flush: true });
  try {
    // link fails where another process was first; both then use that one's key.
    await link(draft, path);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
  } finally {
    await unlink(draft);
  }
  const made = await readKey(path);
  if (made !== null) return made;
  throw new AppError(
    'store.unavailable',
    'give-up',
    'The installation key could not be written to the data folder.',
  );
}

async function readKey(path: string): Promise<Uint8Array | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  }
  if (bytes.length === keyBytes) return bytes;
  throw new AppError(
    'config.invalid',
    'give-up',
    'The file installation.key in the data folder is damaged. Delete it: open result pages must then be searched anew.',
    { target: 'HOLDFAST_DATA' },
  );
}
