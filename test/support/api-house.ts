import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { consoleTelemetry } from '../../shared/adapters/net/console-telemetry.ts';
import { counterRegistry } from '../../shared/adapters/net/counter-registry.ts';
import { createEntraTokenCheck } from '../../shared/adapters/net/entra-token-check.ts';
import type { ApiDeps } from '../../shared/api/api-deps.ts';
import type { Api } from '../../shared/api/api-request.ts';
import { createClient, type Client } from '../../shared/api/client.ts';
import { mount } from '../../shared/api/mount.ts';
import { streamPulls } from '../../shared/app/stream-pulls.ts';
import type { Grant } from '../../shared/authz/grant.ts';
import { permissions } from '../../shared/authz/permission.ts';
import { systemScope } from '../../shared/authz/system-scope.ts';
import { startNodeServer } from '../../shared/host/node-server.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { hours } from '../../shared/kernel/time.ts';
import { noMappings, type Mappings } from '../../shared/mappings/mappings.ts';
import type { TenantId } from '../../shared/model/ids.ts';
import type { Tenant } from '../../shared/model/tenant.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { embeddedDamage } from './embedded-damage.ts';
import { clientId, startIssuer, type Issuer } from './issuer.ts';
import { ManualClock } from './manual-clock.ts';
import { contoso, fabrikam } from './sample.ts';
import { tempFolder } from './temp-folder.ts';

export const operator = '0e7a0000-0000-4000-8000-00000000e001';

/** The API on a real socket, over the embedded profile in a fresh folder unless the file says otherwise, with an issuer of its own. */
export interface ApiHouse {
  readonly url: string;
  readonly folder: string;
  readonly clock: ManualClock;
  readonly issuer: Issuer;
  readonly profile: Profile;
  readonly deps: ApiDeps;
  /** On Functions everybody comes through the platform's front end, so that nobody is of this machine. */
  readonly host: HouseGround['host'];
  /** Log lines so far. */
  readonly lines: readonly string[];
  /** Puts what is stored into the index. */
  index(): Promise<void>;
  /** From now on the access log takes no entry, as on a full or failing disk. */
  breakAccessLog(): Promise<void>;
  /** From now on no store answers. */
  loseStores(): Promise<void>;
  /** Another byte in every raw object, behind everybody's back. */
  changeRaw(): Promise<void>;
  /** A client with this token; null calls without one. */
  client(token: string | null): Client;
  /** A plain request: what came back, with its body as text. */
  ask(path: string, init?: RequestInit & { token?: string }): Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  json(): unknown;
}

export interface HouseOptions {
  readonly grants?: readonly Grant[];
  /** Null for a house without an operator. */
  readonly operator?: string | null;
  readonly allowedOrigins?: readonly string[];
  readonly limits?: Partial<ApiDeps['limits']>;
  /** For readiness; without one nobody is asked. */
  readonly door?: ApiDeps['readiness']['door'];
  readonly mappings?: Mappings;
}

const tenant = (id: TenantId, name: string, domain: string): Tenant => ({
  id,
  name,
  domains: [domain],
  state: 'active',
  connections: sources.map(source => ({
    source: source.id as Tenant['connections'][number]['source'],
    enabled: true,
    config: {},
    remembersDays: null,
    everySeconds: null,
  })),
  retentionDays: 3_650,
});
export const contosoTenant = tenant(contoso, 'Contoso', 'contoso.example');
export const fabrikamTenant = tenant(fabrikam, 'Fabrikam', 'fabrikam.example');

/** Where the houses of a test file keep things, and what serves them. */
export interface HouseGround {
  open(
    folder: string,
    clock: ManualClock,
  ): Promise<Pick<ApiHouse, 'profile' | 'breakAccessLog' | 'loseStores' | 'changeRaw'>>;
  readonly host: 'node' | 'functions';
  serve(api: Api): Promise<{ readonly url: string; close(): Promise<void> }>;
}
let ground: HouseGround = {
  host: 'node',
  open: async (folder, clock) => {
    const profile = await openEmbedded({ folder, environment: {}, clock });
    return { profile, loseStores: () => profile.close(), ...embeddedDamage(folder) };
  },
  serve: api => startNodeServer({ api, port: 0, timeouts: { grace: 200 } }),
};
/** For all houses opened from now on in this file. */
export const buildHousesOn = (other: HouseGround): void => {
  ground = other;
};
/** An API without a house, on what this file's houses are served by. */
export async function serveApi(api: Api): Promise<{ readonly url: string }> {
  const server = await ground.serve(api);
  onTestFinished(() => server.close());
  return server;
}

const plenty = { perSecond: 10_000, burst: 10_000 };

export async function openHouse(options: HouseOptions = {}): Promise<ApiHouse> {
  const clock = new ManualClock();
  const folder = await tempFolder();
  const { profile, ...damage } = await ground.open(folder, clock);
  // A test that closes the stores to see what happens has closed them.
  onTestFinished(() => profile.close().catch(() => undefined));
  for (const one of [contosoTenant, fabrikamTenant]) await profile.tenants.swap(null, one);
  const issuer = await startIssuer(() => Math.floor(clock.now() / 1_000));
  const lines: string[] = [];
  const deps = depsOf(options, { clock, profile, issuer, lines });
  const server = await serveApi(mount(deps));
  return {
    url: server.url,
    folder,
    clock,
    issuer,
    profile,
    deps,
    host: ground.host,
    lines,
    index: async () => {
      await projectIndex(profile.events, profile.index);
    },
    ...damage,
    client: token => createClient({ baseUrl: server.url, token: async () => token, send: fetch }),
    ask: (path, init) => ask(server.url, path, init),
  };
}

function depsOf(
  options: HouseOptions,
  made: { clock: ManualClock; profile: Profile; issuer: Issuer; lines: string[] },
): ApiDeps {
  const { clock, profile, issuer } = made;
  const counters = counterRegistry();
  const telemetry = consoleTelemetry({
    stream: { write: text => made.lines.push(text) },
    level: 'info',
    clock,
    counters,
  });
  const operatorId = options.operator === undefined ? operator : options.operator;
  return {
    profile,
    sources,
    mappings: options.mappings ?? noMappings,
    authenticator: createEntraTokenCheck({
      clock,
      loginUrl: issuer.loginUrl,
      clientId,
      knownTenant: async id => id === operatorId || (await profile.tenants.get(id)) !== null,
    }),
    clock,
    telemetry,
    pulls: streamPulls({
      tenants: profile.tenants,
      sources,
      scopeOf: id => systemScope(id, 'pull'),
      queue: profile.queue,
      pull: { ...profile, clock, telemetry, http: noProvider, worker: 'test', newId: randomUUID },
    }),
    readiness: { clock, door: options.door ?? noProvider },
    operator: operatorId,
    grants: options.grants ?? [],
    facts: {
      product: 'Holdfast',
      version: '0.0.0',
      loginUrl: issuer.loginUrl,
      clientId,
      scopes: ['api://x/access'],
    },
    limits: { client: plenty, tenant: plenty, stranger: plenty, ...options.limits },
    allowedOrigins: options.allowedOrigins ?? [],
    continuationKey: new Uint8Array(32).fill(7),
    continuationLifetime: hours(1),
    newId: randomUUID,
    metrics: () => counters.render(),
  };
}

/** Planning and queueing ask no provider; a test in which one is asked has found a fault. */
function noProvider(): never {
  throw new AppError('bug', 'give-up', 'No provider is asked here.');
}

async function ask(
  url: string,
  path: string,
  { token, ...init }: RequestInit & { token?: string } = {},
): Promise<Reply> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const reply = await fetch(`${url}${path}`, { ...init, headers, redirect: 'manual' });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, text, json: () => JSON.parse(text) as unknown };
}

const oid = (n: number): string => `0d000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** People who call, by the names the simulator uses too. */
export const people = {
  contosoReader: { tid: contoso, oid: oid(1), roles: ['Events.Read'] },
  contosoAdmin: { tid: contoso, oid: oid(2), roles: [...permissions] },
  fabrikamReader: { tid: fabrikam, oid: oid(3), roles: ['Events.Read'] },
  fabrikamAdmin: { tid: fabrikam, oid: oid(4), roles: [...permissions] },
  operator: { tid: operator, oid: oid(5), roles: [...permissions] },
  operatorReader: { tid: operator, oid: oid(6), roles: ['Events.Read'] },
  nobody: { tid: contoso, oid: oid(7), roles: [] },
} as const;
