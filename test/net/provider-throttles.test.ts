import { describe, expect, test } from 'vitest';
import { pacer } from '../../shared/adapters/net/pacer.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, minutes, plus, seconds } from '../../shared/kernel/time.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { rememberedThrottles } from '../support/remembered-throttles.ts';
import { reply } from '../support/wire-server.ts';
import {
  contoso,
  get,
  list,
  ok,
  providerBench as bench,
  refusal,
  start,
  throttle,
} from './provider-bench.ts';

describe('throttles', () => {
  test('without a hint the wait doubles, and the second one is the scheduler’s', async () => {
    const { client, clock, throttles } = await bench(call => throttle(call), { random: () => 0.2 });
    const error = await refusal(client.send(get));
    expect(clock.slept).toEqual([11_000]);
    expect(error).toMatchObject({ code: 'provider.throttled', retryAfterMs: 22_000 });
    expect(await throttles.until([`graph/${contoso}`])).toBe(clock.now() + 22_000);
  });
  test('a Management API throttle says nothing and waits a minute', async () => {
    const { client, clock } = await bench(call =>
      reply(call, 403, '{"error":{"code":"AF429","message":"Too many requests."}}'),
    );
    expect(await refusal(client.send(list))).toMatchObject({
      code: 'provider.throttled',
      retryAfterMs: 60_000,
    });
    expect(clock.slept).toEqual([]);
  });
  test('one over all tenants is remembered for the whole app', async () => {
    const { client, clock, throttles } = await bench(call =>
      reply(call, 429, '{}', { 'retry-after': '60', 'x-ms-throttle-scope': 'Application/Read/1/2' }),
    );
    await refusal(client.send(get));
    expect(await throttles.until(['graph'])).toBe(clock.now() + 60_000);
    expect(await throttles.until([`graph/${contoso}`])).toBeNull();
  });
  test('one that was remembered while the clock was ahead stops nothing once it is right', async () => {
    const { client, clock, throttles } = await bench(ok);
    await throttles.remember('graph', plus(clock.now(), days(3)));
    await client.send(get);
    expect(clock.slept).toEqual([]);
  });
  test('one on starting subscriptions does not stop the reading', async () => {
    const { client, server } = await bench(call =>
      call.target.endsWith('/start')
        ? reply(call, 403, '{"error":{"code":"429","message":"Please retry again after 8m 46s."}}')
        : reply(call, 200, '[]'),
    );
    expect(await refusal(client.send(start))).toMatchObject({ retryAfterMs: 526_000 });
    await client.send(list);
    // And starting is not tried before its time.
    expect(await refusal(client.send(start))).toMatchObject({
      code: 'provider.throttled',
      retryAfterMs: 526_000,
    });
    expect(server.calls).toHaveLength(2);
  });
  test('one of another API, or of another tenant, is none of ours', async () => {
    const { client, clock, throttles } = await bench(ok);
    await throttles.remember('management', clock.now());
    await throttles.remember('graph/fab10000-0000-4000-8000-00000000fa01', clock.now());
    clock.advance(seconds(-60));
    expect((await client.send(get)).status).toBe(200);
  });
  test.each([
    ['0', 1_000],
    ['99999999', 3_600_000],
  ])('an unreasonable wait of %s s becomes %i ms', async (after, wait) => {
    const { client, clock } = await bench((call, nth) => (nth === 1 ? throttle(call, after) : ok(call)));
    const waited = await client.send(get).then(
      () => clock.slept[0],
      (error: unknown) => (error instanceof AppError ? error.retryAfterMs : null),
    );
    expect(waited).toBe(wait);
  });
  test('endless short ones end after five tries', async () => {
    const { client, server } = await bench(call => throttle(call, '2'));
    expect(await refusal(client.send(get))).toMatchObject({
      code: 'provider.throttled',
      retryAfterMs: 2_000,
    });
    expect(server.calls).toHaveLength(5);
  });
  test('one that others run into while we wait for our turn is heeded before we ask', async () => {
    const audits = { ...get, path: '/v1.0/auditLogs/directoryAudits' };
    const manual = new ManualClock();
    const memory = rememberedThrottles();
    const clock: Clock = {
      now: () => manual.now(),
      async sleep(span) {
        manual.advance(span);
        await memory.remember('graph', plus(manual.now(), minutes(5)));
      },
    };
    const { client, server } = await bench(ok, { clock, throttles: memory, pacer: pacer({ clock }) });
    for (let n = 0; n < 5; n += 1) await client.send(audits);
    expect(await refusal(client.send(audits))).toMatchObject({ code: 'provider.throttled' });
    expect(server.calls).toHaveLength(5);
  });
  test('one under a status the caller accepts is waited out all the same', async () => {
    const { client, clock } = await bench((call, nth) => (nth === 1 ? throttle(call, '3') : ok(call)));
    expect((await client.send(get, { accept: [429] })).status).toBe(200);
    expect(clock.slept).toEqual([3_000]);
  });
});
