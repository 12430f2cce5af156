import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { root } from './source-tree.ts';

interface LintReport {
  readonly diagnostics: readonly { readonly code: string }[];
}

/** The rules our own configuration finds broken in a file with this text. */
async function brokenRules(text: string): Promise<string[]> {
  const folder = await tempFolder();
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['*.ts'] }),
  );
  await writeFile(join(folder, 'sample.ts'), text);
  const oxlint = join(root, 'node_modules/.bin/oxlint');
  const args = ['-c', join(root, '.oxlintrc.json'), '--format=json', 'sample.ts'];
  // oxlint exits with 1 when it finds something; its report is on standard output all the same.
  const ran = await promisify(execFile)(oxlint, args, { cwd: folder }).catch(
    (failed: { stdout: string }) => failed,
  );
  return (JSON.parse(ran.stdout) as LintReport).diagnostics.map(one => one.code);
}

describe('the lint configuration', () => {
  test('finds a promise nobody waits for, an any, a default export and an unused name', async () => {
    const broken = await brokenRules(
      [
        'async function save(): Promise<number> { return 1; }',
        'save();',
        'export const loose: any = 1;',
        'const unused = 2;',
        'export default loose;',
      ].join('\n'),
    );
    expect(broken.join('\n')).toMatch(/no-floating-promises/);
    expect(broken.join('\n')).toMatch(/no-explicit-any/);
    expect(broken.join('\n')).toMatch(/no-default-export/);
    expect(broken.join('\n')).toMatch(/no-unused-vars/);
  });
  test('finds a switch that forgets a member', async () => {
    const broken = await brokenRules(
      "export function say(x: 'a' | 'b'): void { switch (x) { case 'a': break; } }\n",
    );
    expect(broken.join('\n')).toMatch(/switch-exhaustiveness-check/);
  });
  test('finds nothing in plain code', async () => {
    expect(await brokenRules('export const answer = 42;\n')).toEqual([]);
  });
});
