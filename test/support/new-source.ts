import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { newSourceFiles } from '../../tools/new-source-files.ts';
import { sourcesFolder } from '../../tools/source-registry.ts';

/** The source `npm run new-source demo.new-things` makes, and its fixtures by name. */
export interface MadeUp {
  readonly source: Source;
  readonly fixture: (name: string) => Uint8Array;
}

export async function madeUpSource(): Promise<MadeUp> {
  const files = newSourceFiles('demo.new-things');
  const folder = await mkdtemp(join(tmpdir(), 'new-source-'));
  const kit = pathToFileURL(`${sourcesFolder}/`).href;
  try {
    for (const { path, text } of files) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      // Outside the tree the kit is elsewhere.
      const moved = text
        .replaceAll("'../../", `'${kit}../`)
        .replaceAll("'../_kit", `'${kit}_kit`)
        .replace("'zod'", `'${import.meta.resolve('zod')}'`);
      await writeFile(file, moved);
    }
    const module = (await import(pathToFileURL(join(folder, 'source.ts')).href)) as { demoNewThings: Source };
    const fixture = (name: string): Uint8Array =>
      Buffer.from(files.find(({ path }) => path === `fixtures/${name}`)?.text ?? '');
    return { source: module.demoNewThings, fixture };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
