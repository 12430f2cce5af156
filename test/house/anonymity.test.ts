import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtInRoleName } from '../../shared/sources/entra.role-assignments/built-in-roles.ts';
import { foreignWords, identifying } from './anonymity.ts';
import { listTree, readTreeFile, report, root, type TreeFile } from './source-tree.ts';

// The licence names its own steward; the lock file is checked on its own in packages.test.ts.
const passedOver = new Set(['LICENSE', 'package-lock.json']);
const binary = /\.(?:png|ico|woff2?|gz|zst|eml|bin)$/;
const files = listTree()
  .filter(path => !passedOver.has(path) && !binary.test(path))
  .map(readTreeFile);

const found = (text: string, path = 'docs/x.md'): string[] => report(identifying({ path, text }));

describe('the repository', () => {
  test('holds nothing that could be a real customer, person, network or machine', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(report(files.flatMap(identifying))).toEqual([]);
  });
});

describe('the anonymity check can fail', () => {
  const dots = (...parts: (string | number)[]): string => parts.join('.');
  const path = (...parts: string[]): string => ['', ...parts].join('/');
  const bad: readonly string[] = [
    `see https://mail.${dots('fabrikam', 'com')}/inbox`,
    `"userPrincipalName": "mira@${dots('contoso', 'com')}"`,
    `"userPrincipalName": "mira@${dots('contoso', 'onmicrosoft', 'com')}"`,
    `"ipAddress": "${dots(8, 8, 4, 4)}"`,
    `from http://${dots(52, 96, 1, 2)}:8080/`,
    `"ip": "${['2a01', '111', '', '1'].join(':')}"`,
    `"tenantId": "${['72f988bf', '86f1', '41af', '91ab', '2d7cd011db47'].join('-')}"`,
    `run it in ${path('wo' + 'rk', 'main')}/`,
    `cd ${path('ho' + 'me', 'mira', 'holdfast')}/`,
    `cd ${path('Us' + 'ers', 'mira', 'holdfast')}/`,
    `from ${'npm' + 'js'}, as always`,
    `The text was ${'generated'} by ${'A' + 'I'}.`,
    `an ${'L' + 'LM'} wrote it`,
  ];
  test.each(bad)('%s', text => {
    expect(found(text)).not.toEqual([]);
  });
  test('looks into strings and comments of code, wherever they stand', () => {
    const host = dots('contoso', 'com');
    expect(
      found(`// ask ${host}\nconst a = 'mira@${host}';\nconst b = \`x ${host}\`;`, 'cli/x.ts'),
    ).toHaveLength(3);
    expect(found(`const a = reply.${'com'};`, 'cli/x.ts')).toEqual([]);
  });
  test.each([
    'mira.holt@contoso.example from 198.51.100.7, 203.0.113.9:443, 2001:db8::7 and 10.1.2.3',
    'https://graph.microsoft.com/v1.0/auditLogs and http://127.0.0.1:7071/api/v1/health',
    'Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 Safari/537.36, at 09:12:44, version 24.21.0',
    '"tenantId": "c0a10000-0000-4000-8000-00000000c001", "id": "9f6b1c1e-7f04-4e0c-a6a4-0c5f6b7d3e21"',
    'Azure AI Search keeps the index; the user agent is in the sign-in session; a workshop, a framework/room/',
  ])('and lets pass %s', text => {
    expect(found(text)).toEqual([]);
  });
  test('knows more than a handful of foreign words', () => {
    expect(foreignWords.size).toBeGreaterThan(30);
  });
});

describe('records that other people made', () => {
  // Beside the repository, read in place by other tests, and never copied into it.
  const data = resolve(root, '../shared/data/records');
  const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
  // The same in every tenant: first-party applications, and the template ids of Microsoft's own directory roles.
  const everybodys = /^0{8}-|-0000-0000-[0-9a-f]{4}-0{4}|-0000-4000-8000-/;
  const isEverybodys = (id: string): boolean => everybodys.test(id) || builtInRoleName(id) !== null;
  const guidsOf = (text: string): Set<string> =>
    new Set([...text.matchAll(guid)].map(match => match[0].toLowerCase()).filter(id => !isEverybodys(id)));

  const copied = (tree: readonly TreeFile[], theirs: ReadonlySet<string>): string[] =>
    tree.flatMap(file =>
      [...guidsOf(file.text)].filter(id => theirs.has(id)).map(id => `${file.path} ${id}`),
    );

  test('are not in the repository', () => {
    if (!existsSync(data)) {
      console.log('not run: records of others are not in the repository (no ../shared/data/records here)');
      return;
    }
    const theirs = new Set<string>();
    for (const source of readdirSync(data)) {
      for (const name of readdirSync(join(data, source))) {
        for (const id of guidsOf(readFileSync(join(data, source, name), 'utf8'))) theirs.add(id);
      }
    }
    expect(theirs.size).toBeGreaterThan(100);
    expect(copied(files, theirs)).toEqual([]);
  });
  test('would be found', () => {
    const id = '9f6b1c1e-7f04-4e0c-a6a4-0c5f6b7d3e21';
    expect(copied([{ path: 'a.json', text: `{"id":"${id.toUpperCase()}"}` }], new Set([id]))).toHaveLength(1);
  });
});
