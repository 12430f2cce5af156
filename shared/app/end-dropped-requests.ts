import { asAppError } from '../kernel/errors.ts';
import type { Tenant } from '../model/tenant.ts';
import type { PullDeps } from '../pipeline/pull-types.ts';
import { cancelDropped } from '../pipeline/requested-pulls.ts';
import { targetIn, targetsOf, type TargetDeps } from './pull-targets.ts';

export type DroppingDeps = TargetDeps & Pick<PullDeps, 'cursors' | 'operations' | 'clock' | 'telemetry'>;

/**
 * Ends the operations of ranges whose streams are pulled no more once a tenant is registered as `after`: whose job has
 * failed meanwhile, nobody would come back to them. To be called before the change is kept, so that whoever dies in
 * between does it again. A cursor that cannot be read is reported, and stops nothing.
 */
export async function endDroppedRequests(deps: DroppingDeps, before: Tenant, after: Tenant): Promise<void> {
  const streams =
    before.state === 'active' ? before.connections.flatMap(one => targetsOf(deps, before, one)) : [];
  for (const { scope, ref, tenant } of streams) {
    const found = targetIn(deps, after, ref);
    if (!('gone' in found)) continue;
    try {
      const requested = (await deps.cursors.load(scope, ref))?.value.requested ?? [];
      for (const { operation } of requested) {
        await cancelDropped(deps, found, { operation, stream: ref.stream });
      }
    } catch (thrown) {
      deps.telemetry.error('operation.left', asAppError(thrown), { tenant: tenant.id, ...ref });
    }
  }
}
