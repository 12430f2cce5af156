import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { maskSource } from '../house/mask-source.ts';
import { root, typeScriptFiles, type TreeFile } from '../house/source-tree.ts';
import { matrix, matrixLines, places } from './matrix.ts';
import { azureSuites, wireSuites } from './azure-suites.ts';
import { embeddedSuites } from './suites.ts';

const files = typeScriptFiles();
const pascal = (kebab: string): string =>
  kebab.replaceAll(/(?:^|-)([a-z])/g, (_, first: string) => first.toUpperCase());

/** A port is the interface its file in shared/ports is named for. */
const ports = files
  .filter(file => file.path.startsWith('shared/ports/'))
  .map(file => ({ name: pascal(file.path.replace(/^.*\/|\.ts$/g, '')), text: file.text }))
  .filter(({ name, text }) => name !== 'Profile' && new RegExp(`export interface ${name}\\b`).test(text))
  .map(({ name }) => name);

/** The ports a file hands out: as what a function returns, a constant is, or an interface of its own extends. */
function portsOf(file: TreeFile, names: readonly string[]): readonly string[] {
  const code = maskSource(file.text);
  const port = `(${names.join('|')})\\b`;
  const forms = [
    `\\)\\s*:\\s*(?:Promise<\\s*)?(?:\\w+\\s*&\\s*)*${port}`,
    `export const \\w+\\s*:\\s*${port}`,
    `(?:extends|implements)\\s+(?:\\w+\\s*,\\s*)*${port}`,
  ];
  return [
    ...new Set(forms.flatMap(form => [...code.matchAll(new RegExp(form, 'g'))].map(match => match[1] ?? ''))),
  ];
}

const listed = matrix.flatMap(row =>
  places.flatMap(place => {
    const cell = row[place];
    if (cell === null || !('by' in cell)) return [];
    return cell.adapters.map(adapter => ({ port: row.port, adapter, by: cell.by }));
  }),
);

describe('the matrix of contracts', () => {
  test('has a row for every port, and no other', () => {
    expect(matrix.map(row => row.port).sort()).toEqual([...ports].sort());
  });

  test('names every file under shared/adapters that implements a port', () => {
    const found = files
      .filter(file => file.path.startsWith('shared/adapters/'))
      .flatMap(file => portsOf(file, ports).map(port => `${port} in ${file.path}`));
    // One adapter may be run in several places.
    const named = new Set(listed.map(one => `${one.port} in ${one.adapter}`));
    expect(found.sort()).toEqual([...named].sort());
  });

  test('names tests that are there', () => {
    expect(listed.map(one => one.by).filter(by => !existsSync(join(root, by)))).toEqual([]);
  });

  test('says of a port that its contract runs only where it is registered', () => {
    const here = listed.filter(one => one.by === 'test/contracts/contracts.test.ts').map(one => one.port);
    expect(
      embeddedSuites(1)
        .map(suite => suite.port)
        .sort(),
    ).toEqual(here.sort());
  });

  test('says the same of the Azure adapters', () => {
    const on = (place: 'emulator' | 'wire'): readonly string[] =>
      matrix
        .filter(row => {
          const cell = row[place];
          return cell !== null && 'by' in cell && cell.by === 'test/contracts/azure.test.ts';
        })
        .map(row => row.port)
        .sort();
    expect(
      azureSuites(1)
        .map(one => one.port)
        .sort(),
    ).toEqual(on('emulator'));
    expect(
      wireSuites(1)
        .map(one => one.port)
        .sort(),
    ).toEqual(on('wire'));
  });

  test('says in words what did not run, and why', () => {
    const lines = matrixLines();
    expect(lines[0]).toContain('RawArchive (embedded)');
    const further = /^(?:not run: contract of .+ on .+: .+|contracts run over Azure’s SDKs: .+, on .+)$/;
    for (const line of lines.slice(1)) expect(line).toMatch(further);
  });
});

describe('an adapter is recognised', () => {
  const of = (text: string) => portsOf({ path: 'x.ts', text }, ['JobQueue', 'Clock']);
  test.each([
    'export function q(database: Database): JobQueue {',
    'export async function q(o: {\n  a: string;\n}): Promise<JobQueue> {',
    'export function q(): Closable & JobQueue {',
    'export const q: JobQueue = {',
    'export interface FileQueue extends JobQueue {',
  ])('%s', text => {
    expect(of(text)).toEqual(['JobQueue']);
  });
  test.each([
    "import type { JobQueue } from './x.ts';",
    'export function drain(queue: JobQueue): void {',
    '// returns (a): JobQueue',
    'export function q(): JobQueueDepth {',
  ])('and not: %s', text => {
    expect(of(text)).toEqual([]);
  });
});
