import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { containerDefinition, containers } from '../shared/adapters/azure/containers.ts';
import { costPage, readCostInputs } from './azure-cost.ts';
import { settingsText } from './settings.ts';
import { registryText, root, sourceFolders } from './source-registry.ts';
import { sourcesPage } from './source-page.ts';

/**
 * `npm run gen`: writes what is derived from declarations. With `--check` it writes nothing, and fails when a file
 * is not what it would have written.
 */

interface Generated {
  readonly path: string;
  readonly text: string;
}

async function generatedFiles(): Promise<Generated[]> {
  const folders = await sourceFolders();
  const files: Generated[] = [
    { path: 'shared/sources/index.generated.ts', text: registryText(folders) },
    { path: 'docs/sources.md', text: sourcesPage(folders) },
    {
      path: 'docs/azure/cost.md',
      text: costPage(readCostInputs(await readFile(join(root, 'docs/azure/inputs.json'), 'utf8'))),
    },
  ];
  // Loaded late: the contract it is made from may itself want the registry written above.
  const { openApiText } = await import('./openapi.ts');
  return [
    ...(await Promise.all(files.map(formatted))),
    { path: 'docs/openapi.json', text: await openApiText() },
    { path: 'local.settings.example.json', text: settingsText() },
    // What the infrastructure creates is what the adapters expect.
    { path: 'infra/app/cosmos-containers.json', text: containersText() },
  ];
}

const containersText = (): string => `${JSON.stringify(containers.map(containerDefinition), null, 2)}\n`;

async function formatted({ path, text }: Generated): Promise<Generated> {
  const filepath = join(root, path);
  const style = await resolveConfig(filepath);
  return { path, text: await format(text, { ...style, filepath }) };
}

async function main(check: boolean): Promise<void> {
  let stale = 0;
  for (const { path, text } of await generatedFiles()) {
    const file = join(root, path);
    const there = await readFile(file, 'utf8').catch(() => null);
    if (there === text) continue;
    if (check) {
      stale += 1;
      console.error(`${path} is not what its declarations say. Run: npm run gen`);
    } else {
      await writeFile(file, text);
      console.log(`wrote ${path}`);
    }
  }
  if (stale > 0) process.exitCode = 1;
}

await main(process.argv.includes('--check'));
