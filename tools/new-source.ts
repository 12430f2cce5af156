import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isSourceId, newSourceFiles } from './new-source-files.ts';
import { root, sourcesFolder } from './source-registry.ts';

/** `npm run new-source vendor.stream`: a folder to begin from. Overwrites nothing. */
async function main(id: string | undefined): Promise<void> {
  if (id === undefined || !isSourceId(id)) {
    throw new Error(
      'Say which source: npm run new-source vendor.stream (lower case, words joined by hyphens)',
    );
  }
  const folder = join(sourcesFolder, id);
  if (existsSync(folder)) throw new Error(`${relative(root, folder)} is there already`);
  for (const { path, text } of newSourceFiles(id)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
    console.log(`wrote ${relative(root, file)}`);
  }
  console.log(
    '\nFill source.ts, schema.ts and normalize.ts, add fixtures, then: npm run gen, npm run golden, npm test',
  );
}

try {
  await main(process.argv[2]);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}
