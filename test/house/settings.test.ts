import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settingNames } from '../../shared/app/config.ts';
import { grantSchema } from '../../shared/authz/grant.ts';
import { tenantSchema } from '../../shared/model/tenant.ts';
import { settingsText } from '../../tools/settings.ts';
import { listTree, readTreeFile, root } from './source-tree.ts';

const known = new Set<string>(settingNames().map(setting => setting.name));
// Read by the command and the demo themselves, before or without the product's configuration; and by the templates.
const ofTemplates = [...readTreeFile('infra/main.parameters.json').text.matchAll(/\$\{(HOLDFAST_\w+)=/g)];
const elsewhere = new Set(['HOLDFAST_URL', 'HOLDFAST_TOKEN', ...ofTemplates.map(([, name = '']) => name)]);
const named = (text: string): string[] =>
  [...text.matchAll(/(?<![A-Z_])HOLDFAST_[A-Z_]*[A-Z]\b(?!_)/g)]
    .map(match => match[0])
    .filter(name => !known.has(name) && !elsewhere.has(name) && !name.startsWith('HOLDFAST_SECRET'));

describe('settings', () => {
  test('stand in the example as the product knows them', () => {
    expect(readFileSync(join(root, 'local.settings.example.json'), 'utf8')).toBe(settingsText());
  });
  test('are read by the product, every one: a setting that nothing reads is a promise nobody keeps', () => {
    const code = listTree().filter(path => /^shared\/.*\.ts$/.test(path) && path !== 'shared/app/config.ts');
    const texts = code.map(path => readTreeFile(path).text);
    const unread = [...known].filter(
      name => !texts.some(text => text.includes(`settings.${name}`) || text.includes(`${name}: `)),
    );
    expect(unread).toEqual([]);
  });
  test('stand in the operations page, every one', () => {
    const page = readTreeFile('docs/operations.md').text;
    expect([...known].filter(name => !page.includes(`\`${name}\``))).toEqual([]);
  });
  test('are shown with examples of their files that can be read', () => {
    const page = readTreeFile('docs/operations.md').text;
    const [tenants, grants, ...more] = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(
      match => JSON.parse(match[1] ?? '') as unknown,
    );
    expect(z.array(tenantSchema).parse(tenants)).toHaveLength(1);
    expect(z.array(grantSchema).parse(grants)).toHaveLength(1);
    expect(more).toEqual([]);
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
