import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../kernel/errors.ts';
import type { Mappings } from '../mappings/mappings.ts';
import { problemText, readMappings } from '../mappings/read-mappings.ts';

// In the repository, and beside a bundle that was made of it.
const builtIn = [
  new URL('../../mappings.yml', import.meta.url),
  new URL('./mappings.yml', import.meta.url),
] as const;

/**
 * The mapping file that a setting names; the built-in `mappings.yml` where it names none.
 * Throws `config.invalid` about the setting: with every mistake of the file, each with its line and column.
 */
export async function readMappingFile(
  path: string,
  sources: readonly { readonly id: string }[],
): Promise<Mappings> {
  const read = readMappings(
    path === '' ? await builtInText() : await textOf(path),
    sources.map(({ id }) => id),
  );
  if (read.ok) return read.mappings;
  const many = read.problems.length === 1 ? 'a mistake' : `${String(read.problems.length)} mistakes`;
  const name = path === '' ? 'mappings.yml' : basename(path);
  const lines = read.problems.map(problem => `${name} ${problemText(problem)}`);
  throw wrong(`has ${many}: ${lines.join('; ')}`);
}

async function builtInText(): Promise<string> {
  for (const place of builtIn) {
    try {
      return await readFile(place, 'utf8');
    } catch {
      // the next place; the error below when there is none
    }
  }
  throw wrong('is not set and the built-in one is missing: put mappings.yml beside the program');
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw wrong('cannot be read: give the path of a file that this process may read', cause);
  }
}

const wrong = (what: string, cause?: unknown): AppError =>
  new AppError('config.invalid', 'give-up', `The mapping file (HOLDFAST_MAPPINGS) ${what}.`, {
    target: 'HOLDFAST_MAPPINGS',
    ...(cause === undefined ? {} : { cause }),
  });
