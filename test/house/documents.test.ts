import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deadReferences, recordFindings } from './documents.ts';
import { listTree, readTreeFile, report, root } from './source-tree.ts';

const documents = listTree()
  .filter(path => path.endsWith('.md'))
  .map(readTreeFile);
const records = documents.filter(file => file.path.startsWith('docs/adr/'));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('documents', () => {
  test('point at things that are there', () => {
    const there = (path: string): boolean => existsSync(join(root, path));
    expect(documents.length).toBeGreaterThan(3);
    const textOf = (path: string): string => readTreeFile(path).text;
    const findings = documents.flatMap(file => deadReferences(file, there, Object.keys(scripts), textOf));
    expect(report(findings)).toEqual([]);
  });
  test('the check finds a dead link, a dead path and a dead script', () => {
    const text =
      'See [here](../gone.md), `shared/gone/` and `npm run gone`; [there](https://www.w3.org) is fine.';
    expect(deadReferences({ path: 'docs/x.md', text }, () => false, ['start'])).toHaveLength(3);
    expect(deadReferences({ path: 'docs/x.md', text }, () => true, ['gone'])).toEqual([]);
    const anchors = '# One, two\n[a](#one-two) [b](#three) [c](y.md#four) [d](y.md#five)';
    const found = deadReferences(
      { path: 'docs/x.md', text: anchors },
      () => true,
      [],
      () => '## `four`',
    );
    expect(found.map(({ says }) => says)).toEqual([
      'links to #three of docs/x.md, which has no such heading',
      'links to #five of docs/y.md, which has no such heading',
    ]);
  });
});

describe('decision records', () => {
  test('have a number of their own, a decision, and say how it is checked', () => {
    expect(records.length).toBeGreaterThan(0);
    expect(report(records.flatMap(recordFindings))).toEqual([]);
    const numbers = records.map(file => file.path.slice('docs/adr/'.length, 'docs/adr/'.length + 4));
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
  });
  test('the check finds what is missing', () => {
    const good = '# 1. Houses\n\n## Decision\n\nBuild.\n\n## How it is checked\n\n`test/house`.\n';
    expect(recordFindings({ path: 'docs/adr/0001-houses.md', text: good })).toEqual([]);
    expect(recordFindings({ path: 'docs/adr/0002-houses.md', text: good })).toHaveLength(1);
    expect(recordFindings({ path: 'docs/adr/0001-houses.md', text: '# 1. Houses\n' })).toHaveLength(3);
  });
});
