import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../cli/program.ts';
import { openTerminal } from '../../cli/terminal.ts';
import { lineAt, listTree, readTreeFile, report, type Finding, type TreeFile } from './source-tree.ts';

const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
const terminal = openTerminal({ ...streams, env: {}, interrupt: new AbortController().signal });
const program = buildProgram(
  terminal,
  () => {
    throw new Error('no command is run here');
  },
  () => {},
);
const commands = new Set(program.commands.map(command => command.name()));

/** Advice such as `holdfast coverage` or npx holdfast search that names a command there is not. */
function deadHints(file: TreeFile): Finding[] {
  return [...file.text.matchAll(/(?:`|npx )holdfast ([a-z][a-z-]*)/g)]
    .filter(match => !commands.has(match[1] ?? ''))
    .map(match => ({
      path: file.path,
      line: lineAt(file.text, match.index),
      says: `advises "holdfast ${match[1]}", which is no command`,
    }));
}

describe('advice to run a command', () => {
  test('names one there is, in messages and documents', () => {
    const files = listTree().filter(path => /^(?:shared|cli|docs|[A-Z]).*\.(?:ts|md)$/.test(path));
    expect(report(files.map(readTreeFile).flatMap(deadHints))).toEqual([]);
  });
  test('the check finds one there is not', () => {
    expect(commands.size).toBeGreaterThan(8);
    expect(deadHints({ path: 'x.md', text: 'Run `holdfast mend`, or npx holdfast search x.' })).toHaveLength(
      1,
    );
  });
});
