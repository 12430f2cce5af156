import type { TenantId } from '../model/ids.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Swap } from './cursor-store.ts';

/**
 * The customers. Not tenant data: whoever may ask is decided by `authz` before the call.
 * swap follows CursorStore's rules. list is in id order.
 */
export interface TenantRegistry {
  get(id: TenantId): Promise<{ value: Tenant; rev: string } | null>;
  list(): Promise<readonly { value: Tenant; rev: string }[]>;
  swap(expected: string | null, value: Tenant): Promise<Swap<Tenant>>;
}
