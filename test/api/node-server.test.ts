import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Api } from '../../shared/api/api-request.ts';
import { startNodeServer, type NodeServer, type Timeouts } from '../../shared/host/node-server.ts';
import { AppError } from '../../shared/kernel/errors.ts';

/** How many requests have come to `echo`. */
let begun = 0;

/** Answers what it got; takes bodies of up to 1,000 bytes on /read, and never looks at them elsewhere. */
const echo: Api = {
  async handle(request) {
    begun += 1;
    const answer = (
      status: number,
      body: string,
    ): { status: number; headers: Record<string, string>; body: string } => ({
      status,
      headers: { 'content-type': 'text/plain' },
      body,
    });
    if (request.target === '/slow') await sleep(300);
    if (request.target === '/token') return answer(200, request.headers['authorization'] ?? 'none');
    if (request.target === '/large') return answer(200, 'x'.repeat(5_000_000));
    // More than the system keeps for a client that does not read.
    if (request.target === '/huge') return answer(200, 'x'.repeat(30_000_000));
    if (request.target !== '/read') return answer(200, `${request.method} ${request.target}`);
    try {
      const bytes = await request.readBody(1_000);
      return answer(200, `read ${String(bytes.byteLength)}`);
    } catch (thrown) {
      return answer(thrown instanceof AppError && thrown.code === 'request.too-large' ? 413 : 400, 'refused');
    }
  },
};

async function start(timeouts: Partial<Timeouts> = {}): Promise<NodeServer> {
  const server = await startNodeServer({
    api: echo,
    port: 0,
    // Time to read on is given where a case is not about its end: a busy machine takes its own.
    timeouts: { grace: 300, drain: 300_000, ...timeouts },
  });
  onTestFinished(() => server.close());
  return server;
}

interface Line {
  readonly socket: Socket;
  /** Everything received so far. */
  text(): string;
  closed: Promise<void>;
}

async function dial(server: NodeServer): Promise<Line> {
  const socket = connect(server.port, '127.0.0.1');
  let text = '';
  socket.on('data', chunk => (text += chunk.toString('latin1')));
  // A reset is one of the ways a connection may end here.
  socket.on('error', () => undefined);
  const closed = new Promise<void>(resolve => socket.once('close', () => { resolve(); })); // prettier-ignore
  await new Promise<void>(resolve => socket.once('connect', resolve));
  onTestFinished(() => {
    socket.destroy();
  });
  return { socket, text: () => text, closed };
}

async function expectSoon(what: () => boolean): Promise<void> {
  for (let n = 0; n < 2_000 && !what(); n += 1) await sleep(10);
  expect(what()).toBe(true);
}

/** The server still serves strangers. */
async function expectAlive(server: NodeServer): Promise<void> {
  const reply = await fetch(`${server.url}/alive`);
  expect(await reply.text()).toBe('GET /alive');
}

test('listens on loopback unless told otherwise', async () => {
  const server = await start();
  expect(server.url).toBe(`http://127.0.0.1:${String(server.port)}`);
  await expectAlive(server);
});

test('says so when the port is taken', async () => {
  const server = await start();
  await expect(startNodeServer({ api: echo, port: server.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

describe('noise', () => {
  test('of ten megabytes without HTTP is answered 400 and cut', async () => {
    const server = await start();
    const { socket, text, closed } = await dial(server);
    // 0x80 and above: never a method.
    socket.write(Buffer.alloc(10 * 1024 * 1024, 0xa5));
    await closed;
    expect(text().startsWith('HTTP/1.1 400 ') || text() === '').toBe(true);
    await expectAlive(server);
  });

  test('a few bytes are answered 400 in the API’s own form', async () => {
    const server = await start();
    const { socket, text, closed } = await dial(server);
    socket.write('\u0016\u0003\u0001 this is not HTTP\r\n\r\n');
    await closed;
    expect(text()).toMatch(/^HTTP\/1\.1 400 /);
    expect(text()).toContain('"code":"RequestInvalid"');
  });

  test('an address with letters as they are typed is told how to be written', async () => {
    const server = await start();
    const { socket, text, closed } = await dial(server);
    socket.write('GET /api/v1/events?q=Lefèvre HTTP/1.1\r\nhost: a\r\n\r\n');
    await closed;
    expect(text()).toMatch(/^HTTP\/1\.1 400 .*"code":"RequestInvalid".*%C3%A9/s);
    await expectAlive(server);
  });

  test('headers beyond 32 KiB are 431', async () => {
    const server = await start();
    const { socket, text, closed } = await dial(server);
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'a'.repeat(40_000)}\r\n\r\n`);
    await closed;
    expect(text()).toMatch(/^HTTP\/1\.1 431 /);
    expect(text()).toContain('"code":"HeadersTooLarge"');
    await expectAlive(server);
  });

  test.each([
    ['two lengths', 'POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabc'],
    [
      'a length and chunks',
      'POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a negative length', 'POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: -3\r\n\r\n'],
    ['a header with a control character', 'GET / HTTP/1.1\r\nhost: x\r\nx-a: b\u0000c\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ])('%s is 400', async (_, bytes) => {
    const server = await start();
    const { socket, text, closed } = await dial(server);
    socket.write(bytes);
    await closed;
    expect(text()).toMatch(/^HTTP\/1\.1 400 /);
    await expectAlive(server);
  });
});

test('two tokens are handed on as two: which one is meant is not for the server to guess', async () => {
  const server = await start();
  const { socket, text } = await dial(server);
  socket.write(
    'GET /token HTTP/1.1\r\nhost: x\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n',
  );
  await expectSoon(() => text().endsWith('Bearer a, Bearer b'));
});

describe('a body', () => {
  test('within the limit is read, in chunks too', async () => {
    const server = await start();
    const { socket, text } = await dial(server);
    socket.write('POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n');
    await sleep(20);
    socket.write('3\r\nyou\r\n0\r\n\r\n');
    await expectSoon(() => text().includes('read 8'));
  });

  test('declared beyond the limit is 413 before it is sent', async () => {
    const server = await start();
    const { socket, text } = await dial(server);
    socket.write('POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\n\r\n');
    await expectSoon(() => text().startsWith('HTTP/1.1 413 '));
  });

  test('of ten megabytes in chunks is 413, and the server reads no more of it than it must', async () => {
    const server = await start();
    const { socket, text } = await dial(server);
    socket.write('POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    for (let n = 0; n < 160 && !socket.destroyed; n += 1) socket.write(`10000\r\n${'n'.repeat(0x10000)}\r\n`);
    await expectSoon(() => text().startsWith('HTTP/1.1 413 '));
    await expectAlive(server);
  });

  test('nobody asked for does not keep the answer back, and the connection serves on', async () => {
    const server = await start();
    const { socket, text } = await dial(server);
    socket.write('POST /elsewhere HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\n');
    await expectSoon(() => text().includes('POST /elsewhere'));
    socket.write(Buffer.alloc(2_000_000, 'b'));
    socket.write('GET /next HTTP/1.1\r\nhost: x\r\n\r\n');
    await expectSoon(() => text().includes('GET /next'));
  });

  test('that nobody asked for and that never ends is cut', async () => {
    const server = await start({ drain: 300 });
    const { socket, text, closed } = await dial(server);
    socket.write('POST /elsewhere HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\n');
    await closed;
    expect(text()).toContain('POST /elsewhere');
    await expectAlive(server);
  });

  test('that trickles in is cut off with 408', async () => {
    const server = await start({ headers: 300, request: 500 });
    const { socket, text, closed } = await dial(server);
    socket.write('POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n');
    const drip = setInterval(() => socket.write('a'), 50);
    await closed;
    clearInterval(drip);
    expect(text()).toMatch(/^HTTP\/1\.1 408 /);
    await expectAlive(server);
  });

  test('whose sender goes away leaves nothing behind', async () => {
    const server = await start();
    for (let n = 0; n < 20; n += 1) {
      const { socket } = await dial(server);
      socket.write('POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\nabc');
      await sleep(5);
      socket.resetAndDestroy();
    }
    await expectAlive(server);
  });

  test('is sent for only when wanted (Expect: 100-continue)', async () => {
    const server = await start();
    const wanted = await dial(server);
    wanted.socket.write(
      'POST /read HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n',
    );
    await expectSoon(() => wanted.text().startsWith('HTTP/1.1 100 Continue'));
    wanted.socket.write('body');
    await expectSoon(() => wanted.text().includes('read 4'));
    const unwanted = await dial(server);
    unwanted.socket.write('POST /x HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n');
    await expectSoon(() => unwanted.text().includes('POST /x'));
    expect(unwanted.text()).not.toContain('100 Continue');
  });
});

describe('slow and impatient clients', () => {
  test('headers that trickle in are cut off', async () => {
    const server = await start({ headers: 300, request: 500 });
    const { socket, text, closed } = await dial(server);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n');
    const drip = setInterval(() => socket.write('x-a: b\r\n'), 50);
    await closed;
    clearInterval(drip);
    expect(text()).toMatch(/^HTTP\/1\.1 408 /);
    await expectAlive(server);
  });

  test('an answer nobody reads is given up', async () => {
    const server = await start({ idle: 300 });
    const { socket, closed } = await dial(server);
    socket.pause();
    for (let n = 0; n < 8; n += 1) socket.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
    await sleep(900);
    socket.resume();
    await closed;
    await expectAlive(server);
  });

  test('a client that leaves before its answer is no trouble', async () => {
    const server = await start();
    for (let n = 0; n < 10; n += 1) {
      const { socket } = await dial(server);
      socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
      await sleep(5);
      socket.destroy();
    }
    await sleep(350);
    await expectAlive(server);
  });

  test('two thousand pipelined requests are answered in order', async () => {
    const server = await start();
    const { socket, text } = await dial(server);
    const paths = Array.from({ length: 2_000 }, (_, n) => `/p${String(n)}`);
    socket.write(paths.map(path => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
    await expectSoon(() => text().includes('GET /p1999'));
    const answers = [...text().matchAll(/GET (\/p\d+)/g)].map(([, path]) => path);
    expect(answers).toEqual(paths);
  });

  test('garbage after a pipelined request ends the connection, not the server', async () => {
    const server = await start();
    const { socket, closed } = await dial(server);
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n\u0001\u0002\u0003garbage\r\n\r\n');
    await closed;
    await sleep(350);
    await expectAlive(server);
  });

  test('an idle connection is closed', async () => {
    const server = await start({ keepAlive: 200 });
    const { socket, text, closed } = await dial(server);
    socket.write('GET /one HTTP/1.1\r\nhost: x\r\n\r\n');
    await closed;
    expect(text()).toContain('GET /one');
  });
});

describe('closing', () => {
  test('lets an answer under way end, and takes no new connection', async () => {
    const server = await startNodeServer({ api: echo, port: 0, timeouts: { grace: 30_000 } });
    const { socket, text } = await dial(server);
    const before = begun;
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
    await expectSoon(() => begun > before);
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(20_000);
    await expectSoon(() => text().includes('GET /slow'));
    await expect(fetch(`${server.url}/alive`)).rejects.toThrow('fetch failed');
  });

  test('lets an answer end that its client is slow to read, to its last byte', async () => {
    const server = await startNodeServer({ api: echo, port: 0, timeouts: { grace: 300_000 } });
    const { socket, text, closed } = await dial(server);
    const before = begun;
    socket.pause();
    socket.write('GET /huge HTTP/1.1\r\nhost: x\r\n\r\n');
    await expectSoon(() => begun > before);
    const closing = server.close();
    await sleep(100);
    socket.resume();
    await closed;
    await closing;
    expect(text().slice(text().indexOf('\r\n\r\n') + 4)).toHaveLength(30_000_000);
  });

  test('does not wait for ever', async () => {
    const server = await startNodeServer({ api: echo, port: 0, timeouts: { grace: 200 } });
    const { socket } = await dial(server);
    const before = begun;
    socket.write('POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n');
    await expectSoon(() => begun > before);
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
