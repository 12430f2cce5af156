import { onTestFinished } from 'vitest';
import { counterRegistry, type CounterRegistry } from '../../shared/adapters/net/counter-registry.ts';
import { consoleTelemetry } from '../../shared/adapters/net/console-telemetry.ts';
import { httpTransport } from '../../shared/adapters/net/http-transport.ts';
import { pacer } from '../../shared/adapters/net/pacer.ts';
import { providerHttp, type ProviderHttpOptions } from '../../shared/adapters/net/provider-http.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { Secret } from '../../shared/kernel/secret.ts';
import { seconds } from '../../shared/kernel/time.ts';
import type { HttpClient, HttpRequest, Judge } from '../../shared/ports/http-client.ts';
import { judgeGraph } from '../../shared/sources/_kit/judge-graph.ts';
import { judgeManagement } from '../../shared/sources/_kit/judge-management.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { rememberedThrottles } from '../support/remembered-throttles.ts';
import { reply, wireServer, type WireCall, type WireServer } from '../support/wire-server.ts';

export const contoso = 'c0a10000-0000-4000-8000-00000000c001';
export const get = { api: 'graph', origin: 'configured', path: '/v1.0/users' } as const satisfies HttpRequest;
export const start = {
  api: 'management',
  origin: 'configured',
  method: 'POST',
  path: `/api/v1.0/${contoso}/activity/feed/subscriptions/start`,
} as const satisfies HttpRequest;
export const list = {
  api: 'management',
  origin: 'configured',
  path: `/api/v1.0/${contoso}/activity/feed/subscriptions/list`,
} as const satisfies HttpRequest;

export interface ProviderBench {
  readonly client: HttpClient;
  readonly server: WireServer;
  readonly clock: ManualClock;
  readonly counters: CounterRegistry;
  readonly throttles: ReturnType<typeof rememberedThrottles>;
  readonly renewed: () => number;
}

export async function providerBench(
  answer: (call: WireCall, nth: number) => unknown,
  over: Partial<ProviderHttpOptions> = {},
): Promise<ProviderBench> {
  const server = await wireServer(answer);
  const clock = new ManualClock();
  const transport = httpTransport();
  const counters = counterRegistry();
  const throttles = rememberedThrottles();
  onTestFinished(async () => {
    transport.close();
    await server.close();
  });
  let renewed = 0;
  const endpoint = (judge: Judge, root: string, first: number) => ({
    base: new URL(root, server.url),
    judge,
    firstThrottle: seconds(first),
    token: {
      current: () => Promise.resolve(new Secret(`token-${renewed}`)),
      renew: () => Promise.resolve(new Secret(`token-${++renewed}`)),
    },
  });
  const client = providerHttp({
    tenantId: contoso,
    apis: { graph: endpoint(judgeGraph, '/graph', 10), management: endpoint(judgeManagement, '/manage', 60) },
    transport,
    pacer: pacer({ clock }),
    clock,
    throttles,
    telemetry: consoleTelemetry({ stream: { write: () => true }, level: 'silent', clock, counters }),
    random: () => 0,
    // Nothing here is about silence, and a busy machine must not be taken for it.
    limits: { headersMs: 30_000, stallMs: 30_000, bodyBytes: 100_000 },
    ...over,
  });
  return { client, server, clock, counters, throttles, renewed: () => renewed };
}

export async function refusal(asked: Promise<unknown>): Promise<AppError> {
  const thrown = await asked.catch((error: unknown) => error);
  if (!(thrown instanceof AppError)) throw new Error(`expected an AppError, got ${JSON.stringify(thrown)}`);
  return thrown;
}

export const ok = (call: WireCall): void => reply(call, 200, '{"value":[]}');
export const throttle = (call: WireCall, after?: string): void =>
  reply(
    call,
    429,
    '{"error":{"code":"UnknownError","message":"x"}}',
    after === undefined ? {} : { 'retry-after': after },
  );
