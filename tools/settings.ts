import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { settingNames } from '../shared/app/config.ts';

/**
 * Writes local.settings.example.json from the settings the product knows; with `--check`, says whether it is what
 * they are. Copy it to local.settings.json, which git ignores, and fill it in.
 */
const path = resolve(import.meta.dirname, '../local.settings.example.json');

// What the Functions host itself asks for; ours follow. Settings of the process that listens are not its business.
const hostSettings = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', FUNCTIONS_WORKER_RUNTIME: 'node' };
// The file is for Functions, which keep nothing on the machine: with the product's own default they answer 503.
const ofFunctions = { HOLDFAST_PROFILE: 'azure' };
const ofTheLocalHost = new Set<string>(['PORT', 'HOLDFAST_HOST']);

/** The example as it is committed. */
export function settingsText(): string {
  const ours = settingNames().filter(({ name }) => !ofTheLocalHost.has(name));
  const initials = Object.fromEntries(ours.map(({ name, initial }) => [name, initial]));
  const values = { ...hostSettings, ...initials, ...ofFunctions };
  return `${JSON.stringify({ IsEncrypted: false, Values: values }, null, 2)}\n`;
}

async function main(check: boolean): Promise<void> {
  const text = settingsText();
  if (!check) {
    await writeFile(path, text);
    console.log('wrote local.settings.example.json');
    return;
  }
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return;
  console.error(
    'local.settings.example.json is not what shared/app/config.ts says. Run: node tools/settings.ts',
  );
  process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) await main(process.argv.includes('--check'));
