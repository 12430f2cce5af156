import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fewRecords } from '../support/small-world.ts';
import { ask } from '../support/simulator-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface Running {
  readonly child: ChildProcess;
  output(): string;
  /** The first message to the parent. */
  readonly message: Promise<unknown>;
  /** The exit code, when all it said has come. */
  readonly ended: Promise<number | null>;
}

function run(args: readonly string[]): Running {
  const script = join(import.meta.dirname, '../../simulator/start.ts');
  const execArgv = ['--disable-warning=ExperimentalWarning'];
  const child = fork(script, args, { silent: true, execArgv });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  return {
    child,
    output: () => output,
    message: new Promise(done => {
      child.once('message', done);
    }),
    ended: endOf(child),
  };
}

/** Of a child without its channel there is no 'close': that all it said has come, its streams say. */
async function endOf(child: ChildProcess): Promise<number | null> {
  const said = [child.stdout, child.stderr].map(stream => stream !== null && once(stream, 'close'));
  const [[code]] = (await Promise.all([once(child, 'exit'), ...said])) as [[number | null]];
  return code;
}

const urlIn = (message: unknown): string => {
  if (typeof message === 'object' && message !== null && 'ready' in message) return String(message.ready);
  throw new Error('it is not ready');
};

const sentenceIn = (message: unknown): string => {
  if (typeof message === 'object' && message !== null && 'failed' in message) return String(message.failed);
  throw new Error('it has not failed');
};

test('serves invented tenants and a folder of records, and stops when told', async () => {
  const folder = await tempFolder();
  await mkdir(join(folder, 'exchange.message-trace'));
  const line = fewRecords.traces[0]?.json(0) ?? '';
  await writeFile(join(folder, 'exchange.message-trace', 'one.ndjson'), `${line}\n`);
  const running = run([
    '--port',
    '0',
    '--seed',
    '5',
    '--events',
    '1000',
    '--tenants',
    '3',
    '--records',
    folder,
  ]);
  const url = urlIn(await running.message);
  const tenants = (await ask(`${url}/control/tenants`)).json();
  expect(tenants.list('value').length).toBe(5);
  const corpus = tenants.text('value', 3, 'id');
  expect((await ask(`${url}/control/truth?tenant=${corpus}&source=exchange.message-trace`)).text).toBe(
    `${line}\n`,
  );
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  expect(running.output()).toContain(`The simulator is at ${url}`);
});

test('whose parent is gone before the world is invented ends in silence', async () => {
  const running = run(['--port', '0', '--events', '20000']);
  running.child.disconnect();
  expect(await running.ended).toBe(0);
  expect(running.output()).not.toMatch(/Error|\bat .+\.ts:/);
});

test('ends when its parent is gone, however that went', async () => {
  const running = run(['--port', '0', '--events', '100']);
  const url = urlIn(await running.message);
  running.child.disconnect();
  expect(await running.ended).toBe(0);
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('born at the same time it is the same world after a restart', async () => {
  const records = async (): Promise<string> => {
    const running = run(['--port', '0', '--events', '300', '--born', '2026-10-05T12:00:00Z']);
    const url = urlIn(await running.message);
    const tenant = 'c0a10000-0000-4000-8000-00000000c001';
    await ask(`${url}/control/clock`, { method: 'POST', body: '{"now":"2026-10-05T13:00:00Z"}' });
    const answer = await ask(`${url}/control/truth?tenant=${tenant}&source=exchange.message-trace`);
    running.child.kill('SIGTERM');
    return answer.text;
  };
  const first = await records();
  expect(first.length).toBeGreaterThan(10_000);
  expect(await records()).toBe(first);
});

test('says where the lines are that it leaves out, and which files it cannot read', async () => {
  const folder = await tempFolder();
  const source = join(folder, 'exchange.message-trace');
  await mkdir(source);
  await writeFile(join(source, 'one.ndjson'), '{}\nnot json\n{"cut":\n\n[\n"\n');
  const running = run(['--port', '0', '--events', '100', '--records', folder]);
  const of = 'exchange.message-trace/one.ndjson';
  expect(await running.message).toMatchObject({
    notes: [
      expect.stringContaining('1 record of 1 source,'),
      `left out, because they are no JSON in UTF-8, or longer than 32 MB: ${of}:2, ${of}:3, ${of}:5 and 1 more`,
    ],
  });
  await symlink(join(folder, 'nothing'), join(source, 'two.ndjson'));
  const second = run(['--port', '0', '--events', '100', '--records', folder]);
  expect(sentenceIn(await second.message)).toMatch(/^--records: .*two\.ndjson cannot be read \(ENOENT\)/);
  expect(await second.ended).toBe(1);
  expect(second.output()).toBe('');
});

test('flags that cannot be meant are refused to the parent, which says so', async () => {
  const wrong = [
    ['--tenants', '0'],
    ['--records', '/nowhere/at/all'],
    ['--born', 'yesterday'],
    ['--nothing'],
  ];
  for (const args of wrong) {
    const running = run(args);
    expect(sentenceIn(await running.message)).toContain(args[0]);
    expect(await running.ended).toBe(2);
    // Said twice it would be in the way of the parent's own sentence.
    expect(running.output()).toBe('');
  }
});

test('a port that is none is told by the name of the setting it came from', async () => {
  for (const [port, told] of [
    ['x', 'SIMULATOR_PORT must be a whole number.'],
    ['70000', 'SIMULATOR_PORT must be at most 65535.'],
  ]) {
    const running = run(['--port', port ?? '']);
    expect(sentenceIn(await running.message)).toBe(told);
    expect(await running.ended).toBe(2);
  }
});

test('a port in use is named', async () => {
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  const port = await new Promise<number>(done => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const running = run(['--port', String(port), '--events', '100']);
  expect(sentenceIn(await running.message)).toContain(
    `Port ${port} of the simulator is in use. Choose another with SIMULATOR_PORT.`,
  );
  expect(await running.ended).toBe(1);
});
