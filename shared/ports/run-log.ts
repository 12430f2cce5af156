import type { Run } from '../model/run.ts';
import type { TenantScope } from '../model/scope.ts';

export interface RunFilter {
  readonly source?: string;
  readonly status?: Run['status'];
}

/** Pull history. put is idempotent by run id (the later state wins). list is newest first, keyset by `after`. */
export interface RunLog {
  put(scope: TenantScope, run: Run): Promise<void>;
  get(scope: TenantScope, id: string): Promise<Run | null>;
  list(
    scopes: readonly TenantScope[],
    filter: RunFilter,
    after: string | null,
    limit: number,
  ): Promise<{ runs: readonly Run[]; next: string | null }>;
}
