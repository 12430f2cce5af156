import { fork } from 'node:child_process';
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import type { Figures } from './figures.ts';

/** Highest resident memory of a process that pulls, stores and indexes `events` records from a simulator. */
export async function benchMemory(events = 1_000_000): Promise<Figures> {
  // As on every start but the first: what Node has compiled is there.
  flushCompileCache();
  const child = fork(join(import.meta.dirname, 'memory-child.ts'), [String(events)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: process.execArgv,
  });
  const [message]: unknown[] = await once(child, 'message');
  const { seen, peak, seconds } = message as { seen: number; peak: number; seconds: number };
  return {
    name: `memory while pulling ${events.toLocaleString('en')} records`,
    figures: {
      records: seen,
      'peak resident memory, MB': Math.round(peak / 1_024),
      seconds: Math.round(seconds),
    },
    targets: { 'peak resident memory, MB': { atMost: 300 } },
  };
}
