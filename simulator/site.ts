import type { AuthorizationGrants } from './entra/authorization-grants.ts';
import type { FederatedCredentials } from './entra/federated-credentials.ts';
import type { ManagedIdentities } from './entra/managed-identities.ts';
import type { SigningKeys } from './entra/signing-keys.ts';
import type { TrustedAssertions } from './entra/trusted-assertions.ts';
import type { FaultBoard } from './faults/fault-board.ts';
import type { Limits } from './limits.ts';
import type { Subscriptions } from './management/subscriptions.ts';
import type { RequestCounts } from './request-counts.ts';
import type { TokenSeal } from './sealed-token.ts';
import type { TenantBook } from './tenant-book.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { World } from './world/world.ts';

/** Everything one running simulator consists of; handed to every handler. */
export interface Site {
  readonly world: World;
  readonly seed: number;
  /** Where it listens, e.g. `http://127.0.0.1:7072`. Issuers are made of it. */
  readonly url: string;
  readonly clock: VirtualClock;
  readonly tenants: TenantBook;
  readonly keys: SigningKeys;
  readonly grants: AuthorizationGrants;
  readonly assertions: TrustedAssertions;
  /** By whom applications let themselves be proved without a key of their own. */
  readonly federated: FederatedCredentials;
  readonly identities: ManagedIdentities;
  readonly subscriptions: Subscriptions;
  readonly faults: FaultBoard;
  readonly limits: Limits;
  readonly counts: RequestCounts;
  readonly links: Links;
  /** Where the file store listens: another origin than `url`. */
  readonly filesUrl: string;
  /** Lifetime of access tokens, seconds. */
  readonly accessTokenSeconds: number;
  /** A GUID for a request, a trace or a correlation; repeatable with the seed. */
  nextId(): string;
}

/** Continuation links. `lifetimeMs` null: they do not expire by themselves. */
export interface Links {
  readonly graph: TokenSeal;
  readonly management: TokenSeal;
  /** Page tokens, feed tokens and access tokens: each says what it is. */
  readonly mimecast: TokenSeal;
  readonly mimecastFiles: TokenSeal;
  lifetimeMs: number | null;
}
