import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { WorkerLine } from './worker-output.ts';

export interface Worker {
  readonly lines: readonly WorkerLine[];
  /** Resolves when at least this many lines were printed, or the worker ended. */
  printed(count: number): Promise<void>;
  kill(): void;
  /** Resolves when the process is gone; answers what it wrote to standard error. */
  ended: Promise<string>;
}

export interface WorkerJob {
  readonly job: 'put' | 'upsert' | 'ledger';
  readonly folder: string;
  readonly name?: string;
  readonly steps: number;
  /** A limit on the size of any file it writes, in blocks of 1,024 bytes (`ulimit -f`). */
  readonly fileLimit?: number;
}

/** Starts store-worker.ts. */
export function runWorker({ job, folder, name = 'w', steps, fileLimit }: WorkerJob): Worker {
  const script = fileURLToPath(new URL('./store-worker.ts', import.meta.url));
  const argv = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    script,
    job,
    folder,
    name,
    String(steps),
  ];
  const child =
    fileLimit === undefined
      ? spawn(argv[0] ?? '', argv.slice(1))
      : spawn('bash', ['-c', `ulimit -f ${fileLimit}; exec "$@"`, 'bash', ...argv]);
  return follow(child);
}

function follow(child: ChildProcess): Worker {
  const lines: WorkerLine[] = [];
  const waiting: { count: number; done: () => void }[] = [];
  const wake = (ended: boolean): void => {
    for (const one of waiting) if (ended || lines.length >= one.count) one.done();
  };
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  if (child.stdout === null) throw new Error('the worker has no output');
  const reader = createInterface({ input: child.stdout });
  reader.on('line', line => {
    lines.push(JSON.parse(line) as WorkerLine);
    wake(false);
  });
  const ended = Promise.all([once(child, 'close'), once(reader, 'close')]).then(() => {
    wake(true);
    return complaint;
  });
  return {
    lines,
    printed: count =>
      new Promise(resolve => {
        if (lines.length >= count || child.exitCode !== null) resolve();
        else waiting.push({ count, done: resolve });
      }),
    kill: () => {
      child.kill('SIGKILL');
    },
    ended,
  };
}
