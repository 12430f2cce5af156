import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { minutes, plus, seconds } from '../../shared/kernel/time.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { reply, wireServer, type WireCall } from '../support/wire-server.ts';
import type { ContractCase } from './contract.ts';
import {
  get,
  noRecords,
  on,
  refusal,
  targets,
  tenantId,
  text,
  type HttpClientCase,
  type MakeHttpClient,
} from './http-client.stage.ts';

const throttleBody = '{"error":{"code":"UnknownError","message":"This request is throttled."}}';

/** What every HttpClient promises, tried on what `make` makes. The seed decides the bodies. */
export function httpClientContract(make: MakeHttpClient, seed: number): readonly ContractCase[] {
  const all = [...answers(seed), ...brokenAnswers, ...links, ...tokens, ...throttles];
  return all.map(one => ({ name: one.name, run: () => one.run(make) }));
}

const answers = (seed: number): readonly HttpClientCase[] => [
  {
    name: 'hands over the whole body, byte for byte, packed or not',
    run: make => {
      const dice = seededNumbers(seed, 'body');
      const words = Array.from({ length: 900 }, () => String.fromCodePoint(32 + Math.floor(dice() * 9_000)));
      const body = JSON.stringify({ value: words.map(word => word.toWellFormed()) });
      const answer = (call: WireCall, nth: number): void =>
        nth === 1
          ? reply(call, 200, body)
          : reply(call, 200, gzipSync(body), { 'content-encoding': 'gzip', 'X-Page': 'Two' });
      return on(make, answer, async ({ client }) => {
        equal(text(await client.send(get)), body);
        const packed = await client.send(get);
        equal(text(packed), body);
        equal(packed.headers['x-page'], 'Two');
      });
    },
  },
  {
    name: 'sends method, path, query, headers and body below the configured address',
    run: make =>
      on(
        make,
        call => reply(call, 200, '{}'),
        async ({ client, server }) => {
          const request = { api: 'graph', origin: 'configured', path: '/v1.0/x' } as const;
          await client.send({ ...request, query: { $top: '5' }, headers: { 'X-One': '1' } });
          await client.send({ ...request, method: 'POST', body: '{"a":1}' });
          deepEqual(targets(server), ['/graph/v1.0/x?$top=5', '/graph/v1.0/x']);
          equal(server.calls[0]?.headers['x-one'], '1');
          equal(server.calls[1]?.method, 'POST');
          equal(server.calls[1]?.body, '{"a":1}');
        },
      ),
  },
  {
    name: 'hands over a status the caller accepts, and no other',
    run: make =>
      on(
        make,
        call => reply(call, 404, '{"error":{"code":"x","message":"y"}}'),
        async ({ client }) => {
          equal((await client.send(get, { accept: [404] })).status, 404);
          await refusal(client.send(get, { accept: [410] }));
        },
      ),
  },
  {
    name: 'rejects a refused permission, and an answer that reads as one of the caller’s mistakes',
    run: make => {
      const answer = (call: WireCall): void =>
        call.target.endsWith('users')
          ? reply(call, 403, '{"error":{"code":"Authorization_RequestDenied","message":"no"}}')
          : reply(call, 400, '{"error":{"code":"BadRequest","message":"no"}}');
      return on(make, answer, async ({ client }) => {
        equal((await refusal(client.send(get))).code, 'provider.refused');
        equal((await refusal(client.send({ ...get, path: '/v1.0/y' }))).code, 'provider.rejected');
      });
    },
  },
  {
    name: 'follows no redirect',
    run: make => {
      const answer = (call: WireCall): void =>
        call.target.endsWith('users')
          ? reply(call, 302, '', { location: '/graph/v1.0/elsewhere' })
          : reply(call, 200, noRecords);
      return on(make, answer, async ({ client, server }) => {
        await refusal(client.send(get));
        ok(targets(server).every(target => target === '/graph/v1.0/users'));
      });
    },
  },
];

const http = (...lines: string[]): string => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;

const broken = (
  name: string,
  code: string,
  answer: (call: WireCall) => unknown,
  silence?: number,
): HttpClientCase => ({
  name,
  run: make =>
    on(
      make,
      answer,
      async ({ client, server }) => {
        equal((await refusal(client.send(get))).code, code);
        ok(server.calls.length <= 10, `asked ${server.calls.length} times`);
      },
      silence,
    ),
});
/** Packed before anybody waits for it. */
const bomb = gzipSync(`{"value":["${'x'.repeat(5_000_000)}"]}`);

const brokenAnswers: readonly HttpClientCase[] = [
  broken('never hands over a body shorter than announced', 'provider.unavailable', ({ socket }) =>
    socket.end(`${http('content-length: 50')}{"value":[]}`),
  ),
  broken('never hands over chunks without their end', 'provider.unavailable', ({ socket }) =>
    socket.end(`${http('transfer-encoding: chunked')}c\r\n{"value":[]}\r\n`),
  ),
  broken('never hands over a body larger than the limit', 'provider.truncated', call =>
    reply(call, 200, `{"value":["${'x'.repeat(70_000)}"]}`),
  ),
  broken('never unpacks more than the limit', 'provider.truncated', call =>
    reply(call, 200, bomb, { 'content-encoding': 'gzip' }),
  ),
  broken('gives up on a provider that stays silent', 'provider.unavailable', () => undefined, 150),
  broken('gives up on one that resets every connection', 'provider.unavailable', ({ socket }) =>
    socket.resetAndDestroy(),
  ),
  broken('gives up on a fault that stays', 'provider.unavailable', call => reply(call, 500, '{}')),
  broken('rejects a gateway’s page sent with 200', 'provider.malformed', call =>
    reply(call, 200, '<html>sign in</html>', { 'content-type': 'text/html' }),
  ),
  broken('rejects a failure inside a 200', 'provider.unavailable', call =>
    reply(call, 200, '{"error":{"code":"generalException","message":"x"}}'),
  ),
  {
    name: 'asks again after a fault that passes',
    run: make => {
      const answer = (call: WireCall, nth: number): unknown => {
        if (nth === 1) return reply(call, 503, '{}');
        if (nth === 2) return call.socket.end(`${http('content-length: 50')}{`);
        return reply(call, 200, noRecords);
      };
      return on(make, answer, async ({ client, server }) => {
        equal(text(await client.send(get)), noRecords);
        equal(server.calls.length, 3);
      });
    },
  },
];

const links: readonly HttpClientCase[] = [
  {
    name: 'follows a link on its own host letter for letter, with its own headers',
    run: make =>
      on(
        make,
        call => reply(call, 200, noRecords),
        async ({ client, server, base }) => {
          const tail = '/v1.0/users?$skiptoken=a%2Fb==&$top=5&a=1&a=2&$filter=x';
          await client.send({ api: 'graph', origin: 'response', url: base.href + tail });
          deepEqual(targets(server), [`/graph${tail}`]);
          equal(server.calls[0]?.headers['authorization'], 'Bearer first-token');
        },
      ),
  },
  {
    name: 'asks no host but its own, whatever a link says',
    run: make =>
      on(
        make,
        call => reply(call, 200, noRecords),
        async stage => {
          const other = await wireServer(call => reply(call, 200, noRecords));
          const { host, port } = stage.base;
          const bad = [
            `http://${other.url.host}/graph/v1.0/x`,
            `http://${host}@${other.url.host}/graph/v1.0/x`,
            `http://${host}\\@${other.url.host}/graph/v1.0/x`,
            `http://user@${host}/graph/v1.0/x`,
            `http://localhost:${port}/graph/v1.0/x`,
            `http://0x7f000001:${port}/graph/v1.0/x`,
            `http://${host}/graph/../login/x`,
            `http://${host}/other/v1.0/x`,
            `https://${host}/graph/v1.0/x`,
            '/graph/v1.0/x',
          ];
          try {
            for (const url of bad) {
              const error = await refusal(stage.client.send({ api: 'graph', origin: 'response', url }));
              equal(error.code, 'provider.untrusted-url', url);
            }
            equal(stage.server.calls.length + other.calls.length, 0);
          } finally {
            await other.close();
          }
        },
      ),
  },
];

const tokens: readonly HttpClientCase[] = [
  {
    name: 'sends the token and a request id of its own, new for every request',
    run: make =>
      on(
        make,
        call => reply(call, 200, noRecords),
        async ({ client, server }) => {
          await client.send({ ...get, headers: { Authorization: 'Bearer smuggled' } });
          await client.send(get);
          const [one, two] = server.calls;
          equal(one?.headers['authorization'], 'Bearer first-token');
          ok((one?.headers['client-request-id'] ?? '').length >= 32);
          notEqual(one?.headers['client-request-id'], two?.headers['client-request-id']);
        },
      ),
  },
  {
    name: 'renews a refused token once and goes on',
    run: make => {
      const answer = (call: WireCall): void =>
        call.headers['authorization'] === 'Bearer second-token'
          ? reply(call, 200, noRecords)
          : reply(call, 401, '{"error":{"code":"InvalidAuthenticationToken","message":"expired"}}');
      return on(make, answer, async ({ client, server }) => {
        equal(text(await client.send(get)), noRecords);
        equal(server.calls.length, 2);
      });
    },
  },
  {
    name: 'gives up when the renewed token is refused as well',
    run: make =>
      on(
        make,
        call => reply(call, 401, '{"error":{"code":"x","message":"y"}}'),
        async ({ client, server }) => {
          equal((await refusal(client.send(get))).code, 'provider.unauthorized');
          equal(server.calls.length, 2);
        },
      ),
  },
];

const slowDown = (after: string) => (call: WireCall, nth: number) =>
  nth === 1 ? reply(call, 429, throttleBody, { 'retry-after': after }) : reply(call, 200, noRecords);

const throttles: readonly HttpClientCase[] = [
  {
    name: 'waits out a short throttle, to the full second',
    run: make =>
      on(make, slowDown('2.128'), async ({ client, clock, server }) => {
        const began = clock.now();
        equal(text(await client.send(get)), noRecords);
        equal(server.calls.length, 2);
        ok(clock.now() - began >= 3_000, `waited ${clock.now() - began} ms`);
      }),
  },
  {
    name: 'says how long when a throttle is long, and remembers it for everybody',
    run: make =>
      on(make, slowDown('300'), async ({ client, clock, server, throttles: memory }) => {
        const error = await refusal(client.send(get));
        equal(error.code, 'provider.throttled');
        equal(error.retryAfterMs, 300_000);
        equal(error.recovery, 'retry-later');
        equal(server.calls.length, 1);
        equal(await memory.until([`graph/${tenantId}`]), plus(clock.now(), minutes(5)));
      }),
  },
  {
    name: 'asks nothing while a throttle lasts that another worker ran into',
    run: make =>
      on(
        make,
        call => reply(call, 200, noRecords),
        async ({ client, clock, server, throttles: memory }) => {
          for (const key of [`graph/${tenantId}`, 'graph']) {
            await memory.remember(key, plus(clock.now(), minutes(10)));
            const error = await refusal(client.send(get));
            equal(error.code, 'provider.throttled');
            equal(error.retryAfterMs, 600_000);
            clock.advance(minutes(11));
          }
          equal(server.calls.length, 0);
          await memory.remember(`graph/${tenantId}`, plus(clock.now(), seconds(4)));
          const began = clock.now();
          await client.send(get);
          ok(clock.now() - began >= 4_000);
        },
      ),
  },
];
