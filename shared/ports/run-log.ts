import type { Run } from '../model/run.ts';
import type { TenantScope } from '../model/scope.ts';

export interface RunFilter {
  readonly source?: string;
  readonly status?: Run['status'];
}

/**
 * Pull history. put keeps every run of a call and is idempotent by run id (the later state wins); a part of a call may
 * stand there alone after a crash. list is newest first, keyset by `after`.
 */
export interface RunLog {
  put(scope: TenantScope, ...runs: readonly Run[]): Promise<void>;
  get(scope: TenantScope, id: string): Promise<Run | null>;
  list(
    scopes: readonly TenantScope[],
    filter: RunFilter,
    after: string | null,
    limit: number,
  ): Promise<{ runs: readonly Run[]; next: string | null }>;
}
