import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { holdfast, holdfastHere, launcher } from './command.ts';

/** Another Node on this machine, older than the one the project brings; null where there is none. */
function olderNode(): string | null {
  const places = (process.env['PATH'] ?? '').split(':').map(folder => `${folder}/node`);
  for (const path of [...places, '/usr/bin/node', '/usr/local/bin/node']) {
    if (path.includes('node_modules') || !existsSync(path)) continue;
    const version = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    if (Number(version.split('.')[0]) < 24) return path;
  }
  return null;
}

describe('the launcher', () => {
  test('prints its version and its help, with every exit code', async () => {
    const version = await holdfast(['--version']);
    expect(version).toMatchObject({ code: 0, err: '' });
    expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await holdfast(['--help']);
    expect(help.code).toBe(0);
    for (const word of ['search', 'backfill', 'normalize', 'Exit codes', '130'])
      expect(help.out).toContain(word);
  });
  test('hands over from an older Node, with arguments, streams and exit code', async () => {
    const node = olderNode();
    if (node === null) {
      console.log('not run: the launcher on an older Node (there is none on this machine)');
      return;
    }
    const version = await holdfast(['--version'], { node });
    expect(version).toMatchObject({ code: 0, err: '' });
    const wrong = await holdfast(['search', '--limit', 'many'], { node });
    expect(wrong).toMatchObject({ code: 2, out: '' });
  });
});

describe('output that cannot be written', () => {
  const run = (...args: readonly string[]): { code: number | null; err: string } | null => {
    if (!existsSync('/dev/full')) {
      console.log('not run: output on a full disk (this system has no /dev/full)');
      return null;
    }
    const disk = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(disk));
    const ended = spawnSync(process.execPath, [launcher, ...args], { stdio: ['ignore', disk, 'pipe'] });
    return { code: ended.status, err: ended.stderr.toString() };
  };
  test('exits with 1 and says that what is there is not all', () => {
    const ended = run('--help');
    if (ended === null) return;
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/^holdfast: .*not all.*\n {2}next: .*\(ENOSPC\)/);
  });
  test('is told as JSON to who asked for JSON', () => {
    const ended = run('--json', '--help');
    if (ended === null) return;
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.err)).toMatchObject({
      error: { exitCode: 1, next: expect.stringMatching(/ENOSPC/) },
    });
  });
});

describe('wrong usage', () => {
  test('a folder as the input of normalize exits with 2 and says so', () => {
    const folder = openSync(import.meta.dirname, 'r');
    onTestFinished(() => closeSync(folder));
    const args = [launcher, 'normalize', 'm365.unified-audit'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { stdio: [folder, 'pipe', 'pipe'] });
    expect([status, stdout.toString()]).toEqual([2, '']);
    expect(stderr.toString()).toMatch(/Standard input is a folder/);
  });
  test('an empty --token is refused: another one would be sent in its place', async () => {
    const { code, err } = await holdfastHere(['search', '--token', ''], {
      HOLDFAST_TOKEN: 'of-somebody-else',
    });
    expect([code, err]).toEqual([2, expect.stringMatching(/--token is empty/)]);
  });
  test.each([
    [['serach'], /unknown command 'serach'/],
    [['search', '--limt', '3'], /unknown option '--limt'/],
    [['search', '--limit', '0'], /whole number from 1/],
    [['search', '--limit', '9999999999'], /whole number from 1 to 999999999/],
    [['search', '--all', '--limit', '3'], /'--all' cannot be used with option '--limit/],
    [['event', '20261005-1f3a9c2b', '--raw', '--history'], /'--raw' cannot be used with option '--history'/],
    [['operations', '--cancel'], /Which operation\?/],
    [['operations', '--wait'], /Which operation\?/],
    [['operations', 'x', '--cancel', '--wait'], /'--cancel' cannot be used with option '--wait'/],
    [['run', 'Contoso', 'a.b', '--from', '2d', '--to', '3d'], /--from must be before --to/],
    [['run', 'Contoso', 'a.b', '--from', 'now'], /--from must be more than ten minutes ago/],
    [['normalize', 'entra.sign-ins', '--mappings', '/nonexistent'], /The mapping file \(--mappings\) cannot/],
    [['normalize', 'entra.sign-ins', '--stream', 'x'], /no such stream.*interactive, nonInteractive/],
    [['search', '--order', 'random'], /newest, oldest/],
    [['event'], /missing required argument 'id'/],
    [['event', 'nonsense'], /not an event id/],
    [['backfill', 'c0a10000-0000-4000-8000-00000000c001', 'entra.directory-audits'], /needs --from/],
    [['run', 'c0a10000-0000-4000-8000-00000000c001', 'a.b', '--from', 'yesterday'], /--from is not a time/],
    [['search', '--url', 'http://holdfast.example'], /in the clear/],
  ])('%j exits with 2 and says why', async (args, expected) => {
    const { code, out, err } = await holdfastHere(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(expected);
    expect(err).not.toMatch(/\bat .*\.ts:\d+/);
  });
  test.each([
    [['event', 'nonsense'], /^"nonsense" is not an event id/],
    [['serach'], /^unknown command 'serach'$/],
    [['search', '--limt', '3'], /^unknown option '--limt'$/],
    [['search', '--limit', 'x'], /^option '--limit <n>' argument 'x' is invalid/],
    [['event'], /^missing required argument 'id'$/],
    [['tenants', 'a', 'b'], /^too many arguments/],
    [['mapping', 'preview'], /^required option '--file <file>' not specified$/],
    [['mapping'], /^A command is missing/],
    [[], /^A command is missing/],
  ])('%j with --json is one JSON document on standard error', async (args, expected) => {
    for (const given of [
      ['--json', ...args],
      [...args, '--json'],
    ]) {
      const { code, out, err } = await holdfastHere(given);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(JSON.parse(err)).toMatchObject({
        error: { exitCode: 2, message: expect.stringMatching(expected) as string },
      });
    }
  });
});

describe('--json behind --', () => {
  test('is a value, and asks for nothing', async () => {
    const { code, err } = await holdfastHere(['event', '--', '--json']);
    expect([code, err]).toEqual([2, expect.stringMatching(/^holdfast: "--json" is not an event id/)]);
    const more = await holdfastHere(['event', 'a', '--', '--json']);
    expect([more.code, more.err]).toEqual([2, expect.stringMatching(/^holdfast: too many arguments/)]);
  });
});

describe('a service that is not there', () => {
  test('exits with 5 and says how to start it', async () => {
    const { code, out, err } = await holdfastHere(['tenants', '--url', 'http://127.0.0.1:1']);
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toContain('npm start');
  });
});
