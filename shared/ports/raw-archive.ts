import type { Sha256 } from '../kernel/hash.ts';
import type { Instant } from '../kernel/time.ts';
import type { TenantScope } from '../model/scope.ts';

export interface RawObject {
  /** Under the tenant: at most 900 lower-case letters, digits and `-_./:=`; no segment empty or ending in `.`. */
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Of `bytes`. */
  readonly sha256: Sha256;
  readonly contentType: string;
  /** When it was put. */
  readonly storedAt: Instant;
  readonly retainUntil: Instant;
}
export interface RawEntry {
  readonly key: string;
  readonly sha256: Sha256;
  /** Bytes before compression. */
  readonly size: number;
}

/**
 * The evidence. Create-only.
 * - put MUST be durable when it resolves (a crash right after keeps the object whole, a crash during it
 *   leaves nothing under the key).
 * - put on an existing key with the same bytes MUST answer `already-there`; with other bytes it MUST reject
 *   with `archive.conflict` and leave the first untouched.
 * - get MUST answer null only for "known absent", MUST verify the bytes against the sha-256 taken at put and
 *   reject with `archive.corrupt` when they differ; a failing store MUST throw.
 * - list MUST give every object whose key begins with the prefix, in key order, and no other tenant's.
 * - remove is retention's alone: before `retainUntil`, or while any hold lies on the object, it MUST reject
 *   with `archive.held`.
 * - hold on a key without an object MUST reject with `not-found`; release and remove of what is not there
 *   resolve.
 * - sha256 is over the exact bytes given; how they are compressed is the adapter's business.
 */
export interface RawArchive {
  put(
    scope: TenantScope,
    object: { key: string; bytes: Uint8Array; contentType: string; retainUntil: Instant },
  ): Promise<{ status: 'created' | 'already-there'; sha256: Sha256 }>;
  get(scope: TenantScope, key: string): Promise<RawObject | null>;
  list(scope: TenantScope, prefix: string): AsyncIterable<RawEntry>;
  hold(scope: TenantScope, key: string, hold: string): Promise<void>;
  release(scope: TenantScope, key: string, hold: string): Promise<void>;
  holds(scope: TenantScope, key: string): Promise<readonly string[]>;
  remove(scope: TenantScope, key: string, now: Instant): Promise<void>;
}
