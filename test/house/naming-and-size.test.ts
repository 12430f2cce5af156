import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { limit, oversized, testLimit } from './file-size.ts';
import { badExports, badNames } from './naming.ts';
import { plainCodeFindings } from './plain-code.ts';
import { listTree, report, root, typeScriptFiles } from './source-tree.ts';
import { testFileFindings } from './test-files.ts';

const files = typeScriptFiles();
// May only shrink: a file that must grow past its figure is split instead.
const exceptions = JSON.parse(readFileSync(join(root, 'test/house/size-exceptions.json'), 'utf8')) as Record<
  string,
  number
>;

describe('names', () => {
  test('are kebab-case and say what a file holds', () => {
    expect(report(badNames(listTree()))).toEqual([]);
  });
  test('of exports say what they are', () => {
    expect(report(files.flatMap(badExports))).toEqual([]);
  });
  test.each([
    'shared/Kernel/time.ts',
    'shared/kernel/timeParts.ts',
    'shared/kernel/time_parts.ts',
    'shared/utils/time.ts',
    'shared/kernel/time-utils.ts',
    'shared/kernel/helpers.ts',
    'shared/pipeline/pull-service.ts',
    'shared/pipeline/job-manager.ts',
    'test/common.test.ts',
  ])('the check finds %s', path => {
    expect(badNames([path])).toHaveLength(1);
  });
  test.each([
    'README.md',
    '.ci/run',
    'shared/sources/_kit/source.ts',
    'shared/sources/entra.directory-audits/fixtures/added-role.raw.json',
    'shared/sources/index.generated.ts',
    'docs/adr/0001-house-and-boundaries.md',
    'shared/api/handlers/service-principals.ts',
  ])('and lets pass %s', path => {
    expect(badNames([path])).toEqual([]);
  });
  test('the export check finds each kind, and only exports', () => {
    const text = [
      'export class QueueManager {}',
      'export async function timeHelper() {}',
      'export const dateUtils = {};',
      'export interface PullService {}',
      'const localHelper = 1;',
      "const text = 'export class TextManager {}';",
    ].join('\n');
    expect(badExports({ path: 'x.ts', text }).map(found => found.line)).toEqual([1, 2, 3, 4]);
  });
});

describe('sizes', () => {
  test('stay under the limit, and the list of exceptions only shrinks', () => {
    const code = files.filter(file => !file.path.includes('.generated.'));
    expect(report(oversized(code, exceptions))).toEqual([]);
  });
  test('of function files stay under 25 lines: they only register', () => {
    const found = files.filter(file => file.path.startsWith('functions/'));
    expect(found.filter(file => file.text.split('\n').length > 26).map(file => file.path)).toEqual([]);
  });
  test('the check finds what is too large, outgrew its exception, needs none any more or is gone', () => {
    const file = (path: string, lines: number) => ({ path, text: 'x\n'.repeat(lines) });
    const tree = [
      file('a', limit),
      file('b', limit + 1),
      file('c', 401),
      file('d', 12),
      file('e', 310),
      file('test/a', testLimit),
      file('test/b', testLimit + 1),
    ];
    const found = oversized(tree, { c: 400, d: 350, e: 400, gone: 500 });
    expect(found.map(one => one.path)).toEqual(['b', 'c', 'test/b', 'd', 'e', 'gone']);
  });
});

describe('test files', () => {
  test('hold a test each, and none is singled out or put aside', () => {
    expect(report(files.flatMap(testFileFindings))).toEqual([]);
  });
  test.each([
    "import { expect } from 'vitest';",
    "test('a', () => {}); test.only('x', () => {});",
    "test('a', () => {}); test.skip('x', () => {});",
    "test('a', () => {}); describe.skip('x', () => {});",
    "test('a', () => {}); test.todo('x');",
    "test('a', () => {}); test.skipIf(windows)('x', () => {});",
    "test('a', () => {}); describe.each([1]).only('x', () => {});".replace('.each([1])', ''),
    "test('a', () => {}); xit('x', () => {});",
    "test('a', context => { context.skip(); });",
    "// test('commented out', () => {});",
  ])('the check finds %s', text => {
    expect(testFileFindings({ path: 'x.test.ts', text })).toHaveLength(1);
  });
  test('and lets pass tests of every form', () => {
    const text = "test.each([1])('a', () => {}); it('b', () => {}); const page = list.skip(1);";
    expect(testFileFindings({ path: 'x.test.ts', text })).toEqual([]);
  });
});

describe('code', () => {
  test('has no cast through unknown, no any, no note to finish it later', () => {
    expect(report(files.flatMap(plainCodeFindings))).toEqual([]);
  });
  test.each([
    'const x = y as unknown as string;',
    'const x = y as any;',
    'function f(x: any) {}',
    'const x: Array<any> = [];',
    `// ${'TO' + 'DO'}: later`,
    `// ${'@ts-' + 'ignore'}`,
  ])('the check finds %s', text => {
    expect(plainCodeFindings({ path: 'x.ts', text })).toHaveLength(1);
  });
});
