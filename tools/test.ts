import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { styleText } from 'node:util';
import { forgetCounts, readCounts, summaryLine, writeSummary, type TestCounts } from './test-counts.ts';

/**
 * `npm test`: the static checks, then the tests; then `N passed, N failed`, each check counting as one.
 * `npm test -- house/boundaries` runs only the tests whose file says so; `npm run check` only the checks.
 */

const root = resolve(import.meta.dirname, '..');
const bin = (name: string): string => resolve(root, 'node_modules/.bin', name);
// Whatever Node starts this, what it starts finds the Node 24 of node_modules first.
const env = {
  ...process.env,
  // Hundreds of processes are started, each of which would compile the product anew.
  NODE_COMPILE_CACHE: resolve(root, 'node_modules/.cache/holdfast/compiled'),
  PATH: [resolve(root, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter),
};

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What to type to mend or see it. */
  readonly mend: string;
  /** Left out by `--fast`. */
  readonly slow?: true;
}

const node = process.execPath;
const checks: readonly Check[] = [
  { name: 'types', command: bin('tsc'), args: ['-p', '.'], mend: 'npx tsc -p .' },
  { name: 'lint', command: bin('oxlint'), args: [], mend: 'npx oxlint --fix' },
  { name: 'format', command: bin('prettier'), args: ['--check', '--cache', '.'], mend: 'npm run format' },
  { name: 'dead code', command: bin('knip'), args: [], mend: 'npx knip', slow: true },
  {
    name: 'generated files',
    command: node,
    args: ['--disable-warning=ExperimentalWarning', resolve(root, 'tools/gen.ts'), '--check'],
    mend: 'npm run gen',
    slow: true,
  },
  {
    name: 'goldens',
    command: node,
    args: ['--disable-warning=ExperimentalWarning', resolve(root, 'tools/golden.ts'), '--check'],
    mend: 'npm run golden',
    slow: true,
  },
];

interface Outcome {
  readonly ok: boolean;
  readonly output: string;
  readonly ms: number;
}

function run(command: string, args: readonly string[]): Promise<Outcome> {
  const began = Date.now();
  return new Promise(settle => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', error => {
      settle({ ok: false, output: error.message, ms: Date.now() - began });
    });
    child.on('close', code => {
      settle({ ok: code === 0, output, ms: Date.now() - began });
    });
  });
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const paint = (format: 'green' | 'red' | 'dim', text: string): string =>
  styleText(format, text, { stream: process.stdout });

/** Two at a time: the machines this runs on have two cores. */
async function runChecks(wanted: readonly Check[]): Promise<TestCounts> {
  const waiting = [...wanted];
  let failed = 0;
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const outcome = await run(check.command, check.args);
      const mark = outcome.ok ? paint('green', '✓') : paint('red', '✗');
      say(`  ${mark} ${check.name} ${paint('dim', `${(outcome.ms / 1_000).toFixed(1)} s`)}`);
      if (outcome.ok) continue;
      failed += 1;
      say(outcome.output.trimEnd().replace(/^/gm, '      '));
      say(`      ${paint('dim', `again: ${check.mend}`)}`);
    }
  };
  await Promise.all([worker(), worker()]);
  return { passed: wanted.length - failed, failed };
}

async function runTests(filters: readonly string[]): Promise<TestCounts> {
  const reporter = resolve(root, 'tools/compact-reporter.ts');
  const child = spawn(bin('vitest'), ['run', `--reporter=${reporter}`, ...filters], {
    cwd: root,
    env,
    // Failures are results: they belong beside their test's name, also where only one stream is kept.
    stdio: ['inherit', 'inherit', 1],
  });
  const code = await new Promise<number>(settle => {
    child.on('error', () => {
      settle(1);
    });
    child.on('close', status => {
      settle(status ?? 1);
    });
  });
  const counts = readCounts() ?? { passed: 0, failed: 1 };
  // A run that ends badly without a failed test (no test found, say) must not look like success.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

const options = process.argv.slice(2);
const checksOnly = options.includes('--checks');
const fast = options.includes('--fast');
const filters = options.filter(option => option !== '--checks' && option !== '--fast');

forgetCounts();
let total: TestCounts = { passed: 0, failed: 0 };
const add = (counts: TestCounts): void => {
  total = { passed: total.passed + counts.passed, failed: total.failed + counts.failed };
};
if (filters.length === 0) {
  say('\nChecks');
  const there = checks.filter(check => check.command !== node || existsSync(check.args.at(-2) ?? ''));
  add(await runChecks(there.filter(check => !(fast && check.slow === true))));
}
if (!checksOnly) {
  say('\nTests');
  add(await runTests(filters));
}
writeSummary(total);
say(`\n${summaryLine(total)}`);
process.exitCode = total.failed === 0 ? 0 : 1;
