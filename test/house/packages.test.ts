import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './source-tree.ts';

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}
/** Optional dependencies of locked packages that have no entry of their own, for other platforms mostly. */
const unlocked = ({ packages }: LockFile): string[] =>
  Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      name => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );

interface PackageFile {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
}
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const packageFile = JSON.parse(read('package.json')) as PackageFile;

const exact = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const loose = (dependencies: Readonly<Record<string, string>>): string[] =>
  Object.entries(dependencies).flatMap(([name, version]) =>
    exact.test(version) ? [] : [`${name}@${version}`],
  );
const scriptFiles = (command: string): string[] => command.match(/(?<=\s|^)[\w./-]+\.(?:ts|js)\b/g) ?? [];

describe('package.json', () => {
  test('pins every version', () => {
    expect(loose({ ...packageFile.dependencies, ...packageFile.devDependencies })).toEqual([]);
    expect(loose({ a: '^1.2.3', b: '~1.2.3', c: '1.x', d: 'latest', e: '1.2.3' })).toHaveLength(4);
  });
  test('brings its own Node 24', () => {
    expect(packageFile.devDependencies['node']).toMatch(/^24\./);
    // `npm run`, `npx` and .ci/run all find it first in node_modules/.bin.
    expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24);
  });
  test('names files that are there', () => {
    const named = [
      ...Object.values(packageFile.scripts).flatMap(scriptFiles),
      ...Object.values(packageFile.bin),
    ];
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(path => !existsSync(join(root, path)))).toEqual([]);
    expect(scriptFiles('node --x tools/test.ts && node cli/holdfast.js')).toEqual([
      'tools/test.ts',
      'cli/holdfast.js',
    ]);
  });
});

describe('package-lock.json', () => {
  test('names no registry: whoever installs decides where from', () => {
    const lock = read('package-lock.json');
    expect(lock.match(/"resolved": "http/g)).toBeNull();
    expect('"resolved": "https://packages.example/a.tgz"'.match(/"resolved": "http/g)).not.toBeNull();
  });
});

describe('package-lock.json, whole', () => {
  // A registry that lacks another platform's package leaves it out of the lock, and then `npm ci` refuses.
  test('names every platform’s optional packages', () => {
    expect(unlocked(JSON.parse(read('package-lock.json')) as LockFile)).toEqual([]);
    const lacking = { packages: { 'node_modules/a': { optionalDependencies: { 'a-darwin': '1.0.0' } } } };
    expect(unlocked(lacking)).toEqual(['a-darwin']);
  });
});

describe('.ci/run', () => {
  test('can be run', () => {
    expect(statSync(join(root, '.ci/run')).mode & 0o111).not.toBe(0);
    expect(read('.ci/run').startsWith('#!/usr/bin/env bash\n')).toBe(true);
  });
});
