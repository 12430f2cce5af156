import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { fastFolder } from './fast-folder.ts';

/** A fresh empty folder, removed when the test ends. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(fastFolder, 'holdfast-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
