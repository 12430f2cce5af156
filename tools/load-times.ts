import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { bundleFunctions, functionFiles } from './functions-bundle.ts';

const root = resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const rounds = 5;

/** What the first call loads beyond what registers the functions. */
const lateModules = ['./shared/app/compose.ts', './shared/app/open-azure-profile.ts'];

/**
 * Prints how long a fresh process takes to load the bundle and the files it was made from: until the functions are
 * registered, and with everything the first call loads. The shortest of a few turns, taken alternately: what is beyond it is what else
 * the machine did.
 */
export async function measureLoads(bundle: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'holdfast-load-'));
  try {
    const modules = [...functionFiles(), ...lateModules];
    const { code } = await bundleFunctions(modules);
    for (const { path, bytes } of code) await writeFile(join(scratch, path), bytes);
    await writeFile(join(scratch, 'package.json'), JSON.stringify({ type: 'commonjs' }));
    const whole = join(scratch, 'app.js');
    const absolute = (paths: readonly string[]): string[] => paths.map(path => resolve(root, path));
    await compare('functions registered', [bundle], absolute(functionFiles()));
    await compare('all that the first call needs', [whole], absolute(modules));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function compare(
  what: string,
  bundled: readonly string[],
  unbundled: readonly string[],
): Promise<void> {
  const times: { bundled: number[]; unbundled: number[] } = { bundled: [], unbundled: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.bundled.push(await loadTime(bundled));
    times.unbundled.push(await loadTime(unbundled));
  }
  const [small, large] = [Math.min(...times.bundled), Math.min(...times.unbundled)];
  const ratio = (small / large).toFixed(2);
  console.log(
    `${what}: bundle ${small.toFixed(0)} ms, unbundled ${large.toFixed(0)} ms, ratio ${ratio} (at most 0.50)`,
  );
}

/** Milliseconds from the first import to the last, in a process of its own. */
async function loadTime(paths: readonly string[]): Promise<number> {
  const urls = JSON.stringify(paths.map(path => `file://${path}`));
  const script = `console.warn = () => {}; const t = performance.now(); for (const u of ${urls}) await import(u); process.stdout.write(String(performance.now() - t)); process.exit(0);`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
  // What an earlier round compiled must not stand for a fresh process.
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' };
  const { stdout } = await run(process.execPath, args, { cwd: root, env });
  return Number(stdout);
}
