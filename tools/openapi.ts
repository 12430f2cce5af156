import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { format } from 'prettier';
import { openApiDocument } from '../shared/api/openapi.ts';

/** Writes docs/openapi.json from the contract; with --check, says whether it is as the contract has it. */
const path = resolve(import.meta.dirname, '../docs/openapi.json');

/** The document as it is committed: formatted, so that a change shows as the lines it touches. */
export const openApiText = (): Promise<string> =>
  format(JSON.stringify(openApiDocument()), { parser: 'json' });

async function main(): Promise<void> {
  const text = await openApiText();
  if (!process.argv.includes('--check')) {
    await writeFile(path, text);
    console.log(`wrote ${path}`);
    return;
  }
  const committed = await readFile(path, 'utf8').catch(() => '');
  if (committed === text) return;
  console.error('docs/openapi.json is not what the contract says. Run: node tools/openapi.ts');
  process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) await main();
