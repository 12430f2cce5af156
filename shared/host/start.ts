import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { makeDataFolder } from '../app/data-folder.ts';
import { isoInstant, parseInstant } from '../kernel/time.ts';
import { demoSettings, noLongerPlayed, type DemoTenant } from './demo-settings.ts';
import { logFile } from './log-file.ts';
import { outliveReaders } from './outlive-readers.ts';
import { runProduct, type Product } from './run-product.ts';
import { startSimulatorProcess, type SimulatorProcess } from './simulator-process.ts';
import { stopOnSignal } from './stop-on-signal.ts';
import { tellUnknownSettings } from './tell-unknown-settings.ts';
import { writeWhole } from './write-whole.ts';

// `npm start`: the product, and beside it the simulator with invented tenants. For real providers: serve.ts.

/** Without an event more for so long, what is left does not come by waiting. */
const standstillMs = 90_000;

const usage = `npm start -- [--records DIR] [--events N] [--tenants N] [--seed N]

  --records DIR  the simulator also serves DIR/<source-id>/*.ndjson unchanged, as the tenant "corpus"
  --events N     about so many invented events in all (default: some 25,000)
  --tenants N    so many invented tenants (default: 2, Contoso and Fabrikam)
  --seed N       another invented world

PORT (7071), SIMULATOR_PORT (7072) and HOLDFAST_DATA (.holdfast) are settings of the environment.
`;

const names = ['records', 'events', 'tenants', 'seed'] as const;
type Flags = { readonly [name in (typeof names)[number]]?: string | undefined };

outliveReaders();
const flags = readFlags();
if (flags !== null) await main(flags);

/** Null where there is nothing to start: help was asked for, or the flags are wrong and it was said why. */
function readFlags(): Flags | null {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      options: {
        records: text,
        events: text,
        tenants: text,
        seed: text,
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help !== true) return values;
    process.stdout.write(usage);
  } catch (thrown) {
    process.stderr.write(
      `${thrown instanceof Error ? thrown.message : 'The flags cannot be read.'}\n\n${usage}`,
    );
    process.exitCode = 2;
  }
  return null;
}

async function main(given: Flags): Promise<void> {
  tellUnknownSettings(process.env);
  const data = process.env['HOLDFAST_DATA']?.trim() || '.holdfast';
  const stopping = new AbortController();
  let simulator: SimulatorProcess | null = null;
  let product: Product | null = null;
  const stop = async (): Promise<void> => {
    stopping.abort();
    process.stdout.write('\nStopping: runs end at their next page …\n');
    await product?.close();
    simulator?.stop();
  };
  stopOnSignal(stop);
  try {
    makeDataFolder(data);
    simulator = await startSimulatorProcess(await simulatorArguments(data, given), () => {
      process.stderr.write('The simulator has ended; pulls will fail until the next start.\n');
    });
    const tenants = await simulator.tenants();
    const settings = demoSettings(process.env, simulator.url, tenants);
    const customers = join(data, 'demo-tenants.json');
    const left = noLongerPlayed(await readJson(customers), settings.tenants);
    const all = [...settings.tenants, ...left];
    product = await runProduct({
      environment: {
        ...settings.environment,
        HOLDFAST_DATA: data,
        HOLDFAST_TENANTS: JSON.stringify(all),
        HOLDFAST_GRANTS: JSON.stringify(settings.grants),
      },
      log: logFile(join(data, 'holdfast.log'), () => {
        process.stderr.write('The log cannot be written; what it would say is lost until it can.\n');
      }),
      level: 'info',
      // Not before the folder is ours: it may be another process's. And not after the customers are registered: killed
      // in between, the next start would not know whom to retire.
      opened: () => writeWhole(customers, JSON.stringify(all, null, 2)),
    });
    if (product.problems.length > 0) return tellProblems(product);
    greet(product, simulator, data, tenants);
    await showProgress(product, stopping.signal);
  } catch (thrown) {
    process.stderr.write(
      `Holdfast could not start: ${thrown instanceof Error ? thrown.message : 'unknown'}\n`,
    );
    simulator?.stop();
    process.exit(1);
  }
}

/** Null where there is none yet, or none that can be read: it is written anew. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

async function simulatorArguments(data: string, given: Flags): Promise<string[]> {
  // In one piece: a value that begins with a minus is a value.
  const passed = names.flatMap(name => (given[name] === undefined ? [] : [`--${name}=${given[name]}`]));
  const port = process.env['SIMULATOR_PORT']?.trim() || '7072';
  return ['--port', port, '--born', await bornIn(data), ...passed];
}

/** When the invented world began: kept with the data pulled from it, so that a restart meets the same world. */
async function bornIn(data: string): Promise<string> {
  const path = join(data, 'demo-born.txt');
  try {
    const born = parseInstant((await readFile(path, 'utf8')).trim());
    if (born !== null) return isoInstant(born);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
  }
  const born = new Date().toISOString();
  await writeWhole(path, born);
  return born;
}

function tellProblems({ url, problems }: Product): void {
  const lines = problems.map(({ setting, problem }) => `    ${setting}: ${problem}\n`).join('');
  process.stdout.write(
    `\n  Holdfast pulls nothing, and ${url}/api/v1 answers 503, until these settings are right:\n${lines}\n` +
      '  Ctrl-C stops it. Mend them, and start again.\n\n',
  );
}

function greet(
  product: Product,
  simulator: SimulatorProcess,
  data: string,
  tenants: readonly DemoTenant[],
): void {
  const more = tenants.length > 5 ? ` and ${tenants.length - 5} more` : '';
  const names =
    tenants
      .slice(0, 5)
      .map(tenant => tenant.name)
      .join(', ') + more;
  const url = product.url === 'http://127.0.0.1:7071' ? '' : ` --url ${product.url}`;
  process.stdout.write(`
  Holdfast    ${product.url}/api/v1
  Simulator   ${simulator.url}   plays the providers of ${names}; nothing leaves this machine
${simulator.notes.map(note => `              ${note}\n`).join('')}  Data        ${shownPath(data)}   (log: ${join(data, 'holdfast.log')})

  Sign in     npx holdfast${url} token --as contoso-reader --save
  Search      npx holdfast${url} search 'ip:203.0.113.66' --order oldest
  Proof       npx holdfast${url} coverage
  All tenants npx holdfast${url} token --as operator --save

  Ctrl-C stops; the next start goes on where this one was.

`);
}

/** Relative below this folder, otherwise as it is. */
function shownPath(path: string): string {
  const below = relative('.', path);
  return below === '' || below.startsWith('..') ? path : below;
}

/** One line that grows while the backlog is pulled, and one more when it is done or nothing moves any longer. */
async function showProgress(product: Product, stopping: AbortSignal): Promise<void> {
  const began = performance.now();
  const live = process.stdout.isTTY;
  let moved = { at: began, mark: '' };
  for (;;) {
    const { tenants, sources, events, streams, behind, indexed } = await product.progress();
    if (stopping.aborted) return;
    const now = performance.now();
    const seconds = Math.round((now - began) / 1_000);
    const clear = live ? '\r\u001b[K' : '';
    const shown = events.toLocaleString('en');
    if (behind === 0 && indexed && streams > 0) {
      process.stdout.write(
        `${clear}  Up to date after ${seconds} s: ${shown} events of ${tenants} tenants from ${sources} sources are searchable,\n`,
      );
      process.stdout.write('  and new ones keep coming.\n');
      return;
    }
    const mark = `${behind} ${events}`;
    if (mark !== moved.mark) moved = { at: now, mark };
    if (now - moved.at > standstillMs) {
      process.stdout.write(
        `${clear}  ${shown} events are searchable; ${behind} of ${streams} streams wait or cannot go on; coverage says why.\n`,
      );
      return;
    }
    if (live)
      process.stdout.write(
        `${clear}  ${shown} events after ${seconds} s; ${streams - behind} of ${streams} streams up to date`,
      );
    await new Promise(done => setTimeout(done, 1_000));
  }
}
