import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { signIn } from '../../cli/sign-in.ts';
import { instant } from '../../shared/kernel/time.ts';

export interface ProductProcess {
  readonly url: string;
  readonly child: ChildProcess;
  output(): string;
  /** Resolves with the exit code, or with the signal that ended it, when all it said has come. */
  ended(): Promise<number | string | null>;
}

/** One of the host's entry points as a process of its own, through the launcher as npm's scripts run it. */
export function startProcess(
  script: 'start.ts' | 'serve.ts',
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): ProductProcess {
  const [launcher, path] = ['launch.js', script].map(name =>
    join(import.meta.dirname, '../../shared/host', name),
  );
  const command = ['--disable-warning=ExperimentalWarning', launcher ?? '', path ?? '', ...args];
  const child = spawn(process.execPath, command, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a terminal gives it.
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // Not 'exit': what it said last may come after that.
  const closed = once(child, 'close').then(([code, signal]: unknown[]) =>
    typeof code === 'number' ? code : typeof signal === 'string' ? signal : null,
  );
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await closed;
  });
  return {
    url: `http://127.0.0.1:${environment['PORT']}`,
    child,
    output: () => output,
    ended: () => closed,
  };
}

/** Asks again until it answers something: eight minutes at most, and no longer than the process lives that is to answer. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null>,
  process?: ProductProcess,
): Promise<T> {
  const said = (): string => (process === undefined ? '' : `. It said:\n${process.output()}`);
  for (let tries = 0; tries < 2_400; tries += 1) {
    try {
      const answer = await ask();
      if (answer !== null) return answer;
    } catch {
      // Not listening yet.
    }
    const { exitCode, signalCode } = process?.child ?? { exitCode: null, signalCode: null };
    if (exitCode !== null || signalCode !== null) {
      throw new Error(`${what} cannot happen: the process ended with ${exitCode ?? signalCode}${said()}`);
    }
    await new Promise(done => setTimeout(done, 200));
  }
  throw new Error(`${what} did not happen within eight minutes${said()}`);
}

/** Resolves when the product answers. */
export function healthy(product: ProductProcess): Promise<true> {
  const ask = async (): Promise<true | null> =>
    (await fetch(`${product.url}/api/v1/health`)).ok ? true : null;
  return until('health', ask, product);
}

/** Resolves when the product says that all streams have caught up. */
export function upToDate(product: ProductProcess): Promise<true> {
  return until('catching up', async () => (product.output().includes('Up to date') ? true : null), product);
}

export async function tokenOf(url: string, persona: string): Promise<string> {
  const reply = await fetch(`${url}/api/v1/config`);
  const config = (await reply.json()) as { signIn: Parameters<typeof signIn>[0]['config'] };
  const { token } = await signIn({
    config: config.signIn,
    tenant: 'organizations',
    persona,
    show: () => {},
    now: () => instant(Date.now()),
    signal: AbortSignal.timeout(300_000),
  });
  return token;
}

export async function get<T>(url: string, token: string): Promise<T> {
  const reply = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
  return (await reply.json()) as T;
}
