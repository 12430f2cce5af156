import { fork } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import type { DemoTenant } from './demo-settings.ts';

export interface SimulatorProcess {
  readonly url: string;
  /** What it serves from a folder, and what it leaves out. */
  readonly notes: readonly string[];
  tenants(): Promise<readonly DemoTenant[]>;
  stop(): void;
}

const readySchema = z.object({ ready: z.url(), notes: z.array(z.string()) });
const failedSchema = z.object({ failed: z.string() });
const tenantsSchema = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      domains: z.array(z.string()),
      sources: z.array(z.object({ id: z.string(), remembersDays: z.number() })),
      // Null for a tenant that only signs people in.
      clientId: z.string().nullable(),
      clientSecret: z.string().nullable(),
      mimecast: z.object({ clientId: z.string(), secret: z.string(), region: z.string() }).nullable(),
    }),
  ),
});

/**
 * The simulator in a process of its own: what it costs to invent a world is not the product's. It ends with
 * this process, even after kill -9, because the channel between them closes.
 */
export function startSimulatorProcess(
  args: readonly string[],
  onExit: () => void,
): Promise<SimulatorProcess> {
  const script = join(import.meta.dirname, '../../simulator/start.ts');
  const child = fork(script, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: process.execArgv,
  });
  return new Promise((resolve, reject) => {
    let stopped = false;
    const early = (code: number | null): void =>
      reject(new Error(`the simulator ended at once (exit code ${code})`));
    child.once('error', reject);
    child.once('exit', early);
    child.on('message', (message: unknown) => {
      const failed = failedSchema.safeParse(message);
      if (failed.success) reject(new Error(failed.data.failed));
      const ready = readySchema.safeParse(message);
      if (!ready.success) return;
      const { ready: url, notes } = ready.data;
      child.off('exit', early);
      child.once('exit', () => {
        if (!stopped) onExit();
      });
      resolve({
        url,
        notes,
        tenants: async () => {
          const reply = await fetch(`${url}/control/tenants`);
          const cards = tenantsSchema.parse(await reply.json()).value;
          return cards.flatMap(({ clientId, clientSecret, ...card }) =>
            clientId === null || clientSecret === null ? [] : [{ ...card, clientId, clientSecret }],
          );
        },
        stop: () => {
          stopped = true;
          child.kill();
        },
      });
    });
  });
}
