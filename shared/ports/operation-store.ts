import type { Operation } from '../model/run.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Swap } from './cursor-store.ts';

/** Long work. swap follows CursorStore's rules; list is newest first. */
export interface OperationStore {
  get(scope: TenantScope, id: string): Promise<{ value: Operation; rev: string } | null>;
  list(
    scopes: readonly TenantScope[],
    after: string | null,
    limit: number,
  ): Promise<{ operations: readonly Operation[]; next: string | null }>;
  swap(scope: TenantScope, expected: string | null, value: Operation): Promise<Swap<Operation>>;
}
