import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Source } from '../shared/sources/_kit/source.ts';

export const root = resolve(import.meta.dirname, '..');
export const sourcesFolder = join(root, 'shared/sources');

/** A source's folder, and what its `source.ts` exports it as. */
export interface SourceFolder {
  readonly id: string;
  readonly exportedAs: string;
  readonly source: Source;
}

/** The ids of all source folders: those named `vendor.stream`. */
export async function sourceIds(): Promise<string[]> {
  const entries = await readdir(sourcesFolder, { withFileTypes: true });
  return entries
    .filter(entry => entry.isDirectory() && /^[a-z0-9]+\.[a-z0-9-]+$/.test(entry.name))
    .map(entry => entry.name)
    .sort();
}

/** Every source folder, loaded. Throws where a folder exports no source with its own name as id. */
export async function sourceFolders(): Promise<SourceFolder[]> {
  return Promise.all((await sourceIds()).map(loadSource));
}

async function loadSource(id: string): Promise<SourceFolder> {
  const module: unknown = await import(pathToFileURL(join(sourcesFolder, id, 'source.ts')).href);
  for (const [exportedAs, value] of Object.entries(module ?? {})) {
    if (isSource(value) && value.id === id) return { id, exportedAs, source: value };
  }
  throw new Error(`shared/sources/${id}/source.ts exports no source with the id ${id}`);
}

const isSource = (value: unknown): value is Source =>
  typeof value === 'object' && value !== null && 'id' in value && 'pull' in value && 'normalize' in value;

/** `shared/sources/index.generated.ts`: the sources as the program knows them. */
export function registryText(folders: readonly SourceFolder[]): string {
  const imports = folders.map(({ id, exportedAs }) => `import { ${exportedAs} } from './${id}/source.ts';`);
  const names = folders.map(({ exportedAs }) => exportedAs);
  return [
    '// Written by `npm run gen` from the folders beside it.',
    "import type { Source } from './_kit/source.ts';",
    ...imports,
    '',
    '/** Every source, by id. */',
    `export const sources: readonly Source[] = [${names.join(', ')}];`,
    '',
  ].join('\n');
}
