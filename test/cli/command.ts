import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

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
  /** Called with everything standard error has said so far. */
  readonly onNote?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export const launcher = resolve(import.meta.dirname, '../../cli/holdfast.js');

/** Runs `holdfast` as a process of its own, with a home folder of its own unless `env` says otherwise. */
export function holdfast(args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const env = { PATH: process.env['PATH'] ?? '', XDG_CONFIG_HOME: '/nonexistent', ...options.env };
  const child = spawn(options.node ?? process.execPath, [launcher, ...args], { env });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
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
