import { output } from '@azure/functions';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openAzureProfile } from '../../shared/app/open-azure-profile.ts';
import { functionHandlers, type Handlers } from '../../shared/host/azure/handlers.ts';
import { lazyInstance, type Running } from '../../shared/host/azure/instance.ts';
import type { TenantId } from '../../shared/model/ids.ts';
import { collector } from '../../simulator/entra/directory.ts';
import { startIdentityPlace, trustIdentity, type IdentityPlace } from '../support/app-by-identity.ts';
import { deliver, invocation, tick } from '../support/functions-host.ts';
import { startFunctionsFront } from '../support/functions-front.ts';
import { scopeOf } from '../support/sample.ts';
import { ask, type Json } from '../support/simulator-client.ts';
import { contosoId } from '../support/small-world.ts';

/**
 * The whole chain over sockets: the app as production opens it, the SDK's own managed identity, the federated
 * credential of the application, the token of the customer's tenant, and what is pulled with it. No setting holds a
 * secret, and where the vault should be there is nothing.
 */
const bell = output.storageQueue({ queueName: 'index-events', connection: 'AzureWebJobsStorage' });

let place: IdentityPlace;
beforeAll(async () => {
  place = await startIdentityPlace();
});
afterAll(() => place.close());

interface OpenedApp {
  readonly running: Running;
  readonly handlers: Handlers;
  /** What it logged so far. */
  readonly lines: readonly string[];
  /** Queues what is due and works until nothing is left. */
  work(): Promise<void>;
  /** Pulls Contoso's directory audits, as asked for by a person. */
  pull(): Promise<void>;
  /** The API's answer to the operator. */
  get(path: string): Promise<Json>;
}

async function openApp(): Promise<OpenedApp> {
  const lines: string[] = [];
  const log = (...text: readonly unknown[]): void => void lines.push(text.map(one => inspect(one)).join(' '));
  const instance = lazyInstance({ environment: place.environment, open: openAzureProfile });
  const running = await instance();
  if (running.is !== 'running') throw new Error(JSON.stringify(running));
  const handlers = functionHandlers(instance, bell);
  const front = await startFunctionsFront(handlers.http);
  onTestFinished(async () => {
    await front.close();
    running.app.close();
    await running.profile.close();
  });
  return {
    running,
    handlers,
    lines,
    async work() {
      await handlers.pullTimer(tick, invocation('pull-timer', {}, log));
      while ((await deliver(place.queueUrl, handlers.jobs, bell, log)) !== null);
    },
    async pull() {
      const job = { kind: 'pull', tenant: contosoId, source: 'entra.directory-audits', stream: 'default', trigger: 'request' }; // prettier-ignore
      const letter = { job, key: null, notBefore: 0 };
      await handlers.jobs(letter, invocation('jobs', { id: 'm-1', dequeueCount: 1 }, log));
    },
    async get(path) {
      const authorization = `Bearer ${place.simulator.control.mintToken({ as: 'operator' })}`;
      const answer = await ask(front.url + path, { headers: { authorization } });
      expect(answer.status).toBe(200);
      return answer.json();
    },
  };
}

/** No token and no assertion, whole or cut, and nothing of Entra's own words. */
const expectClean = (text: string): void => expect(text).not.toMatch(/eyJ|AADSTS|Trace ID/);

describe('an app with an identity and no secret', () => {
  test('pulls from Graph and the Management API', async () => {
    expect(Object.keys(place.environment).filter(name => /SECRET/.test(name))).toEqual([]);
    const { control } = place.simulator;
    control.forgetRequests();
    const app = await openApp();
    await app.work();
    const { events } = app.running.profile;
    // Three audits, two traces, two records of the unified log.
    expect(await events.counts(scopeOf(contosoId as TenantId))).toMatchObject({ events: 7, quarantined: 0 });
    const seen: string[] = [];
    for (const { event } of (await events.changes([scopeOf(contosoId as TenantId)], null, 100)).changes) {
      seen.push(event.source);
    }
    expect(new Set(seen)).toEqual(
      new Set(['entra.directory-audits', 'exchange.message-trace', 'm365.unified-audit']),
    );
    // One token for each of the two resources; the assertion behind both was asked for once.
    expect(control.requests().counts['entra.token']?.[contosoId]).toEqual({ 200: 2 });
    expect(app.lines.filter(line => line.includes('run.ended')).length).toBeGreaterThan(6);
    expectClean(app.lines.join('\n'));
  });

  test('is ready, and when its credential is taken away says so to whoever asks and in its runs, until it is back', async () => {
    const { simulator } = place;
    onTestFinished(() => trustIdentity(simulator));
    const readiness = `/api/v1/tenants/${contosoId}/readiness`;
    const app = await openApp();
    expect((await app.get(readiness)).at('ready')).toBe(true);
    simulator.control.removeFederatedCredentials(collector.clientId);
    const refused = await app.get(readiness);
    const mend = /no federated credential\. Run infra\/register-apps\.sh/;
    expect(refused.at('ready')).toBe(false);
    for (const at of [0, 1, 2]) {
      expect(refused.at('value', at, 'checks', 0)).toMatchObject({
        state: 'refused',
        code: 'provider.unauthorized',
        problem: expect.stringMatching(mend) as unknown,
      });
    }
    await app.pull();
    const run = (await app.get(`/api/v1/runs?tenant=${contosoId}&source=entra.directory-audits`)).at(
      'value',
      0,
    );
    expect(JSON.stringify(run)).toMatch(mend);
    expectClean(app.lines.join('\n') + JSON.stringify(refused.value) + JSON.stringify(run));
    trustIdentity(simulator);
    expect((await app.get(readiness)).at('ready')).toBe(true);
    await app.pull();
    expect((await app.get(`/api/v1/runs?tenant=${contosoId}&source=entra.directory-audits`)).at('value', 0, 'status')).toMatch(/succeeded|idle/); // prettier-ignore
  });
});
