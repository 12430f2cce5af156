import { describe, expect, test } from 'vitest';
import { crossings } from './boundaries.ts';
import { importCycles } from './import-cycles.ts';
import { impureWords, pureFolders } from './impure-words.ts';
import { listImports } from './list-imports.ts';
import { report, typeScriptFiles, type TreeFile } from './source-tree.ts';

const files = typeScriptFiles();
const imports = files.flatMap(listImports);

const crossingsIn = (path: string, text: string): string[] => report(crossings(listImports({ path, text })));
const impureIn = (text: string): number => impureWords({ path: 'shared/query/sample.ts', text }).length;

describe('the tree', () => {
  test('is seen at all', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(imports.length).toBeGreaterThan(40);
    for (const folder of ['shared/kernel/', 'shared/model/', 'shared/ports/']) {
      expect(files.some(file => file.path.startsWith(folder))).toBe(true);
    }
  });
  test('has no import across a boundary', () => {
    expect(report(crossings(imports))).toEqual([]);
  });
  test('has no loop of imports', () => {
    expect(report(importCycles(imports))).toEqual([]);
  });
  test('has no clock, dice, environment, console or network in its pure folders', () => {
    expect(report(files.flatMap(impureWords))).toEqual([]);
  });
  test('imports nothing that is not there', () => {
    const there = new Set(files.map(file => file.path));
    const missing = imports.filter(one => one.file?.endsWith('.ts') === true && !there.has(one.file));
    expect(missing.map(one => `${one.from}:${one.line} ${one.specifier}`)).toEqual([]);
  });
});

describe('the boundary check can fail', () => {
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['shared/kernel/x.ts', "import { z } from 'zod';", /package zod/],
    [
      'shared/model/x.ts',
      "import type { Clock } from '../ports/clock.ts';",
      /may not import shared\/ports\/clock/,
    ],
    ['shared/sources/a.b/x.ts', "import type { Clock } from '../../ports/clock.ts';", /may not import/],
    ['shared/sources/a.b/x.ts', "import { y } from '../a.c/schema.ts';", /reaches into the source a\.c/],
    ['shared/sources/a.b/x.ts', "import { readFile } from 'node:fs/promises';", /package node:fs/],
    ['shared/sources/a.b/x.ts', 'const y = await import(name);', /something computed/],
    [
      'shared/pipeline/x.ts',
      "export * from '../adapters/embedded/open.ts';",
      /may not import shared\/adapters/,
    ],
    ['shared/api/x.ts', "import '../adapters/net/http.ts';", /may not import shared\/adapters/],
    ['shared/api/x.ts', "import { jwtVerify } from 'jose';", /vendor package jose/],
    ['shared/adapters/azure/x.ts', "import { open } from '../embedded/open.ts';", /from azure into embedded/],
    ['shared/adapters/embedded/x.ts', "import { c } from '../azure/c.ts';", /from embedded into azure/],
    ['shared/adapters/embedded/x.ts', "import { c } from '@azure/cosmos';", /vendor package @azure\/cosmos/],
    ['shared/host/x.ts', "import { DatabaseSync } from 'node:sqlite';", /vendor package node:sqlite/],
    ['shared/host/serve.ts', "import { s } from '../../simulator/start.ts';", /may not import simulator/],
    ['shared/app/x.ts', "const a = await import('../../simulator/start.ts');", /may not import simulator/],
    [
      'simulator/x.ts',
      "import { tenantSchema } from '../shared/model/tenant.ts';",
      /may not import shared\/model/,
    ],
    ['cli/x.ts', "import { pull } from '../shared/pipeline/pull.ts';", /may not import shared\/pipeline/],
    ['functions/x.ts', "import { pull } from '../shared/pipeline/pull.ts';", /may not import/],
    ['shared/api/x.ts', "import { createHmac, randomUUID } from 'node:crypto';", /takes randomUUID/],
    ['shared/kernel/x.ts', "import crypto from 'node:crypto';", /takes default/],
    ['elsewhere/x.ts', "import { z } from 'zod';", /no place/],
    ['shared/pipeline/x.ts', "import { mintTenantScope } from '../model/scope.ts';", /mintTenantScope/],
    [
      'shared/host/x.ts',
      "import { mintTenantScope as m, type T } from '../model/scope.ts';",
      /mintTenantScope/,
    ],
    ['shared/host/x.ts', "import * as scope from '../model/scope.ts';", /mintTenantScope/],
    ['shared/host/x.ts', "export { mintTenantScope } from '../model/scope.ts';", /mintTenantScope/],
  ];
  test.each(bad)('%s: %s', (path, text, expected) => {
    expect(crossingsIn(path, text).join('\n')).toMatch(expected);
  });

  const good: readonly (readonly [string, string])[] = [
    ['shared/pipeline/x.ts', "import type { TenantScope } from '../model/scope.ts';"],
    ['shared/pipeline/x.ts', "import { type TenantScope } from '../model/scope.ts';"],
    ['shared/api/x.ts', "import { createHmac, timingSafeEqual } from 'node:crypto';"],
    ['shared/authz/x.ts', "import { mintTenantScope } from '../model/scope.ts';"],
    ['shared/host/start.ts', "import { s } from '../../simulator/start.ts';"],
    ['shared/sources/a.b/x.ts', "import { y } from './schema.ts';\nimport { z } from '../_kit/source.ts';"],
    ['shared/sources/index.generated.ts', "import { source } from './a.b/source.ts';"],
    ['shared/query/x.ts', "// import { z } from 'zod';\nconst s = `import { z } from 'zod';`;"],
  ];
  test.each(good)('and lets pass %s: %s', (path, text) => {
    expect(crossingsIn(path, text)).toEqual([]);
  });
});

describe('the loop check can fail', () => {
  const loopOf = (...texts: readonly (readonly [string, string])[]): string[] =>
    report(importCycles(texts.flatMap(([path, text]) => listImports({ path, text }))));

  test('finds a loop of three, once', () => {
    const found = loopOf(
      ['shared/a/one.ts', "import { b } from './two.ts';"],
      ['shared/a/two.ts', "import type { c } from '../b/three.ts';"],
      ['shared/b/three.ts', "export { a } from '../a/one.ts';"],
    );
    expect(found).toEqual([
      'shared/a/one.ts:0 is in a loop of imports: shared/a/one.ts → shared/a/two.ts → shared/b/three.ts → shared/a/one.ts',
    ]);
  });
  test('counts types in the product alone', () => {
    const pair = (folder: string): string[] =>
      loopOf(
        [`${folder}one.ts`, "import type { b } from './two.ts';"],
        [`${folder}two.ts`, "import './one.ts';"],
      );
    expect(pair('shared/a/')).toHaveLength(1);
    expect(pair('simulator/')).toEqual([]);
  });
  test('finds a file that imports itself, and lets a diamond pass', () => {
    expect(loopOf(['shared/a/one.ts', "import './one.ts';"])).toHaveLength(1);
    const diamond = loopOf(
      ['a.ts', "import './b.ts';\nimport './c.ts';"],
      ['b.ts', "import './d.ts';"],
      ['c.ts', "import './d.ts';"],
    );
    expect(diamond).toEqual([]);
  });
});

describe('the purity check can fail', () => {
  test.each([
    'const t = Date.now();',
    'const t = new Date();',
    'const t = new Date( );',
    'const t = Date();',
    'const n = Math.random();',
    'const n = performance.now();',
    'const id = crypto.randomUUID();',
    "const v = process.env['X'];",
    "console.log('x');",
    "await fetch('/x');",
    'setTimeout(() => {}, 5);',
    'globalThis.x = 1;',
    'const s = `now ${`deep ${Date.now()}`}`;',
    'const r = /"/; const t = Date.now(); // "',
  ])('%s', text => {
    expect(impureIn(text)).toBe(1);
  });
  test.each([
    'const t = new Date(0).toISOString();',
    'const t = Date.UTC(2026, 1, 1);',
    'const t = Date.parse(text);',
    'const say = ports.console.log;',
    'const reply = await options.fetch(url);',
    'function ask(fetch: Send): void { fetch(1); }',
    '// Date.now() is forbidden here\n/* process.env too */',
    "const s = 'Date.now()' + `process.env ${1}`;",
    String.raw`const r = /console\.log/; const half = total / 2; const other = fetches / 3;`,
  ])('and lets pass %s', text => {
    expect(impureIn(text)).toBe(0);
  });
  test('looks at the pure folders alone', () => {
    const file: TreeFile = { path: 'shared/host/node.ts', text: 'Date.now();' };
    expect(impureWords(file)).toEqual([]);
    expect(pureFolders.every(folder => impureWords({ ...file, path: `${folder}x.ts` }).length === 1)).toBe(
      true,
    );
  });
});
