import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/product-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

it('ends in order when npm alone is told to', async () => {
  const [port, simulatorPort] = [await freePort(), await freePort()];
  const npm = spawn('npm', ['start', '--', '--events', '500'], {
    cwd: join(import.meta.dirname, '../..'),
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      SIMULATOR_PORT: String(simulatorPort),
      HOLDFAST_DATA: await tempFolder(),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  onTestFinished(() => endGroup(npm.pid));
  let output = '';
  npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const health = `http://127.0.0.1:${port}/api/v1/health`;
  await until('health', async () => ((await fetch(health)).ok ? true : null));

  const ended = once(npm, 'close');
  npm.kill('SIGTERM');
  await ended;
  for (const url of [health, `http://127.0.0.1:${simulatorPort}/control/tenants`]) {
    await until(`the end of ${url}`, () => fetch(url).then(() => null, () => true)); // prettier-ignore
  }
  expect(output).toContain('Stopping');
});

/** Whatever is left of it, where the test has failed. */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}
