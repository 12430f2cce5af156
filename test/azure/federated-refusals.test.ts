import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { azureCredential, federatedAssertion } from '../../shared/adapters/azure/azure-identity.ts';
import { environmentSecretStore } from '../../shared/adapters/embedded/environment-secret-store.ts';
import { systemClock } from '../../shared/adapters/embedded/system-clock.ts';
import { readConfig } from '../../shared/app/config.ts';
import { providerDoors } from '../../shared/app/provider-doors.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { connectionSchema, tenantSchema, type Tenant } from '../../shared/model/tenant.ts';
import { checksOf, makeChecks, type ReadinessCheck } from '../../shared/pipeline/check-readiness.ts';
import type { HttpClient } from '../../shared/ports/http-client.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { collector, productIdentity } from '../../simulator/entra/directory.ts';
import { identityHeader } from '../../simulator/entra/identity-endpoint.ts';
import type { TokenFlaw } from '../../simulator/entra/mint-token.ts';
import { startSimulator, type Simulator } from '../../simulator/start-simulator.ts';
import type { TenantFlags } from '../../simulator/tenant-flags.ts';
import { trustIdentity } from '../support/app-by-identity.ts';
import { setEnvironment } from '../support/environment.ts';
import { rememberedThrottles } from '../support/remembered-throttles.ts';
import { quiet } from '../support/rig.ts';
import { contosoId, fabrikamId, smallWorld } from '../support/small-world.ts';

/**
 * Every way the exchange of the identity's token can be refused, by the real SDK and the doors of the Azure profile,
 * against the simulator's Entra. One simulator for the file: the SDK remembers the first endpoint it was told.
 */
let simulator: Simulator;
let restore: () => void;
beforeAll(async () => {
  simulator = await startSimulator({ world: smallWorld(), port: 0 });
  restore = setEnvironment({
    IDENTITY_ENDPOINT: `${simulator.url}/msi/token`,
    IDENTITY_HEADER: identityHeader,
  });
});
afterAll(async () => {
  await simulator.close();
  restore();
});

const tenant = (id: string): Tenant =>
  tenantSchema.parse({ id, name: 'Contoso', domains: ['contoso.example'], state: 'active', connections: [], retentionDays: 30 }); // prettier-ignore

interface Doors {
  readonly of: (tenant: Tenant) => HttpClient;
  readonly fresh: (tenant: Tenant) => HttpClient;
}

/** The providers as an app with this identity reaches them; it has no secret to fall back on. */
function doorsAs(identity: string): Doors {
  const config = readConfig({
    HOLDFAST_CLIENT_ID: 'c1000000-0000-4000-8000-000000000001',
    HOLDFAST_PULL_CLIENT_ID: collector.clientId,
    HOLDFAST_LOGIN_URL: `${simulator.url}/login`,
    HOLDFAST_GRAPH_URL: `${simulator.url}/graph`,
    HOLDFAST_MANAGEMENT_URL: `${simulator.url}/manage`,
  });
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const doors = providerDoors({
    settings: config.settings,
    clock: systemClock,
    secrets: environmentSecretStore({ environment: {}, file: '/nowhere' }),
    assertion: federatedAssertion(azureCredential(identity)),
    throttles: rememberedThrottles(),
    telemetry: quiet,
    random: () => 0.5,
  });
  onTestFinished(() => doors.close());
  return doors;
}

const audits = { api: 'graph', origin: 'configured', path: '/v1.0/auditLogs/directoryAudits', query: { $top: '1' } } as const; // prettier-ignore

async function refusal(door: HttpClient): Promise<AppError> {
  const thrown: unknown = await door.send(audits).catch((error: unknown) => error);
  if (!(thrown instanceof AppError)) throw new Error(`expected an AppError, got ${inspect(thrown)}`);
  return thrown;
}

async function readiness(doors: Doors, id: string): Promise<ReadinessCheck> {
  const source = sources.find(one => one.id === 'entra.directory-audits');
  if (source === undefined) throw new Error('no source');
  const connection = connectionSchema.parse({
    source: source.id,
    enabled: true,
    config: {},
    remembersDays: null,
    everySeconds: null,
  });
  const deps = { clock: systemClock, door: doors.fresh };
  const [check] = await makeChecks(checksOf(deps, tenant(id), connection, source));
  if (check === undefined) throw new Error('no check');
  return check;
}

/** The identity the product has, or one of its kind whose tokens for the exchange have a flaw. */
function identityWith(number: number, flaw?: TokenFlaw, lifetimeSeconds?: number): string {
  const clientId = `1de17170-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
  const { principalId } = productIdentity;
  simulator.control.setIdentity({
    clientId,
    principalId,
    ...(flaw === undefined ? {} : { flaw }),
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
  });
  return clientId;
}

interface Mistake {
  readonly aadsts: number;
  readonly says: RegExp;
  readonly code?: string;
  readonly recovery?: string;
  /** What is wrong; answers the identity and the tenant asked for, where they are not the usual ones. */
  make?(): { readonly identity?: string; readonly tenant?: string } | void;
}

const flags = (id: string, change: Partial<TenantFlags>): void => {
  simulator.control.setTenant(id, change);
  onTestFinished(() => void simulator.control.setTenant(id, { application: 'present' }));
};
const elsewhere = (): string => `${simulator.url}/login/${fabrikamId}/v2.0`;

const mistakes: Readonly<Record<string, Mistake>> = {
  'no credential': {
    aadsts: 70025,
    says: /has no federated credential\. Run infra\/register-apps\.sh/,
    make: () => simulator.control.removeFederatedCredentials(collector.clientId),
  },
  'the issuer of another tenant': {
    aadsts: 700211,
    says: /another issuer.*set its issuer to https:.*\/v2\.0 with the tenant of the identity/,
    make: () => trustIdentity(simulator, { issuer: elsewhere() }),
  },
  'the client id where the principal id belongs': {
    aadsts: 700213,
    says: /Set its subject, letter for letter, to the principal id \(not the client id\)/,
    make: () => trustIdentity(simulator, { subject: productIdentity.clientId }),
  },
  'the principal id in capitals': {
    aadsts: 7002138,
    says: /letter for letter/,
    make: () => trustIdentity(simulator, { subject: productIdentity.principalId.toUpperCase() }),
  },
  'another audience': {
    aadsts: 700212,
    says: /Set it to api:\/\/AzureADTokenExchange/,
    make: () => trustIdentity(simulator, { audience: 'api://somebody-else' }),
  },
  'a signature that is wrong': {
    aadsts: 700027,
    says: /federated credential/,
    make: () => ({ identity: identityWith(1, 'other-key') }),
  },
  'a key that is not published': {
    aadsts: 7000272,
    says: /HOLDFAST_LOGIN_URL/,
    recovery: 'retry-later',
    make: () => ({ identity: identityWith(2, 'unknown-key-id') }),
  },
  'a token that is over': {
    aadsts: 700024,
    says: /outside its time\. Check the clock/,
    recovery: 'retry-later',
    make: () => ({ identity: identityWith(3, 'expired') }),
  },
  'a token that has not begun': {
    aadsts: 700024,
    says: /outside its time\. Check the clock/,
    recovery: 'retry-later',
    make: () => ({ identity: identityWith(4, 'not-yet-valid') }),
  },
  'no consent': {
    aadsts: 700016,
    code: 'provider.refused',
    says: /consent link/,
    make: () => flags(contosoId, { application: 'absent' }),
  },
  'no consent, under its other number': {
    aadsts: 7000229,
    code: 'provider.refused',
    says: /consent link/,
    make: () => flags(contosoId, { application: 'no-principal' }),
  },
  'an application that is disabled there': {
    aadsts: 7000112,
    code: 'provider.refused',
    says: /Enterprise applications/,
    make: () => flags(contosoId, { application: 'disabled' }),
  },
  'a tenant nobody knows': {
    aadsts: 90002,
    code: 'provider.refused',
    says: /Check the tenant id/,
    make: () => ({ tenant: '0dd00000-0000-4000-8000-000000000bad' }),
  },
};

describe('the exchange of the identity’s token', () => {
  test.each(Object.entries(mistakes))('refused for %s says what to mend, to pulls and to readiness', async (_name, mistake) => {
    trustIdentity(simulator);
    const made = mistake.make?.() ?? {};
    const { identity = productIdentity.clientId, tenant: id = contosoId } = made;
    const doors = doorsAs(identity);
    const error = await refusal(doors.of(tenant(id)));
    const { code = 'provider.unauthorized', recovery = 'pause-source', aadsts, says } = mistake;
    expect(error).toMatchObject({ code, recovery, facts: { api: 'login', aadsts, tenant: id } });
    expect(error.message).toMatch(says);
    expect(inspect(error, { depth: 9 })).not.toMatch(/eyJ|AADSTS|Trace ID/);
    const check = await readiness(doors, id);
    expect(check).toMatchObject({ state: 'refused', code, problem: error.message });
  }); // prettier-ignore

  test('says so where the app has no such identity, before Entra is asked', async () => {
    trustIdentity(simulator);
    simulator.control.forgetRequests();
    const doors = doorsAs('1de17170-0000-4000-8000-0000000000ff');
    const error = await refusal(doors.of(tenant(contosoId)));
    expect(error).toMatchObject({ code: 'provider.unauthorized', recovery: 'retry-later' });
    expect(error.message).toMatch(/identity is assigned to the app, and HOLDFAST_IDENTITY_CLIENT_ID/);
    expect(await readiness(doors, contosoId)).toMatchObject({ state: 'refused', problem: error.message });
    expect(simulator.control.requests().counts['entra.token']).toBeUndefined();
  });
});

describe('tokens that end', () => {
  const tokens = (): unknown => simulator.control.requests().counts['entra.token']?.[contosoId];
  const identities = (): number =>
    Object.values(simulator.control.requests().counts['entra.identity'] ?? {}).reduce((sum, one) => sum + (one[200] ?? 0), 0); // prettier-ignore

  test('the identity’s is kept by the SDK and proves every customer and resource', async () => {
    trustIdentity(simulator);
    const doors = doorsAs(identityWith(10));
    simulator.control.forgetRequests();
    for (const id of [contosoId, fabrikamId]) await doors.fresh(tenant(id)).send(audits);
    await doors.fresh(tenant(contosoId)).send(audits);
    expect(identities()).toBe(1);
    expect(tokens()).toEqual({ 200: 2 });
  });

  test('the identity’s is asked for anew when it is about to end', async () => {
    trustIdentity(simulator);
    const doors = doorsAs(identityWith(11, undefined, 200));
    simulator.control.forgetRequests();
    for (let times = 0; times < 3; times += 1) await doors.fresh(tenant(contosoId)).send(audits);
    expect(identities()).toBe(3);
    expect(tokens()).toEqual({ 200: 3 });
  });

  test('the customer’s, refused once, is exchanged for another and the request made again', async () => {
    trustIdentity(simulator);
    const door = doorsAs(identityWith(12)).of(tenant(contosoId));
    simulator.control.forgetRequests();
    await door.send(audits);
    simulator.control.addFault({ name: 'unauthorized', tenant: contosoId, route: 'graph.directoryAudits', times: 1 }); // prettier-ignore
    expect((await door.send(audits)).status).toBe(200);
    expect(tokens()).toEqual({ 200: 2 });
    expect(identities()).toBe(1);
    const { counts } = simulator.control.requests();
    expect(counts['graph.directoryAudits']?.[contosoId]).toEqual({ 200: 2, 401: 1 });
  });

  test('the customer’s, refused although it is fresh, is told and not asked for without end', async () => {
    trustIdentity(simulator);
    const door = doorsAs(identityWith(13)).of(tenant(contosoId));
    simulator.control.forgetRequests();
    simulator.control.addFault({ name: 'unauthorized', tenant: contosoId, route: 'graph.directoryAudits' });
    onTestFinished(() => void simulator.control.clearFaults());
    expect(await refusal(door)).toMatchObject({ code: 'provider.unauthorized', recovery: 'pause-source' });
    expect(tokens()).toEqual({ 200: 2 });
  });
});
