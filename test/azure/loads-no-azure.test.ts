import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../house/source-tree.ts';
import { tempFolder } from '../support/temp-folder.ts';

const run = promisify(execFile);

/** Loads a profile in a process of its own; answers the files and packages that came with it. */
async function loadedBy(script: string): Promise<readonly string[]> {
  const watched = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({
      load(url, context, next) {
        loaded.add(url);
        return next(url, context);
      },
    });
    await (async () => { ${script} })();
    process.stdout.write(JSON.stringify([...loaded]));
  `;
  const { stdout } = await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', watched],
    { cwd: root, maxBuffer: 64_000_000 },
  );
  return JSON.parse(stdout) as string[];
}

const from = (path: string): string => JSON.stringify(join(root, path));

test('the embedded profile, opened and composed, never loads an Azure SDK', async () => {
  const folder = await tempFolder();
  const loaded = await loadedBy(`
    const { openEmbeddedProfile } = await import(${from('shared/app/open-embedded-profile.ts')});
    await import(${from('shared/app/compose.ts')});
    await import(${from('shared/host/run-product.ts')});
    const opened = await openEmbeddedProfile(${JSON.stringify(folder)}, {});
    await opened.close();
  `);
  expect(loaded.some(url => url.includes('/adapters/embedded/open-embedded.ts'))).toBe(true);
  expect(loaded.filter(url => /@azure\/|@azure%2F|\/adapters\/azure\//.test(url))).toEqual([]);
});

test('the Azure profile never loads SQLite', async () => {
  const loaded = await loadedBy(`
    const { readConfig } = await import(${from('shared/app/config.ts')});
    const { openAzureProfile } = await import(${from('shared/app/open-azure-profile.ts')});
    const config = readConfig({
      HOLDFAST_PROFILE: 'azure',
      HOLDFAST_CLIENT_ID: 'ca11ab1e-0000-4000-8000-00000000cafe',
      HOLDFAST_COSMOS_URL: 'https://127.0.0.1:1',
      HOLDFAST_ARCHIVE_URL: 'https://127.0.0.1:1',
      HOLDFAST_QUEUE_URL: 'https://127.0.0.1:1/account/jobs',
      HOLDFAST_VAULT_URL: 'https://127.0.0.1:1',
      HOLDFAST_SEARCH_URL: 'https://127.0.0.1:1',
    });
    if (!config.ok) throw new Error(JSON.stringify(config.problems));
    await import(${from('shared/adapters/azure/search-index.ts')});
    // Stops at the index, before anybody is asked for a token: everything is loaded by then.
    await openAzureProfile(config.settings, () => Promise.reject(new Error('no index here'))).catch(() => {});
  `);
  expect(loaded.some(url => url.includes('/adapters/azure/open-azure.ts'))).toBe(true);
  expect(loaded.filter(url => url === 'node:sqlite' || url.includes('/open-database.ts'))).toEqual([]);
});
