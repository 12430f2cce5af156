import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Instant } from '../shared/kernel/time.ts';
import { CommandError, exitCodes } from './exit-code.ts';

const savedSchema = z.record(z.string(), z.object({ token: z.string(), expiresAt: z.number() }));
type Saved = z.infer<typeof savedSchema>;

/** The user's own configuration folder, as the platform has it. */
export function tokenPath(env: Readonly<Record<string, string | undefined>>): string {
  const given = env['XDG_CONFIG_HOME'] ?? '';
  if (given !== '') return join(given, 'holdfast', 'tokens.json');
  const roaming = env['APPDATA'] ?? '';
  if (process.platform === 'win32' && roaming !== '') return join(roaming, 'holdfast', 'tokens.json');
  return join(homedir(), '.config', 'holdfast', 'tokens.json');
}

/**
 * Keeps the token for this service and no other: a saved token is sent only to the address it was got for.
 * The file is its owner's alone, and is replaced as a whole so that a crash leaves the old one.
 */
export async function saveToken(
  path: string,
  origin: string,
  token: string,
  expiresAt: Instant,
): Promise<void> {
  const saved: Saved = { ...(await load(path)), [origin]: { token, expiresAt } };
  const fresh = `${path}.${String(process.pid)}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(fresh, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
    // A file of that name left by a crash keeps its mode when it is written again.
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    const code = codeOf(error) ?? 'unknown';
    throw new CommandError(exitCodes.unexpected, `The token cannot be saved in ${path} (${code})`, {
      next: 'Set XDG_CONFIG_HOME to a folder you may write to, or leave out --save: then it is printed.',
      cause: error,
    });
  }
}

/** The token saved for this service; null where there is none. Throws when it has expired. */
export async function savedToken(path: string, origin: string, now: Instant): Promise<string | null> {
  const found = (await load(path))[origin];
  if (found === undefined) return null;
  if (found.expiresAt > now) return found.token;
  throw new CommandError(exitCodes.refused, 'The saved token has expired.', {
    next: 'Sign in again: holdfast token --as PERSONA --save (or without --as, in the browser).',
  });
}

async function load(path: string): Promise<Saved> {
  try {
    return savedSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    // Nothing has been saved yet, or nothing can be where a file stands in place of the folder.
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return {};
    throw new CommandError(exitCodes.unexpected, `The file of saved tokens cannot be read: ${path}`, {
      next: 'Remove it and sign in again.',
      cause: error,
    });
  }
}

const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
