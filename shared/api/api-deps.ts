import type { Grant } from '../authz/grant.ts';
import type { Authenticator } from '../ports/authenticator.ts';
import type { Clock } from '../ports/clock.ts';
import type { Profile } from '../ports/profile.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Duration } from '../kernel/time.ts';
import type { Mappings } from '../mappings/mappings.ts';
import type { Source } from '../sources/_kit/source.ts';
import type { ReadinessDeps } from '../pipeline/check-readiness.ts';
import type { Pulls } from './pulls.ts';
import type { BucketSize } from './token-buckets.ts';

/** What the API says of itself to callers who have no token yet. */
export interface Facts {
  readonly product: string;
  readonly version: string;
  /** Where to sign in; without a trailing slash. */
  readonly loginUrl: string;
  readonly clientId: string;
  /** Delegated scopes a client asks for. */
  readonly scopes: readonly string[];
}

export interface RateLimits {
  /** For one caller. */
  readonly client: BucketSize;
  /** For all callers of one tenant together, so that one customer's tooling never starves the others'. */
  readonly tenant: BucketSize;
  /** For one network address without a good token. */
  readonly stranger: BucketSize;
}

/** Everything the API works with. */
export interface ApiDeps {
  readonly profile: Profile;
  /** As they are, without the mapping file's word. */
  readonly sources: readonly Source[];
  /** The mapping file in force. */
  readonly mappings: Mappings;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly pulls: Pulls;
  /** How a tenant's providers are asked whether they would let us in. */
  readonly readiness: ReadinessDeps;
  /** The operator's tenant id; null where there is none. */
  readonly operator: string | null;
  readonly grants: readonly Grant[];
  readonly facts: Facts;
  readonly limits: RateLimits;
  /** Origins whose pages may call: `https://holdfast.contoso.example`. */
  readonly allowedOrigins: readonly string[];
  /** At least 32 random bytes, the same on every instance; a new one ends all continuations and feed cursors. */
  readonly continuationKey: Uint8Array;
  readonly continuationLifetime: Duration;
  /** A fresh id no one can guess; used for requests, log entries and operations. */
  readonly newId: () => string;
  /** What the process has counted so far, in Prometheus's text form; the API adds its gauges. */
  readonly metrics: () => string;
}
