import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { sqliteNameStore } from '../../shared/adapters/embedded/sqlite-name-store.ts';
import { sqliteTenantRegistry } from '../../shared/adapters/embedded/sqlite-tenant-registry.ts';
import { sqliteThrottleMemory } from '../../shared/adapters/embedded/sqlite-throttle-memory.ts';
import { systemClock } from '../../shared/adapters/embedded/system-clock.ts';
import { systemScope } from '../../shared/authz/system-scope.ts';
import type { Product } from '../../shared/host/run-product.ts';
import { hasNamesToResolve } from '../../shared/pipeline/resolve-names.ts';
import { until } from './product-process.ts';
import { quiet } from './rig.ts';

/**
 * Resolves when a running product has nothing left to do over this data folder: every stream is pulled, the directories
 * have been asked for names, every event has its, and the index has all of it. Sooner, one look at an event may be
 * another than the next.
 */
export async function atRest(product: Product, folder: string): Promise<void> {
  const database = openHoldfastDatabase(folder);
  const [names, tenants] = [sqliteNameStore(database), sqliteTenantRegistry(database)];
  const http = (): never => {
    throw new Error('nobody is asked here');
  };
  const deps = {
    events: sqliteEventStore(database), throttles: sqliteThrottleMemory(database), clock: systemClock,
    telemetry: quiet, names, http,
  }; // prettier-ignore
  const isNaming = async (): Promise<boolean> => {
    for (const { value } of await tenants.list()) {
      const scope = systemScope(value.id, 'pull');
      if (await hasNamesToResolve(deps, scope)) return true;
      if ((await names.ready(scope, 1)).length > 0) return true;
    }
    return false;
  };
  try {
    await until('rest', async () => {
      if ((await product.progress()).behind > 0 || (await isNaming())) return null;
      const { behind, indexed } = await product.progress();
      return behind === 0 && indexed ? true : null;
    });
  } finally {
    database.close();
  }
}
