import type { TenantId } from '../model/ids.ts';
import { mintTenantScope, type TenantScope } from '../model/scope.ts';

/** What the product itself does without a caller. A new purpose is a decision, so it is a closed list. */
export const systemPurposes = ['pull', 'index', 'retention', 'upkeep', 'verify'] as const;
export type SystemPurpose = (typeof systemPurposes)[number];

/** A scope for timers, jobs and the index. Nothing that answers a caller may use it. */
export function systemScope(tenantId: TenantId, purpose: SystemPurpose): TenantScope {
  return mintTenantScope(tenantId, `system:${purpose}`);
}
