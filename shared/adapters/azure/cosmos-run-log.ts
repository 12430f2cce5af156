import { runSchema } from '../../model/run.ts';
import type { RunLog } from '../../ports/run-log.ts';
import { batchLimit, type CosmosGateway } from './cosmos-gateway.ts';
import { demandTenant } from './demand-tenant.ts';
import { inSlices } from './in-slices.ts';
import { itemId } from './item-id.ts';
import { newestFirst, placeOf } from './newest-first.ts';
import { storedKind } from './stored-document.ts';
import { loadItem } from './swap-item.ts';

const runs = storedKind(runSchema, 'A run');

/** The pull history in Cosmos DB. */
export function cosmosRunLog(cosmos: CosmosGateway): RunLog {
  const items = cosmos.container('runs');
  return {
    async put(scope, ...told) {
      for (const run of told) demandTenant(scope, run.tenant);
      const partition = [scope.tenantId];
      const written = told.map(run => ({
        id: itemId(run.id),
        tenantId: scope.tenantId,
        place: placeOf(run.startedAt, run.id, run.tenant),
        source: run.source,
        status: run.status,
        ...runs.write(run),
      }));
      const [only, ...more] = written;
      if (only !== undefined && more.length === 0) await items.upsert(partition, only);
      else {
        for (const slice of inSlices(written, batchLimit.steps)) {
          await items.batch(
            partition,
            slice.map(item => ({ do: 'upsert' as const, item })),
          );
        }
      }
    },
    async get(scope, id) {
      return (await loadItem(items, runs, [scope.tenantId], itemId(id)))?.value ?? null;
    },
    async list(scopes, filter, after, limit) {
      const equal = { source: filter.source, status: filter.status };
      const { values, next } = await newestFirst(items, runs, { scopes, equal, after, limit });
      return { runs: values, next };
    },
  };
}
