import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.ts';
import {
  get,
  healthy,
  startProcess,
  tokenOf,
  until,
  upToDate,
  type ProductProcess,
} from '../support/product-process.ts';
import { azureSettings } from '../support/azure-settings.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface Event {
  readonly id: string;
  readonly revision: number;
  readonly actor: { readonly id: string | null } | null;
  readonly targets: readonly { readonly id: string | null }[];
  readonly summary: string;
  readonly rebuiltAt?: string;
}
type Settled = Omit<Event, 'actor' | 'targets' | 'summary' | 'rebuiltAt'>;
interface Page {
  readonly value: readonly Event[];
  readonly total: { readonly value: number; readonly exact: boolean };
}

const dayMs = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();

/**
 * A backfill is in the past: what it found once is there for good, whatever is invented meanwhile. All but what a name
 * may say, which is filled in when the directory has been asked: before somebody looks, or after. `range` has fixed
 * ends: between two looks that end a day before now another event comes in.
 */
async function settledEvents(
  product: ProductProcess,
  token: string,
  range: { readonly from: string; readonly to: string },
): Promise<readonly Settled[]> {
  const query = new URLSearchParams({ q: 'category:role', ...range, limit: '1000' }).toString();
  const { value } = await get<Page>(`${product.url}/api/v1/events?${query}`, token);
  return value.map(({ actor, targets, summary: _named, rebuiltAt: _rebuilt, ...event }) => ({
    ...event,
    actor: actor?.id,
    targets: targets.map(({ id }) => id),
  }));
}

it('pulls, finds and serves after one command; goes on after kill -9; stops in order', async () => {
  const environment = {
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    HOLDFAST_DATA: await tempFolder(),
  };
  const range = { from: daysAgo(28), to: daysAgo(1) };
  const first = startProcess('start.ts', environment, ['--events', '6000']);
  await healthy(first);
  const token = await tokenOf(first.url, 'operator');
  await until('the first event', async () => {
    const page = await get<Page>(`${first.url}/api/v1/events?limit=1`, token);
    return page.value.length > 0 ? page : null;
  });
  // In the middle of the backfill, with windows open: nobody gets to say goodbye.
  first.child.kill('SIGKILL');
  expect(await first.ended()).toBe('SIGKILL');

  const second = startProcess('start.ts', environment, ['--events', '6000']);
  await healthy(second);
  await upToDate(second);
  const again = await tokenOf(second.url, 'operator');
  const events = await settledEvents(second, again, range);
  expect(events.length).toBeGreaterThan(10);
  expect(new Set(events.map(event => event.id)).size).toBe(events.length);
  expect(events.every(event => event.revision === 1)).toBe(true);
  const sources = await get<{ value: { source: string }[] }>(`${second.url}/api/v1/coverage`, again);
  // All the simulator has, and both customers their Mimecast account.
  const control = `http://127.0.0.1:${environment.SIMULATOR_PORT}/control/tenants`;
  const offered = (await get<{ value: { sources: { id: string }[] }[] }>(control, again)).value;
  const wanted = new Set(offered.flatMap(tenant => tenant.sources.map(({ id }) => id)));
  expect(new Set(sources.value.map(one => one.source))).toEqual(wanted);
  expect([...wanted].filter(id => id.startsWith('mimecast.')).length).toBe(9);
  // As a terminal does: to the simulator beside it too.
  process.kill(-(second.child.pid ?? Number.NaN), 'SIGINT');
  expect(await second.ended()).toBe(0);
  expect(second.output()).toContain('Stopping');
  expect(second.output()).not.toContain('has ended');

  const third = startProcess('start.ts', environment, ['--events', '6000']);
  await healthy(third);
  await upToDate(third);
  expect(await settledEvents(third, await tokenOf(third.url, 'operator'), range)).toEqual(events);
}, 1_800_000);

it('says that the data folder is taken, and by what to mend it', async () => {
  const data = await tempFolder();
  const one = {
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    HOLDFAST_DATA: data,
  };
  const first = startProcess('start.ts', one, ['--events', '500']);
  await until('the greeting', async () => (first.output().includes('Ctrl-C') ? true : null), first);
  const customers = await readFile(join(data, 'demo-tenants.json'), 'utf8');
  const other = { ...one, PORT: String(await freePort()), SIMULATOR_PORT: String(await freePort()) };
  const second = startProcess('start.ts', other, ['--events', '500', '--tenants', '4']);
  expect(await second.ended()).toBe(1);
  // Else the next start would take the two that were never played for customers, and retire them.
  expect(await readFile(join(data, 'demo-tenants.json'), 'utf8')).toBe(customers);
  expect(second.output()).toContain('Another Holdfast is running on this data folder');
  expect(second.output()).not.toMatch(/\n\s+at /);
});

it('retires whom a start played that never came to say so', async () => {
  const data = await tempFolder();
  const taken = createServer();
  taken.listen(await freePort(), '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const settings = async () => ({ SIMULATOR_PORT: String(await freePort()), HOLDFAST_DATA: data });
  // It registers its customers, and ends before it is up.
  const first = startProcess('start.ts', { ...(await settings()), PORT: String(port) }, ['--tenants', '3']);
  expect(await first.ended()).toBe(1);
  expect(first.output()).toContain('is in use');
  const PORT = String(await freePort());
  const second = startProcess('start.ts', { ...(await settings()), PORT }, ['--events', '300']);
  await healthy(second);
  const token = await tokenOf(second.url, 'operator');
  const { value } = await get<{ value: { state: string }[] }>(`${second.url}/api/v1/tenants`, token);
  expect(value.map(({ state }) => state).sort()).toEqual(['active', 'active', 'retired']);
}, 600_000);

it('answers 503 that names the setting when one is missing or wrong', async () => {
  const serve = startProcess('serve.ts', {
    PORT: String(await freePort()),
    HOLDFAST_DATA: await tempFolder(),
    HOLDFAST_GRAPH_URL: 'not a url',
    HOLDFAST_CLIENTID: 'b1f0e6a2-0000-4000-8000-0000000a0d1e',
  });
  // With wrong settings the port is the wish of whoever set it all the same.
  await healthy(serve);
  const ready = await fetch(`${serve.url}/api/v1/ready`);
  expect(ready.status).toBe(503);
  const named = ((await ready.json()) as { checks: { name: string }[] }).checks.map(check => check.name);
  expect(named).toEqual(expect.arrayContaining(['HOLDFAST_CLIENT_ID', 'HOLDFAST_GRAPH_URL']));
  const events = await fetch(`${serve.url}/api/v1/events`);
  expect(events.status).toBe(503);
  expect(await events.text()).toContain('HOLDFAST_CLIENT_ID');
  expect(serve.output()).toMatch(/^HOLDFAST_CLIENTID is not a setting; did you mean HOLDFAST_CLIENT_ID\?\n/m);
  serve.child.kill('SIGTERM');
  expect(await serve.ended()).toBe(0);
});

it('does not keep on this machine what was meant for Azure', async () => {
  const data = join(await tempFolder(), 'data');
  const serve = startProcess('serve.ts', {
    PORT: String(await freePort()),
    HOLDFAST_DATA: data,
    HOLDFAST_CLIENT_ID: 'b1f0e6a2-0000-4000-8000-0000000a0d1e',
    ...azureSettings,
  });
  await healthy(serve);
  const ready = await fetch(`${serve.url}/api/v1/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.text()).toContain('HOLDFAST_PROFILE');
  expect(existsSync(data)).toBe(false);
  serve.child.kill('SIGTERM');
  expect(await serve.ended()).toBe(0);
});

const oneSentence = (output: string): void => {
  expect(output).not.toMatch(/\n\s+at |node:/);
};

it.each(['start.ts', 'serve.ts'] as const)('%s says what is in the way of the data folder', async script => {
  const file = join(await tempFolder(), 'file');
  await writeFile(file, '');
  const environment = {
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    HOLDFAST_CLIENT_ID: 'b1f0e6a2-0000-4000-8000-0000000a0d1e',
    HOLDFAST_DATA: file,
  };
  const process = startProcess(script, environment);
  expect(await process.ended()).toBe(1);
  expect(process.output()).toContain('a file stands in its place. Set HOLDFAST_DATA');
  oneSentence(process.output());
});

it('says once that a port is taken, and by which setting to choose another', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const [free, data] = [String(await freePort()), await tempFolder()];
  const product = startProcess('start.ts', { PORT: String(port), SIMULATOR_PORT: free, HOLDFAST_DATA: data });
  expect(await product.ended()).toBe(1);
  expect(product.output()).toBe(
    `Holdfast could not start: Port ${port} is in use. Set PORT to another; 0 takes a free one.\n`,
  );
  const beside = startProcess('start.ts', { PORT: free, SIMULATOR_PORT: String(port), HOLDFAST_DATA: data });
  expect(await beside.ended()).toBe(1);
  expect(beside.output()).toBe(
    `Holdfast could not start: Port ${port} of the simulator is in use. Choose another with SIMULATOR_PORT.\n`,
  );
});

it('says what is wrong with a flag, and what flags there are', async () => {
  const data = await tempFolder();
  await writeFile(join(data, 'file'), '');
  const environment = { SIMULATOR_PORT: String(await freePort()), HOLDFAST_DATA: data };
  const unknown = startProcess('start.ts', environment, ['--nonsense']);
  expect(await unknown.ended()).toBe(2);
  expect(unknown.output()).toContain("Unknown option '--nonsense'");
  expect(unknown.output()).toContain('--records DIR');
  oneSentence(unknown.output());
  const noFolder = startProcess('start.ts', environment, ['--records', join(data, 'file')]);
  expect(await noFolder.ended()).toBe(1);
  expect(noFolder.output()).toMatch(/^Holdfast could not start: --records: there is no folder .*file\.\n$/);
});

it('does not greet as if all were well when a setting is wrong', async () => {
  const environment = {
    PORT: '1e3',
    SIMULATOR_PORT: String(await freePort()),
    HOLDFAST_DATA: await tempFolder(),
  };
  const slips = { HOLDFAST_HOST: '127.0.0.2', HOLDFAST_PULL_SECOND: '5' };
  const wrong = startProcess('start.ts', { ...environment, ...slips }, ['--events', '500']);
  await until('the problem', async () => (wrong.output().includes('Ctrl-C') ? true : null), wrong);
  expect(wrong.output()).toContain('PORT: expected a whole number from 0 to 65535');
  expect(wrong.output()).toContain('answers 503');
  expect(wrong.output()).toContain(
    'HOLDFAST_PULL_SECOND is not a setting; did you mean HOLDFAST_PULL_SECONDS?\n',
  );
  expect(wrong.output()).not.toContain('Sign in');
});

it('goes on pulling when nobody reads what it says any longer', async () => {
  const environment = {
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    HOLDFAST_DATA: await tempFolder(),
  };
  const product = startProcess('start.ts', environment, ['--events', '500']);
  await healthy(product);
  product.child.stdout?.destroy();
  product.child.stderr?.destroy();
  const token = await tokenOf(product.url, 'operator');
  // `Up to date` is said to nobody; the loop that says it ends with the last stream.
  const streams = await until('catching up', async () => {
    const { value } = await get<{ value: { state: string }[] }>(`${product.url}/api/v1/coverage`, token);
    return value.length > 0 && value.every(({ state }) => state === 'current') ? value : null;
  });
  expect(streams.length).toBeGreaterThan(10);
  product.child.kill('SIGTERM');
  expect(await product.ended()).toBe(0);
});
