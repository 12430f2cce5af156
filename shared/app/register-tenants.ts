import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../kernel/errors.ts';
import type { Tenant } from '../model/tenant.ts';
import type { TenantRegistry } from '../ports/tenant-registry.ts';

/**
 * Adds or changes the customers given. One that is not in the list is left as it is: leaving out a line must
 * not stop anybody's pulls. `beforeChange` is told of each that is about to be changed.
 */
export async function registerTenants(
  registry: TenantRegistry,
  wanted: readonly Tenant[],
  beforeChange?: (before: Tenant, after: Tenant) => Promise<void>,
): Promise<void> {
  for (const tenant of wanted) {
    const found = await registry.get(tenant.id);
    if (found !== null && isDeepStrictEqual(found.value, tenant)) continue;
    if (found !== null) await beforeChange?.(found.value, tenant);
    const swapped = await registry.swap(found?.rev ?? null, tenant);
    // Another instance starting at the same moment writes the same.
    if (swapped.ok || isDeepStrictEqual(swapped.current?.value, tenant)) continue;
    throw new AppError(
      'conflict',
      'retry',
      'A tenant was changed by somebody else at the same time. Try again.',
    );
  }
}
