import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { main } from '../../cli/main.ts';

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Which Node starts the launcher; this one where not given. */
  readonly node?: string;
  /** Close its output after the first piece, as `head` does. */
  readonly enough?: true;
  /** Called with everything standard error has said so far. */
  readonly onNote?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

const noHome = { XDG_CONFIG_HOME: '/nonexistent' };

export const launcher = resolve(import.meta.dirname, '../../cli/holdfast.js');

/** Runs `holdfast` as a process of its own, with a home folder of its own unless `env` says otherwise. */
export function holdfast(args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const env = { PATH: process.env['PATH'] ?? '', ...noHome, ...options.env };
  const child = spawn(options.node ?? process.execPath, [launcher, ...args], { env });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (options.enough === true) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    options.onNote?.(err, signal => child.kill(signal));
  });
  // A command that ends before it has read everything closes its input; that is not our failure.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', code => {
      settle({ code, out, err });
    });
  });
}

/** The same command in this process: the same arguments, streams and exit code, without starting Node for each. */
export async function holdfastHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  stdin.end();
  const interrupt = new AbortController().signal;
  const code = await main(args, { stdin, stdout, stderr, env: { ...noHome, ...env }, interrupt });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { code, out, err };
}
