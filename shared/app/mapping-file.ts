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

/** Of a file that is no mapping file nearly every line is a mistake. */
const toldMistakes = 10;

/**
 * The mapping file that a setting names (or an option, called `as`); the built-in `mappings.yml` where it names none.
 * Throws `config.invalid` about the setting: with the first mistakes of the file, each with its line and column.
 */
export async function readMappingFile(
  path: string,
  sources: readonly { readonly id: string }[],
  as = 'HOLDFAST_MAPPINGS',
): Promise<Mappings> {
  const wrong: Wrong = (what, cause) =>
    new AppError('config.invalid', 'give-up', `The mapping file (${as}) ${what}.`, {
      target: as,
      ...(cause === undefined ? {} : { cause }),
    });
  const read = readMappings(
    path === '' ? await builtInText(wrong) : await textOf(path, wrong),
    sources.map(({ id }) => id),
  );
  if (read.ok) return read.mappings;
  const many = read.problems.length === 1 ? 'a mistake' : `${String(read.problems.length)} mistakes`;
  const name = path === '' ? 'mappings.yml' : basename(path);
  const told = read.problems.slice(0, toldMistakes).map(problem => `${name} ${problemText(problem)}`);
  const more = read.problems.length - told.length;
  const rest = more > 0 ? [`and ${String(more)} more, which \`holdfast mapping check\` lists`] : [];
  throw wrong(`has ${many}: ${[...told, ...rest].join('; ')}`);
}

type Wrong = (what: string, cause?: unknown) => AppError;

async function builtInText(wrong: Wrong): Promise<string> {
  for (const place of builtIn) {
    try {
      return await readFile(place, 'utf8');
    } catch {
      // the next place; the error below when there is none
    }
  }
  throw wrong('is not set and the built-in one is missing: put mappings.yml beside the program');
}

async function textOf(path: string, wrong: Wrong): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw wrong('cannot be read: give the path of a file that this process may read', cause);
  }
}
