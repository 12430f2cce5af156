import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { join } from 'node:path';

export interface Azurite {
  /** `http://127.0.0.1:<port>/devstoreaccount1` */
  readonly blobUrl: string;
  readonly queueUrl: string;
  readonly account: string;
  readonly key: string;
  /** Sets the emulator's clock, which then stands still: what a contract does takes no time. */
  setClock(now: number): Promise<void>;
  close(): void;
}

/** The account every Azurite has, and its published key. */
export const developmentAccount = {
  account: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
};

const flags = [
  '--blobPort=0',
  '--queuePort=0',
  '--tablePort=0',
  '--disableTelemetry',
  '--skipApiVersionCheck',
  '--inMemoryPersistence',
  // Seconds. A connection must not be closed in the moment in which somebody takes it up again.
  '--blobKeepAliveTimeout=600',
  '--queueKeepAliveTimeout=600',
];

/** Azurite in a process of its own, which ends with this one. `more`: flags beside the usual ones. */
export async function startAzurite(more: readonly string[] = []): Promise<Azurite> {
  const program = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
  const child = fork(program, [...flags, ...more], {
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      '--import',
      join(import.meta.dirname, 'azurite-clock.ts'),
    ],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let asked = 0;
  const waiting = new Map<number, () => void>();
  child.on('message', message => {
    const { set } = message as { set: number };
    waiting.get(set)?.();
    waiting.delete(set);
  });
  const ports = await new Promise<Map<string, string>>((resolve, reject) => {
    const found = new Map<string, string>();
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const [, service = '', url = ''] of text.matchAll(
        /Azurite (\w+) service is successfully listening at (\S+)/g,
      )) {
        found.set(service, url);
      }
      if (found.size === 3) resolve(found);
    });
    child.once('exit', code => reject(new Error(`Azurite ended with ${code}`)));
  });
  child.unref();
  child.channel?.unref();
  // A pipe, which as such may be left alone when the test ends.
  (child.stdout as Socket | null)?.unref();
  return {
    ...developmentAccount,
    blobUrl: `${ports.get('Blob')}/${developmentAccount.account}`,
    queueUrl: `${ports.get('Queue')}/${developmentAccount.account}`,
    setClock: now =>
      new Promise(resolve => {
        const id = (asked += 1);
        waiting.set(id, resolve);
        child.send({ now, id });
      }),
    close: () => child.disconnect(),
  };
}
