import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signIn } from '../cli/sign-in.ts';
import { instant } from '../shared/kernel/time.ts';
import { freePort } from '../test/support/free-port.ts';
import type { Figures } from './figures.ts';

/** From `npm start` in an empty data folder to the first healthy answer and the first event a search finds. */
export async function benchStart(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-start-'));
  const port = await freePort();
  const simulatorPort = await freePort();
  const began = performance.now();
  const environment = { PORT: String(port), SIMULATOR_PORT: String(simulatorPort), HOLDFAST_DATA: folder };
  // A group of its own: npm passes a signal on to its shell only, and the product would outlive both.
  const env = { ...process.env, ...environment };
  const child = spawn('npm', ['start'], { env, stdio: 'ignore', detached: true });
  const url = `http://127.0.0.1:${port}`;
  try {
    const healthy = await until(began, async () => (await fetch(`${url}/api/v1/health`)).ok);
    const token = await tokenOf(url, 'contoso-reader');
    const searchable = await until(began, async () => {
      const reply = await fetch(`${url}/api/v1/events?limit=1`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const page = (await reply.json()) as { value?: unknown[] };
      return (page.value?.length ?? 0) > 0;
    });
    return {
      name: 'npm start',
      figures: { 'seconds to health': healthy, 'seconds to the first searchable event': searchable },
      targets: {
        'seconds to health': { atMost: 20 },
        'seconds to the first searchable event': { atMost: 60 },
      },
    };
  } finally {
    const group = child.pid;
    if (group !== undefined) {
      process.kill(-group, 'SIGTERM');
      // What is on its way is finished, and written into the folder.
      await until(began, async () => isGone(group));
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/** No process of the group is left. */
function isGone(group: number): boolean {
  try {
    return !process.kill(-group, 0);
  } catch {
    return true;
  }
}

async function tokenOf(url: string, persona: string): Promise<string> {
  const reply = await fetch(`${url}/api/v1/config`);
  const config = (await reply.json()) as { signIn: Parameters<typeof signIn>[0]['config'] };
  const { token } = await signIn({
    config: config.signIn,
    tenant: 'organizations',
    persona,
    show: () => {},
    now: () => instant(Date.now()),
    signal: AbortSignal.timeout(20_000),
  });
  return token;
}

/** Seconds since `began` until `holds`, asked every 50 ms, for two minutes at most. */
async function until(began: number, holds: () => Promise<boolean>): Promise<number> {
  for (;;) {
    const seconds = (performance.now() - began) / 1_000;
    try {
      if (await holds()) return Number(seconds.toFixed(2));
    } catch {
      // Not listening yet.
    }
    if (seconds > 120) throw new Error('npm start did not get there within two minutes');
    await new Promise(done => setTimeout(done, 50));
  }
}
