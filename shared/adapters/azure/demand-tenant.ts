import { AppError } from '../../kernel/errors.ts';
import type { TenantScope } from '../../model/scope.ts';

/** Refuses a record of another tenant than the scope's: a defect of the caller, never to be stored. */
export function demandTenant(scope: TenantScope, tenant: string): void {
  if (tenant !== scope.tenantId) {
    throw new AppError('bug', 'give-up', 'A record of another tenant was refused. Nothing was stored.');
  }
}
