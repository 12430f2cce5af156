import { createServer } from 'node:https';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  httpTransport,
  WireFault,
  type HttpTransport,
  type WireLimits,
} from '../../shared/adapters/net/http-transport.ts';
import type { HttpReply } from '../../shared/ports/http-client.ts';
import { selfSigned } from '../support/self-signed.ts';
import { reply, wireServer, type WireCall, type WireServer } from '../support/wire-server.ts';

/** Where a time-out is no part of the case, none must come of a busy machine. */
const patient: WireLimits = { connectMs: 30_000, headersMs: 30_000, stallMs: 30_000, bodyMs: 30_000, bodyBytes: 100_000 }; // prettier-ignore
const hasty: WireLimits = { ...patient, headersMs: 200, stallMs: 150 };

interface Bench {
  readonly server: WireServer;
  readonly transport: HttpTransport;
  get(target?: string, limits?: WireLimits): Promise<HttpReply>;
}

async function bench(answer: (call: WireCall, nth: number) => unknown): Promise<Bench> {
  const server = await wireServer(answer);
  const transport = httpTransport();
  onTestFinished(async () => {
    transport.close();
    await server.close();
  });
  const get = (target = '/x', limits = patient): Promise<HttpReply> =>
    transport.exchange(
      {
        secure: false,
        hostname: '127.0.0.1',
        port: Number(server.url.port),
        target,
        method: 'GET',
        headers: {},
      },
      limits,
    );
  return { server, transport, get };
}

const faultOf = async (asked: Promise<unknown>): Promise<string> => {
  const thrown: unknown = await asked.then(
    () => null,
    (error: unknown) => error,
  );
  return thrown instanceof WireFault ? thrown.kind : `no fault: ${String(thrown)}`;
};

const head = (...lines: string[]): string => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;
const length = (n: number): string => `content-length: ${n}`;
const chunked = 'transfer-encoding: chunked';

describe('a whole answer', () => {
  const bytes = Uint8Array.from({ length: 5_000 }, (_, at) => (at * 7) % 256);

  test('comes as it was sent, whatever its bytes', async () => {
    const { get } = await bench(call => reply(call, 200, bytes, { 'x-odd': 'a', 'set-cookie': 'b=c' }));
    const got = await get();
    expect(got.status).toBe(200);
    expect(Buffer.compare(got.bytes, bytes)).toBe(0);
    expect(got.headers).toMatchObject({ 'x-odd': 'a', 'set-cookie': 'b=c', 'content-length': '5000' });
  });
  test('may be of megabytes', async () => {
    const large = randomBytes(3_000_000);
    const { get } = await bench(call => reply(call, 200, large));
    expect(large.equals((await get('/x', { ...patient, bodyBytes: 4_000_000 })).bytes)).toBe(true);
  });
  test('may come in chunks, split anywhere', async () => {
    const { get } = await bench(async ({ socket }) => {
      const wire = Buffer.concat([
        Buffer.from(`${head(chunked)}1388\r\n`),
        bytes,
        Buffer.from('\r\n0\r\n\r\n'),
      ]);
      for (let at = 0; at < wire.length; at += 997) {
        socket.write(wire.subarray(at, at + 997));
        await new Promise(resolve => {
          setTimeout(resolve, 2);
        });
      }
    });
    expect(Buffer.compare((await get()).bytes, bytes)).toBe(0);
  });
  test.each<[string, Buffer[]]>([
    [
      'in several parts, of which only the last tells its length',
      [Buffer.alloc(300_000, 'a'), Buffer.from('b')],
    ],
    ['too large to be unfolded on the spot', [randomBytes(80_000)]],
    ['of nothing', [Buffer.alloc(0)]],
  ])('may be packed %s', async (_, parts) => {
    const packed = Buffer.concat(parts.map(part => gzipSync(part)));
    const { get } = await bench(call => reply(call, 200, packed, { 'content-encoding': 'gzip' }));
    const answer = await get('/x', { ...patient, bodyBytes: 1_000_000 });
    expect(Buffer.concat(parts).equals(answer.bytes)).toBe(true);
  });
  test.each(['gzip', 'x-gzip', 'GZIP'])('may be packed as %s', async encoding => {
    const { get } = await bench(call => reply(call, 200, gzipSync(bytes), { 'content-encoding': encoding }));
    const got = await get();
    expect(Buffer.compare(got.bytes, bytes)).toBe(0);
    // They would describe bytes nobody sees.
    expect(Object.keys(got.headers)).not.toContain('content-encoding');
    expect(Object.keys(got.headers)).not.toContain('content-length');
  });
  test('may be empty, and 204 needs no length', async () => {
    const { get } = await bench((call, nth) =>
      nth === 1 ? reply(call, 200, '') : call.socket.write('HTTP/1.1 204 None\r\n\r\n'),
    );
    expect((await get()).bytes.length).toBe(0);
    expect(await get()).toMatchObject({ status: 204 });
  });
  test('is handed over with any status, and a redirect is not followed', async () => {
    const { get, server } = await bench(call => reply(call, 302, '', { location: '/elsewhere' }));
    expect(await get()).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
    expect(server.calls.map(call => call.target)).toEqual(['/x']);
  });
  test('leaves its connection to the next request', async () => {
    const { get, server } = await bench(call => reply(call, 200, '{}'));
    for (let n = 0; n < 5; n += 1) await get();
    expect(server.connections()).toBe(1);
  });
});

describe('no whole answer', () => {
  const bad: readonly (readonly [string, string, (call: WireCall) => unknown])[] = [
    ['fewer bytes than announced', 'incomplete', ({ socket }) => socket.end(`${head(length(50))}{"value":[`)],
    ['reset in the body', 'incomplete', ({ socket }) => {
      socket.write(`${head(length(50))}{"value":[`, () => setTimeout(() => setImmediate(() => socket.resetAndDestroy()), 20));
    }],
    ['chunks without an end', 'incomplete', ({ socket }) => socket.end(`${head(chunked)}5\r\n{"val\r\n`)],
    ['a chunk cut in the middle', 'incomplete', ({ socket }) => socket.end(`${head(chunked)}50\r\n{"val`)],
    ['a body that only ends with its connection', 'incomplete', ({ socket }) => socket.end(`${head('connection: close')}{"value":[]}`)],
    ['chunk sizes that are none', 'incomplete', ({ socket }) => socket.end(`${head(chunked)}zz\r\n{}`)],
    ['no answer at all', 'reset', ({ socket }) => socket.end()],
    ['reset before the answer', 'reset', ({ socket }) => socket.resetAndDestroy()],
    ['something that is not HTTP', 'reset', ({ socket }) => socket.end('220 mail.example ESMTP\r\n')],
    ['two lengths that disagree', 'reset', ({ socket }) => socket.end(`${head(length(2), length(9))}{}`)],
    ['another protocol', 'reset', ({ socket }) => socket.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')],
    ['silence before the answer', 'timeout', () => undefined],
    ['silence in the head', 'timeout', ({ socket }) => socket.write('HTTP/1.1 200 OK\r\ncontent-')],
    ['silence in the body', 'timeout', ({ socket }) => socket.write(`${head(length(50))}{`)],
    ['an encoding nobody asked for', 'encoding', call => reply(call, 200, 'abc', { 'content-encoding': 'br' })],
    ['gzip that is none', 'encoding', call => reply(call, 200, '{"value":[]}', { 'content-encoding': 'gzip' })],
    ['gzip cut short by its author', 'encoding', call =>
      reply(call, 200, gzipSync('{"value":[]}').subarray(0, 15), { 'content-encoding': 'gzip' })],
    ['more than the limit, announced', 'too-large', ({ socket }) => socket.write(head(length(100_001)))],
    ['more than the limit, in chunks', 'too-large', ({ socket }) => {
      socket.write(head(chunked));
      for (let n = 0; n < 60; n += 1) socket.write(`800\r\n${'x'.repeat(2_048)}\r\n`);
    }],
    ['a gzip bomb', 'too-large', call =>
      reply(call, 200, gzipSync(Buffer.alloc(20_000_000)), { 'content-encoding': 'gzip' })],
    ['a gzip bomb too large to be unfolded on the spot', 'too-large', call =>
      reply(call, 200, gzipSync(Buffer.alloc(60_000_000)), { 'content-encoding': 'gzip' })],
  ]; // prettier-ignore
  test.each(bad)('%s is a fault: %s', async (_, kind, answer) => {
    const { get } = await bench(answer);
    expect(await faultOf(get('/x', kind === 'timeout' ? hasty : patient))).toBe(kind);
  });

  test('a drip of bytes is ended, though it is never silent', async () => {
    const { get } = await bench(({ socket }) => {
      socket.write(head(length(5_000)));
      const drip = setInterval(() => socket.write('x'), 40);
      socket.on('close', () => clearInterval(drip));
    });
    const began = performance.now();
    const bodyMs = 600;
    expect(await faultOf(get('/x', { ...patient, bodyMs }))).toBe('timeout');
    expect(performance.now() - began).toBeGreaterThan(bodyMs - 50);
  });
  test('a body that comes slowly but steadily is no fault', async () => {
    const { get } = await bench(({ socket }) => {
      socket.write(head(length(4)));
      let left = 4;
      const drip = setInterval(() => {
        socket.write('x');
        left -= 1;
        if (left === 0) clearInterval(drip);
      }, 1_500);
    });
    // Longer in all than the longest silence allowed, and each silence far shorter, on a busy machine too.
    expect((await get('/x', { ...patient, stallMs: 5_500 })).bytes.length).toBe(4);
  });
  test('nobody listening is a fault of the connection', async () => {
    const { get, server } = await bench(() => undefined);
    await server.close();
    expect(await faultOf(get())).toBe('connect');
  });
  test('after a fault the connection is not used again', async () => {
    const { get, server } = await bench((call, nth) =>
      nth === 1 ? call.socket.write(`${head(length(50))}{`) : reply(call, 200, '{}'),
    );
    expect(await faultOf(get('/x', hasty))).toBe('timeout');
    expect((await get()).status).toBe(200);
    expect(server.connections()).toBe(2);
  });
  test('bytes beyond the announced length do not become the next answer', async () => {
    const forged = `${head(length(8))}{"a":"b"}`;
    const { get } = await bench((call, nth) =>
      nth === 1 ? call.socket.write(`${head(length(2))}{}${forged}`) : reply(call, 200, '{"n":2}'),
    );
    const outcome = await get().then(
      got => Buffer.from(got.bytes).toString(),
      (error: unknown) => (error instanceof WireFault ? error.kind : 'bug'),
    );
    expect(['{}', 'incomplete', 'reset']).toContain(outcome);
    expect(Buffer.from((await get()).bytes).toString()).toBe('{"n":2}');
  });
  test('a kept connection the server has closed is known as stale: the request was never read', async () => {
    const { get } = await bench((call, nth) => {
      // The second request meets a connection that dies under it.
      if (nth === 2) call.socket.resetAndDestroy();
      else reply(call, 200, '{}');
    });
    await get();
    const thrown: unknown = await get().catch((error: unknown) => error);
    expect(thrown).toMatchObject({ kind: 'reset', stale: true });
  });
  test('a certificate nobody vouches for gets no request, and so no token', async () => {
    const asked: string[] = [];
    const server = createServer(selfSigned('graph.example'), (request, answer) => {
      asked.push(String(request.url));
      answer.end('{}');
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const transport = httpTransport();
    onTestFinished(() => {
      transport.close();
      server.close();
    });
    const at = server.address();
    const port = at === null || typeof at === 'string' ? 0 : at.port;
    const wire = { secure: true, hostname: '127.0.0.1', port, target: '/', method: 'GET', headers: {} };
    // The environment cannot switch the check off.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await faultOf(transport.exchange(wire, patient))).toBe('tls');
    expect(asked).toEqual([]);
  });
});
