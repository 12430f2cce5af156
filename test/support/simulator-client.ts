import { onTestFinished } from 'vitest';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/start-simulator.ts';
import { contosoId, smallWorld, smallWorldNow } from './small-world.ts';

export const collectorId = 'ca11ab1e-0000-4000-8000-00000000cafe';
export const otherCollectorId = 'ca11ab1e-0000-4000-8000-00000000beef';
export const collectorSecret = 'simulator-only-secret';
export const graphScope = 'https://graph.microsoft.com/.default';
export const managementScope = 'https://manage.office.com/.default';

/** A base clock a test moves. */
export interface TestClock {
  time: number;
  now(): number;
}
export type RunningSimulator = Simulator & { readonly time: TestClock };

/** A simulator on a free port, with the small world, at noon of its last day; closed when the test ends. */
export async function runningSimulator(over: Partial<SimulatorOptions> = {}): Promise<RunningSimulator> {
  const time: TestClock = { time: smallWorldNow, now: () => time.time };
  const simulator = await startSimulator({ world: smallWorld(), port: 0, clock: time, ...over });
  onTestFinished(() => simulator.close());
  return { ...simulator, time };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; throws when it is not. */
  json(): Json;
}
/** JSON whose shape the test knows: every step into it must be there. */
export interface Json {
  readonly value: unknown;
  at(...path: readonly (string | number)[]): unknown;
  list(...path: readonly (string | number)[]): readonly unknown[];
  text(...path: readonly (string | number)[]): string;
}

export function readJson(text: string): Json {
  const value: unknown = JSON.parse(text);
  const at = (...path: readonly (string | number)[]): unknown => {
    let found: unknown = value;
    for (const step of path) {
      if (typeof found !== 'object' || found === null) return undefined;
      found = new Map<string, unknown>(Object.entries(found)).get(String(step));
    }
    return found;
  };
  return {
    value,
    at,
    list(...path) {
      const found = at(...path);
      if (!Array.isArray(found)) throw new Error(`no list at ${path.join('.')}`);
      const items: readonly unknown[] = found;
      return items;
    },
    text(...path) {
      const found = at(...path);
      if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')}`);
      return found;
    },
  };
}

/** A request as a client makes it; redirects are not followed. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(300_000), ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => readJson(text) };
}

/** POST {tenant}/oauth2/v2.0/token with a form; the collector's credentials unless the form says otherwise. */
export const askToken = (
  simulator: Simulator,
  form: Readonly<Record<string, string>>,
  tenant: string = contosoId,
): Promise<Answered> =>
  ask(`${simulator.url}/login/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: collectorId,
      client_secret: collectorSecret,
      ...form,
    }),
  });

/** An application token; throws when it is refused. */
export async function tokenFor(
  simulator: Simulator,
  scope: string,
  tenant: string = contosoId,
  client = collectorId,
): Promise<string> {
  const answer = await askToken(simulator, { scope, client_id: client }, tenant);
  return answer.json().text('access_token');
}

/** A client of Graph: `get('/auditLogs/directoryAudits', { $top: '5' })`, or a whole next link. */
export async function graphClient(simulator: Simulator, tenant: string = contosoId, client = collectorId) {
  const token = await tokenFor(simulator, graphScope, tenant, client);
  return {
    token,
    get: (
      path: string,
      query: Readonly<Record<string, string>> = {},
      headers: Readonly<Record<string, string>> = {},
    ) => {
      const search = new URLSearchParams(query).toString();
      const url = path.startsWith('http')
        ? path
        : `${simulator.url}/graph/v1.0${path}${search === '' ? '' : `?${search}`}`;
      return ask(url, { headers: { authorization: `Bearer ${token}`, ...headers } });
    },
    post: (path: string, body: string) =>
      ask(`${simulator.url}/graph/v1.0${path}`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${token}` },
      }),
  };
}

/** A client of the Management API: `call('GET', '/subscriptions/list')`, or a whole URL. */
export async function managementClient(
  simulator: Simulator,
  tenant: string = contosoId,
  client = collectorId,
) {
  const token = await tokenFor(simulator, managementScope, tenant, client);
  return {
    token,
    call: (method: 'GET' | 'POST', path: string, query: Readonly<Record<string, string>> = {}) => {
      const search = new URLSearchParams(query).toString();
      const root = `${simulator.url}/manage/api/v1.0/${tenant}/activity/feed`;
      const url = path.startsWith('http') ? path : `${root}${path}${search === '' ? '' : `?${search}`}`;
      return ask(url, { method, headers: { authorization: `Bearer ${token}` } });
    },
  };
}
