import { describe, expect, onTestFinished, test } from 'vitest';
import { consoleTelemetry } from '../../shared/adapters/net/console-telemetry.ts';
import { counterRegistry } from '../../shared/adapters/net/counter-registry.ts';
import { environmentSecretStore } from '../../shared/adapters/embedded/environment-secret-store.ts';
import { httpTransport, type HttpTransport } from '../../shared/adapters/net/http-transport.ts';
import { pacer } from '../../shared/adapters/net/pacer.ts';
import { providerHttp } from '../../shared/adapters/net/provider-http.ts';
import { providerTokens } from '../../shared/adapters/net/provider-token.ts';
import { secretTokenSource } from '../../shared/adapters/net/secret-token-source.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { seconds } from '../../shared/kernel/time.ts';
import type { HttpClient } from '../../shared/ports/http-client.ts';
import { judgeGraph } from '../../shared/sources/_kit/judge-graph.ts';
import { judgeManagement } from '../../shared/sources/_kit/judge-management.ts';
import { startSimulator, type Simulator } from '../../simulator/start-simulator.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { rememberedThrottles } from '../support/remembered-throttles.ts';
import { collectorId, collectorSecret } from '../support/simulator-client.ts';
import { contosoId, fabrikamId, smallWorld } from '../support/small-world.ts';

interface Together {
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  of(tenant: string): HttpClient;
  /** Runs time until the work is done. */
  during<T>(work: Promise<T>): Promise<T>;
}

/** The whole client, tokens and all, against the simulator; both on one virtual clock. */
async function together(): Promise<Together> {
  const clock = new VirtualClock();
  const simulator = await startSimulator({ world: smallWorld(), port: 0, clock });
  const wire = httpTransport();
  onTestFinished(async () => {
    wire.close();
    await simulator.close();
  });
  let underWay = 0;
  const transport: HttpTransport = {
    ...wire,
    async exchange(request, limits) {
      underWay += 1;
      try {
        return await wire.exchange(request, limits);
      } finally {
        underWay -= 1;
      }
    },
  };
  const secrets = environmentSecretStore({
    environment: { HOLDFAST_SECRET_PULL: collectorSecret },
    file: '/nowhere',
  });
  const loginUrl = new URL('/login', simulator.url);
  const source = secretTokenSource({
    loginUrl, clientId: collectorId, secrets, secretName: 'pull', transport, clock,
  }); // prettier-ignore
  const tokens = providerTokens(source, clock);
  const telemetry = consoleTelemetry({
    stream: { write: () => true }, level: 'silent', clock, counters: counterRegistry(),
  }); // prettier-ignore
  const shared = { transport, pacer: pacer({ clock }), clock, throttles: rememberedThrottles(), telemetry };
  const of = (tenantId: string): HttpClient =>
    providerHttp({
      tenantId,
      apis: {
        graph: {
          base: new URL('/graph', simulator.url),
          judge: judgeGraph,
          token: tokens.of(tenantId, 'https://graph.microsoft.com'),
          firstThrottle: seconds(10),
        },
        management: {
          base: new URL('/manage', simulator.url),
          judge: judgeManagement,
          token: tokens.of(tenantId, 'https://manage.office.com'),
          firstThrottle: seconds(60),
        },
      },
      ...shared,
      random: () => 0.5,
    });
  const during = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    const watched = work.finally(() => {
      done = true;
    });
    // Real sockets move between the jumps of the virtual clock, which waits for them: on a busy machine minutes would
    // pass during one answer.
    while (!done) {
      await clock.run(clock.now());
      await new Promise(resolve => {
        setTimeout(resolve, 3);
      });
      if (underWay === 0) await clock.run(clock.now() + 250);
    }
    return watched;
  };
  return { simulator, clock, of, during };
}

const audits = {
  api: 'graph',
  origin: 'configured',
  path: '/v1.0/auditLogs/directoryAudits',
  query: { $top: '5' },
} as const;
const traces = {
  api: 'graph',
  origin: 'configured',
  path: '/v1.0/admin/exchange/tracing/messageTraces',
} as const;

describe('the client and the simulator', () => {
  test('at our pace, many requests of two tenants are never refused for their rate', async () => {
    const { simulator, of, during } = await together();
    const all = [contosoId, fabrikamId].flatMap(tenant =>
      Array.from({ length: 12 }, () => of(tenant).send(audits)),
    );
    const replies = await during(Promise.all(all));
    expect(replies.map(got => got.status)).toEqual(Array.from({ length: 24 }, () => 200));
    const marks = simulator.control.requests().limits;
    expect(marks.filter(mark => mark.name === 'reportsTenant')).toHaveLength(2);
    for (const mark of marks) expect(mark).toMatchObject({ refused: 0 });
    expect(marks.find(mark => mark.name === 'reportsTenant')?.highest).toBe(5);
  });
  test('the sixty-first trace in five minutes is left to the scheduler, with forty to spare for others', async () => {
    const { simulator, of, during } = await together();
    const client = of(contosoId);
    let refused: unknown = null;
    let answered = 0;
    while (refused === null && answered < 70) {
      refused = await during(
        client.send(traces).then(
          () => null,
          (error: unknown) => error,
        ),
      );
      if (refused === null) answered += 1;
    }
    expect(answered).toBe(60);
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: 'provider.throttled', recovery: 'retry-later' });
    expect(simulator.control.requests().limits.find(mark => mark.name === 'traces')).toMatchObject({
      highest: 60,
      refused: 0,
    });
    // Its directory audits do not suffer.
    expect((await during(client.send(audits))).status).toBe(200);
  });
  test('a window older than its memory tells where the memory begins', async () => {
    const { of, clock, during } = await together();
    const from = new Date(clock.now() - 40 * 86_400_000).toISOString().slice(0, 19);
    const old = { ...audits, query: { $filter: `activityDateTime ge ${from}Z` } };
    const error = await during(
      of(contosoId)
        .send(old)
        .catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({
      code: 'provider.rejected',
      facts: { reason: 'older-than-memory', remembersFrom: Date.parse('2026-09-05T00:00:00Z') },
    });
  });
  test('a subscription that is off, on, started too often, and on already: each says so, and reading goes on', async () => {
    const { of, clock, during } = await together();
    const feed = `/api/v1.0/${contosoId}/activity/feed/subscriptions`;
    const call = (method: 'GET' | 'POST', path: string) =>
      during(
        of(contosoId)
          .send({
            api: 'management',
            origin: 'configured',
            method,
            path,
            query: { contentType: 'Audit.General' },
          })
          .catch((thrown: unknown) => thrown),
      );
    expect(await call('GET', `${feed}/content`)).toMatchObject({ code: 'provider.subscription-off' });
    expect(await call('POST', `${feed}/start`)).toMatchObject({ status: 200 });
    expect(await call('POST', `${feed}/start`)).toMatchObject({ code: 'provider.throttled' });
    expect(await call('GET', `${feed}/content`)).toMatchObject({ status: 200 });
    clock.shift(960_000);
    expect(await call('POST', `${feed}/start`)).toMatchObject({
      code: 'provider.rejected',
      facts: { reason: 'already-enabled', code: 'AF20024' },
    });
  });
});
