import { z } from 'zod';
import type { TenantScope } from '../model/scope.ts';

/** Who asked for what, written before it is answered. `query` is the analyst's own words; it stays here. */
export const accessEntrySchema = z.strictObject({
  id: z.string(),
  at: z.string(),
  tenant: z.string(),
  /** `tid:oid`. */
  principal: z.string(),
  action: z.string(),
  route: z.string(),
  requestId: z.string(),
  /** Ids, ranges and the query: what makes the entry useful to an auditor. */
  detail: z.record(z.string(), z.string()),
});
export type AccessEntry = z.infer<typeof accessEntrySchema>;

/**
 * Append-only. append MUST be durable when it resolves, all entries or none; an id written twice MUST be refused
 * (`conflict`). list is newest first.
 */
export interface AccessLog {
  append(scope: TenantScope, entries: readonly AccessEntry[]): Promise<void>;
  list(
    scopes: readonly TenantScope[],
    after: string | null,
    limit: number,
  ): Promise<{ entries: readonly AccessEntry[]; next: string | null }>;
}
