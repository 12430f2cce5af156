import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import { createFile, removeFile } from './durable-files.ts';
import { fileErrorCode } from './file-error.ts';

const holdSchema = z.strictObject({ hold: z.string() });

/** The holds on one object: a folder with a file for each, so that placing and releasing never rewrite. */
export interface RawHolds {
  place(folder: string, hold: string): Promise<void>;
  release(folder: string, hold: string): Promise<void>;
  names(folder: string): Promise<readonly string[]>;
  /** True also for a hold whose file cannot be read: what may be held is held. */
  any(folder: string): Promise<boolean>;
}

export function rawHolds(
  makeFolder: (folder: string) => Promise<void>,
  temporaryName: () => string,
): RawHolds {
  // `+` is not in the alphabet of keys: a hold's file is never taken for the folder of a longer key.
  const fileOf = (folder: string, hold: string): string => join(folder, `+${sha256(hold)}.json`);
  const files = async (folder: string): Promise<string[]> => {
    try {
      return (await readdir(folder)).filter(name => name.startsWith('+')).sort();
    } catch (thrown) {
      if (fileErrorCode(thrown) === 'ENOENT') return [];
      throw thrown;
    }
  };
  return {
    async place(folder, hold) {
      await makeFolder(folder);
      await createFile(fileOf(folder, hold), temporaryName(), Buffer.from(JSON.stringify({ hold })));
    },
    async release(folder, hold) {
      await removeFile(fileOf(folder, hold));
    },
    async names(folder) {
      const names: string[] = [];
      for (const file of await files(folder)) names.push(await readHold(join(folder, file)));
      return names.sort();
    },
    async any(folder) {
      return (await files(folder)).length > 0;
    },
  };
}

async function readHold(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  try {
    return holdSchema.parse(JSON.parse(text)).hold;
  } catch {
    throw new AppError(
      'archive.corrupt',
      'give-up',
      'The file of a legal hold is damaged; its object stays held. Restore the file from a backup.',
    );
  }
}
