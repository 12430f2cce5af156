import { operationSchema } from '../../model/run.ts';
import type { OperationStore } from '../../ports/operation-store.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';
import { demandTenant } from './demand-tenant.ts';
import { itemId } from './item-id.ts';
import { newestFirst, placeOf } from './newest-first.ts';
import { storedKind } from './stored-document.ts';
import { loadItem, swapItem } from './swap-item.ts';

const operations = storedKind(operationSchema, 'An operation');

/** Long work callers started, in Cosmos DB. */
export function cosmosOperationStore(cosmos: CosmosGateway): OperationStore {
  const items = cosmos.container('operations');
  return {
    get: (scope, id) => loadItem(items, operations, [scope.tenantId], itemId(id)),
    async list(scopes, after, limit) {
      const { values, next } = await newestFirst(items, operations, { scopes, equal: {}, after, limit });
      return { operations: values, next };
    },
    async swap(scope, expected, value) {
      demandTenant(scope, value.tenant);
      return swapItem(items, operations, [scope.tenantId], expected, {
        id: itemId(value.id),
        tenantId: scope.tenantId,
        place: placeOf(value.createdAt, value.id, value.tenant),
        ...operations.write(value),
      });
    },
  };
}
