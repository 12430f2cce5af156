import type { Instant } from '../kernel/time.ts';
import type { EntityKind } from '../model/event.ts';
import type { TenantScope } from '../model/scope.ts';

/** What a tenant's directory said of an object id, and when. */
export interface KnownName {
  /** Lower case. */
  readonly id: string;
  readonly kind: EntityKind;
  /** Null: it knew no such thing, or would not name it. */
  readonly name: string | null;
  readonly address: string | null;
  readonly at: Instant;
}

/** An event that has an object id and no name for it. */
export interface Wanted {
  /** Lower case. */
  readonly id: string;
  readonly event: string;
}

/**
 * Names for object ids, each tenant's own, and the events that wait for them.
 * - want remembers what is wanted and how far the feed has been looked through, both or neither, durable when it
 *   resolves. What is wanted already stays as it was. position answers that place; null is the beginning.
 * - learn: a later answer takes the place of an earlier one. But "no such thing" MUST NOT take a name away, only move
 *   `at`: somebody deleted keeps the last name.
 * - unasked answers wanted ids, each once, of which nothing is known; or nothing but "no such thing" since before
 *   `absent`; or a name since before `named`.
 * - ready answers wants whose id has a name, whatever its age; settle drops wants, passing by those not there.
 * - forget drops at most `limit` wants noted before `before`, and answers how many.
 */
export interface NameStore {
  position(scope: TenantScope): Promise<string | null>;
  want(scope: TenantScope, wanted: readonly Wanted[], position: string, at: Instant): Promise<void>;
  unasked(
    scope: TenantScope,
    before: { readonly absent: Instant; readonly named: Instant },
    limit: number,
  ): Promise<readonly string[]>;
  learn(scope: TenantScope, names: readonly KnownName[]): Promise<void>;
  known(scope: TenantScope, ids: readonly string[]): Promise<readonly KnownName[]>;
  ready(scope: TenantScope, limit: number): Promise<readonly Wanted[]>;
  settle(scope: TenantScope, wanted: readonly Wanted[]): Promise<void>;
  forget(scope: TenantScope, before: Instant, limit: number): Promise<number>;
}
