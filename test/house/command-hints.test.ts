import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../cli/program.ts';
import { openTerminal } from '../../cli/terminal.ts';
import { parseQuery } from '../../shared/query/parse.ts';
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
const flagsOf = (command: Command): readonly (string | undefined)[] => [
  ...command.options.map(option => option.long),
  ...command.commands.flatMap(flagsOf),
];

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

/** Options beside a command that it does not have: up to the end of the line, the code or the comment. */
function deadFlags(file: TreeFile): Finding[] {
  return [...file.text.matchAll(/(?:`|npx )holdfast ([a-z]+)([^`\n#]*)/g)].flatMap(match => {
    const command = program.commands.find(one => one.name() === match[1]);
    if (command === undefined) return [];
    const known = new Set([...flagsOf(command), ...program.options.map(option => option.long), '--help']);
    return [...(match[2] ?? '').matchAll(/(?<= )--[a-z][a-z-]*/g)]
      .filter(([flag]) => !known.has(flag))
      .map(([flag]) => ({
        path: file.path,
        line: lineAt(file.text, match.index),
        says: `advises "holdfast ${command.name()} ${flag}", which is no option of it`,
      }));
  });
}

/** Examples of a search in quotes that the query language refuses: one in a help has been copied and refused. */
function deadQueries(file: TreeFile): Finding[] {
  return [...file.text.matchAll(/holdfast search '([^'\n]+)'/g)].flatMap(match => {
    try {
      parseQuery(match[1] ?? '');
      return [];
    } catch {
      const says = `shows the search '${match[1]}', which is refused`;
      return [{ path: file.path, line: lineAt(file.text, match.index), says }];
    }
  });
}

describe('advice to run a command', () => {
  test('names one there is, in messages and documents', () => {
    const files = listTree().filter(path => /^(?:shared|cli|docs|[A-Z]).*\.(?:ts|md)$/.test(path));
    expect(report(files.map(readTreeFile).flatMap(deadHints))).toEqual([]);
  });
  test('with options that it has', () => {
    const files = listTree().filter(path => /^(?:shared|cli|docs|[A-Z]).*\.(?:ts|md)$/.test(path));
    expect(report(files.map(readTreeFile).flatMap(deadFlags))).toEqual([]);
    const text =
      'npx holdfast search x --limit 3 --json # --fine\n`holdfast mapping preview --file x`, `holdfast event ID --mend`';
    expect(deadFlags({ path: 'x.md', text }).map(({ says }) => says)).toEqual([
      'advises "holdfast event --mend", which is no option of it',
    ]);
  });
  test('with queries that are understood', () => {
    const files = listTree().filter(path => /^(?:shared|cli|docs|[A-Z]).*\.(?:ts|md)$/.test(path));
    expect(report(files.map(readTreeFile).flatMap(deadQueries))).toEqual([]);
    const text = "holdfast search 'sender:*@fabrikam.example' --all; holdfast search 'ip:*'";
    expect(deadQueries({ path: 'x.md', text })).toHaveLength(1);
  });
  test('the check finds one there is not', () => {
    expect(commands.size).toBeGreaterThan(8);
    expect(deadHints({ path: 'x.md', text: 'Run `holdfast mend`, or npx holdfast search x.' })).toHaveLength(
      1,
    );
  });
});
