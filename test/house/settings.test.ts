import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingNames } from '../../shared/app/config.ts';
import { settingsText } from '../../tools/settings.ts';
import { listTree, readTreeFile, root } from './source-tree.ts';

const known = new Set<string>(settingNames().map(setting => setting.name));
// Read by the command and the demo themselves, before or without the product's configuration.
const elsewhere = new Set(['HOLDFAST_URL', 'HOLDFAST_TOKEN']);
const named = (text: string): string[] =>
  [...text.matchAll(/(?<![A-Z_])HOLDFAST_[A-Z_]*[A-Z]\b(?!_)/g)]
    .map(match => match[0])
    .filter(name => !known.has(name) && !elsewhere.has(name) && !name.startsWith('HOLDFAST_SECRET'));

describe('settings', () => {
  test('stand in the example as the product knows them', () => {
    expect(readFileSync(join(root, 'local.settings.example.json'), 'utf8')).toBe(settingsText());
  });
  test('that documents name exist', () => {
    const documents = listTree().filter(path => path.endsWith('.md'));
    const wrong = documents.flatMap(path => named(readTreeFile(path).text).map(name => `${path}: ${name}`));
    expect(wrong).toEqual([]);
    expect(named('set HOLDFAST_DATA, HOLDFAST_COLOUR and HOLDFAST_SECRET_PULL_CLIENT')).toEqual([
      'HOLDFAST_COLOUR',
    ]);
  });
});
