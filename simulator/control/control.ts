import { collector, personas, type ManagedIdentity, type Persona } from '../entra/directory.ts';
import type { FederatedCredential } from '../entra/federated-credentials.ts';
import type { IdentityRequest } from '../entra/managed-identities.ts';
import { mintToken, type MintRequest } from '../entra/mint-token.ts';
import type { FaultRequest } from '../faults/fault-board.ts';
import type { Throttling } from '../limits.ts';
import { mimecastApplication, type MimecastApplication } from '../mimecast/mimecast-application.ts';
import type { Counts } from '../request-counts.ts';
import type { LimiterMark } from '../rolling-limiter.ts';
import type { Site } from '../site.ts';
import { flagProblem, type TenantFlags } from '../tenant-flags.ts';
import { memoryDays, type Tenant } from '../tenant-book.ts';
import { truth, type TruthRequest } from './truth.ts';

/** A tenant as whoever wants to collect from it needs to know it. */
export interface TenantCard {
  readonly id: string;
  readonly name: string;
  readonly domains: readonly string[];
  readonly sources: readonly { readonly id: string; readonly remembersDays: number }[];
  /** The application to collect with; null for a tenant that only signs people in. */
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  /** The Mimecast account's own API application, and the region it lives in; null without an account. */
  readonly mimecast: (MimecastApplication & { readonly region: string }) | null;
  readonly flags: TenantFlags;
}
export interface FaultState {
  readonly id: string;
  readonly request: FaultRequest;
  readonly applied: number;
}
export interface RequestReport {
  readonly counts: Counts;
  readonly limits: readonly LimiterMark[];
}

/** Everything a test or an operator can do to the simulator; offered over HTTP under /control as well. */
export interface Control {
  tenants(): TenantCard[];
  personas(): readonly Persona[];
  /** Switches a fault on; answers its id. Throws for a fault or a route there is not. */
  addFault(request: FaultRequest): string;
  clearFaults(which?: { readonly id?: string; readonly tenant?: string }): number;
  faults(): FaultState[];
  /** The providers' time, ms. */
  now(): number;
  setClock(change: { readonly now: number } | { readonly advanceMs: number }): number;
  /** Throws for a tenant or a flag there is not. */
  setTenant(id: string, flags: Partial<TenantFlags>): TenantFlags;
  setThrottling(change: Partial<Throttling>): Throttling;
  /** How long continuation links live; null: for ever. */
  setLinkLifetime(ms: number | null): void;
  rotateKeys(options?: { readonly dropOld?: boolean }): Promise<void>;
  trustAssertionKey(clientId: string, publicKeyPem: string): void;
  /** Throws for what Graph would not take. */
  addFederatedCredential(clientId: string, credential: FederatedCredential): void;
  /** All of an application's. */
  removeFederatedCredentials(clientId: string): void;
  /** Creates an identity, or changes what its tokens are like. */
  setIdentity(request: IdentityRequest): ManagedIdentity;
  mintToken(request: MintRequest): string;
  requests(): RequestReport;
  /** Counts, marks and throttle windows from zero. */
  forgetRequests(): void;
  /** Every record a provider shows now. */
  truth(request: TruthRequest): Iterable<string>;
}

/** The control of one running simulator. */
export function control(site: Site): Control {
  const { seed } = site;
  return {
    tenants: () => site.tenants.all().map(tenant => card(tenant, seed)),
    personas: () => personas,
    addFault: request => site.faults.add(request).id,
    clearFaults: which => site.faults.clear(which),
    faults: () => site.faults.all().map(({ id, request, applied }) => ({ id, request, applied })),
    now: () => site.clock.now(),
    setClock(change) {
      if ('now' in change) site.clock.set(change.now);
      else site.clock.advance(change.advanceMs);
      return site.clock.now();
    },
    setTenant(id, flags) {
      const problem = flagProblem(flags);
      if (problem !== null) throw new Error(problem);
      const tenant = site.tenants.change(id, flags);
      if (tenant === null) throw new Error('There is no such tenant. GET /control/tenants lists them.');
      return tenant.flags;
    },
    setThrottling: change => site.limits.setThrottling(change),
    setLinkLifetime(ms) {
      site.links.lifetimeMs = ms;
    },
    rotateKeys: ({ dropOld = false } = {}) => site.keys.rotate(dropOld),
    trustAssertionKey: (clientId, pem) => site.assertions.trust(clientId, pem),
    addFederatedCredential: (clientId, credential) => site.federated.add(clientId, credential),
    removeFederatedCredentials: clientId => site.federated.remove(clientId),
    setIdentity: request => site.identities.set(request),
    mintToken: request => mintToken(site, request),
    requests: () => ({ counts: site.counts.report(), limits: site.limits.marks() }),
    forgetRequests() {
      site.counts.forget();
      site.limits.forget();
    },
    truth: request => truth(site, request),
  };
}

function card(tenant: Tenant, seed: number): TenantCard {
  const { id, name, domains, sim, flags } = tenant;
  const account = sim?.mimecast ?? null;
  return {
    id,
    name,
    domains,
    sources: (sim?.sources ?? []).map(source => ({ id: source, remembersDays: memoryDays(tenant, source) })),
    clientId: sim === null ? null : collector.clientId,
    clientSecret: sim === null ? null : collector.secret,
    mimecast: account === null ? null : { ...mimecastApplication(seed, id), region: account.region },
    flags,
  };
}
