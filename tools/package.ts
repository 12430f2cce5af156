import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { bundleFunctions, type BundleFile } from './functions-bundle.ts';
import { measureLoads } from './load-times.ts';
import { zip } from './zip-writer.ts';

/**
 * `npm run package`: what is deployed to Azure Functions, as the folder dist/functions and as dist/functions.zip.
 * Without `--fast` it also measures how long the bundle takes to load, beside the files it was made from.
 */
const root = resolve(import.meta.dirname, '..');
const mostBytes = 3 * 1024 * 1024;

/** Everything that is deployed, and what it weighs without the words around it. */
async function packageFiles(): Promise<{
  readonly files: readonly BundleFile[];
  readonly maps: readonly BundleFile[];
  readonly size: number;
}> {
  const { code, legal, maps, inputs } = await bundleFunctions();
  const strays = inputs.filter(path => /^(?:test|bench|simulator|cli|tools)\//.test(path));
  if (strays.length > 0) throw new Error(`The bundle holds what is not the product: ${strays.join(', ')}`);
  if (code.some(({ bytes }) => Buffer.from(bytes).includes('node:sqlite')))
    throw new Error('The bundle holds SQLite.');
  // Where a package does not say what its files are, Node compiles the whole bundle once more to find out.
  const text = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  const { name, version, license } = manifest;
  const files: BundleFile[] = [
    ...code,
    { path: 'app.js.LEGAL.txt', bytes: legal },
    { path: 'host.json', bytes: await readFile(join(root, 'host.json')) },
    {
      path: 'package.json',
      bytes: text({ name, version, license, private: true, type: 'commonjs', main: 'app.js' }),
    },
  ];
  // How events are written in OCSF, where this version has it.
  const mappings = await readFile(join(root, 'mappings.yml')).catch(() => null);
  if (mappings !== null) files.push({ path: 'mappings.yml', bytes: mappings });
  const size = code.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), maps, size };
}

async function writeFolder(folder: string, files: readonly BundleFile[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { path, bytes } of files) await writeFile(join(folder, path), bytes);
}

async function main(fast: boolean): Promise<void> {
  const { files, maps, size } = await packageFiles();
  const folder = join(root, 'dist/functions');
  await writeFolder(folder, files);
  await writeFolder(join(root, 'dist/functions-maps'), maps);
  const archive = zip(files);
  await writeFile(join(root, 'dist/functions.zip'), archive);
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)} MB`;
  console.log(`dist/functions      ${(await readdir(folder)).join(', ')}`);
  console.log(`bundle              ${mb(size)} (at most ${mb(mostBytes)}); folder ${mb(total)}`);
  console.log(`dist/functions.zip  ${mb(archive.length)}`);
  if (size > mostBytes) {
    console.error('The bundle is larger than it may be. Look at what was added to it.');
    process.exitCode = 1;
  }
  if (!fast) await measureLoads(join(folder, 'app.js'));
}

await main(process.argv.includes('--fast'));
