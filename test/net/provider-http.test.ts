import { describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { Secret } from '../../shared/kernel/secret.ts';
import { seconds } from '../../shared/kernel/time.ts';
import { judgeGraph } from '../../shared/sources/_kit/judge-graph.ts';
import { reply, wireServer, type WireCall } from '../support/wire-server.ts';
import { get, list, ok, providerBench as bench, refusal, start, throttle } from './provider-bench.ts';

describe('what is sent', () => {
  test('asks Graph for enum members it would hide, on every page, beside what the source prefers', async () => {
    const { client, server } = await bench(ok);
    await client.send(get);
    await client.send({ ...get, headers: { Prefer: 'odata.maxpagesize=5' } });
    const url = `${server.url.href}graph/v1.0/users?$skiptoken=1`;
    await client.send({ api: 'graph', origin: 'response', url });
    await client.send(list);
    expect(server.calls.map(call => call.headers['prefer'])).toEqual([
      'include-unknown-enum-members',
      'include-unknown-enum-members, odata.maxpagesize=5',
      'include-unknown-enum-members',
      undefined,
    ]);
  });
  test('a source cannot speak for the client: not with a token, not with a host', async () => {
    const { client, server } = await bench(ok);
    const headers = {
      authorization: 'Bearer x', Authorization: 'Bearer y', HOST: 'evil.example', Cookie: 'a=b',
      'Content-Length': '999', 'Transfer-Encoding': 'chunked',
    }; // prettier-ignore
    await client.send({ ...get, headers });
    expect(server.calls[0]?.headers).toMatchObject({
      authorization: 'Bearer token-0',
      host: server.url.host,
    });
    expect(Object.keys(server.calls[0]?.headers ?? {})).not.toContain('cookie');
  });
  test('an empty POST says that it is empty', async () => {
    const { client, server } = await bench(call => reply(call, 200, '{"status":"enabled"}'));
    await client.send(start);
    expect(server.calls[0]).toMatchObject({ method: 'POST', headers: { 'content-length': '0' } });
  });
  test('asks for its request id to be repeated', async () => {
    const { client, server } = await bench(ok);
    await client.send(get);
    expect(server.calls[0]?.headers).toMatchObject({
      'return-client-request-id': 'true',
      'accept-encoding': 'gzip',
    });
    expect(server.calls[0]?.headers['client-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('faults', () => {
  test('waits double every time, with jitter on top, and stops after five', async () => {
    const dice = [0, 0.5, 0.999, 0];
    const { client, clock, server } = await bench(call => reply(call, 500, '{}'), {
      random: () => dice.shift() ?? 0,
    });
    const error = await refusal(client.send(get));
    expect(error).toMatchObject({ code: 'provider.unavailable', recovery: 'retry-later' });
    expect(clock.slept).toEqual([1_000, 2_500, 5_998, 8_000]);
    expect(server.calls).toHaveLength(5);
  });
  test('waits as long as a fault asks for, and leaves longer waits to the scheduler', async () => {
    const { client, clock, server } = await bench((call, nth) =>
      reply(call, 503, '{}', { 'retry-after': nth === 1 ? '7' : '120' }),
    );
    const error = await refusal(client.send(get));
    expect(error).toMatchObject({ code: 'provider.unavailable', retryAfterMs: 120_000 });
    expect(clock.slept).toEqual([7_000]);
    expect(server.calls).toHaveLength(2);
  });
  test('asks again at once when a kept connection had died', async () => {
    const { client, clock, server } = await bench((call, nth) =>
      nth === 2 ? call.socket.resetAndDestroy() : ok(call),
    );
    await client.send(get);
    await client.send(get);
    expect(clock.slept).toEqual([]);
    expect(server.calls).toHaveLength(3);
  });
  test('an answer beyond the limit is asked for once only', async () => {
    const { client, server } = await bench(call => reply(call, 200, 'x'.repeat(200_000)));
    expect(await refusal(client.send(get))).toMatchObject({
      code: 'provider.truncated',
      facts: { api: 'graph', fault: 'too-large' },
    });
    expect(server.calls).toHaveLength(1);
  });
  test('a gateway’s page is tried again, and then called what it is', async () => {
    const page = (call: WireCall): void => reply(call, 403, '<html>', { 'content-type': 'text/html' });
    const { client } = await bench((call, nth) => (nth < 3 ? page(call) : ok(call)));
    expect((await client.send(get)).status).toBe(200);
    const stays = await bench(page);
    expect(await refusal(stays.client.send(get))).toMatchObject({ code: 'provider.malformed' });
  });
  test('no error tells what the provider wrote, where it went or with which token', async () => {
    const secret = 'mira.holt@contoso.example asked for /graph/v1.0/users';
    for (const status of [400, 401, 403, 404, 409, 429, 500]) {
      const { client } = await bench(call =>
        reply(call, status, JSON.stringify({ error: { code: secret, message: secret } })),
      );
      const error = await refusal(client.send(get));
      const said = JSON.stringify([error.message, error.facts, error.target]);
      expect(said).not.toMatch(/mira|users|token-|127\.0\.0\.1/);
    }
  });
  test('only a 2xx is handed over as an answer, even if a judge finds everything good', async () => {
    const server = await wireServer(call => reply(call, 404, '{}'));
    onTestFinished(() => server.close());
    const token = {
      current: () => Promise.resolve(new Secret('t')),
      renew: () => Promise.resolve(new Secret('t')),
    };
    const graph = {
      base: server.url,
      judge: () => ({ kind: 'ok' }) as const,
      firstThrottle: seconds(10),
      token,
    };
    const { client } = await bench(ok, { apis: { graph } });
    expect(await refusal(client.send(get))).toMatchObject({ code: 'bug' });
  });
  test('an API without settings is said to be so', async () => {
    const { client } = await bench(ok);
    expect(await refusal(client.send({ ...get, api: 'mimecast' }))).toMatchObject({ code: 'config.invalid' });
  });
});

describe('tokens', () => {
  test('a permission granted since the token was issued counts at once', async () => {
    const { client, server } = await bench(call =>
      call.headers['authorization'] === 'Bearer token-0'
        ? reply(call, 403, '{"error":{"code":"Authorization_RequestDenied","message":"x"}}')
        : ok(call),
    );
    expect((await client.send(get)).status).toBe(200);
    expect(server.calls).toHaveLength(2);
  });
  test('a licence refused needs no new token', async () => {
    const { client, renewed } = await bench(call =>
      reply(
        call,
        403,
        '{"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"x"}}',
      ),
    );
    expect(await refusal(client.send(get))).toMatchObject({ code: 'provider.licence-missing' });
    expect(renewed()).toBe(0);
  });
  test('one that expires in mid-walk is renewed, faults in between or not', async () => {
    const { client, server } = await bench((call, nth) => {
      if (nth === 1) return reply(call, 503, '{}');
      if (nth === 2) return reply(call, 401, '{}');
      return nth === 3 ? reply(call, 500, '{}') : ok(call);
    });
    expect((await client.send(get)).status).toBe(200);
    expect(server.calls.map(call => call.headers['authorization'])).toEqual([
      'Bearer token-0', 'Bearer token-0', 'Bearer token-1', 'Bearer token-1',
    ]); // prettier-ignore
  });
});

describe('pacing and counting', () => {
  test('the sixth directory audit in ten seconds waits for its turn; a retry counts, too', async () => {
    const audits = { ...get, path: '/v1.0/auditLogs/directoryAudits' };
    const { client, clock } = await bench((call, nth) => (nth === 1 ? reply(call, 500, '{}') : ok(call)));
    for (let n = 0; n < 4; n += 1) await client.send(audits);
    expect(clock.slept).toEqual([1_000]);
    await client.send(audits);
    // Its place is free 10.1 s after the first answer, of which one second has gone by.
    expect(clock.slept).toEqual([1_000, 9_100]);
  });
  test('a place is given back even when no request could be made', async () => {
    const audits = { ...get, path: '/v1.0/auditLogs/directoryAudits' };
    const outage = new AppError('provider.unavailable', 'retry-later', 'The sign-in service is out.');
    let out = true;
    const current = (): Promise<Secret> => (out ? Promise.reject(outage) : Promise.resolve(new Secret('t')));
    const graph = { judge: judgeGraph, firstThrottle: seconds(10), token: { current, renew: current } };
    const server = await wireServer(ok);
    onTestFinished(() => server.close());
    const base = new URL('/graph', server.url);
    const { client, clock } = await bench(ok, { apis: { graph: { ...graph, base } } });
    for (let n = 0; n < 5; n += 1) expect(await refusal(client.send(audits))).toBe(outage);
    out = false;
    expect((await client.send(audits)).status).toBe(200);
    expect(clock.slept).toEqual([10_100]);
  });
  test('says what happened, in counts', async () => {
    const { client, counters } = await bench((call, nth) => (nth === 1 ? throttle(call, '1') : ok(call)));
    await client.send(get);
    const shown = counters.render();
    expect(shown).toContain('holdfast_provider_requests_total{api="graph",outcome="throttled"} 1');
    expect(shown).toContain('holdfast_provider_requests_total{api="graph",outcome="ok"} 1');
    expect(shown).toContain('holdfast_provider_throttles_total{api="graph",wide="false"} 1');
  });
});
