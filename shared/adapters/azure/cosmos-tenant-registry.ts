import { tenantSchema } from '../../model/tenant.ts';
import type { TenantRegistry } from '../../ports/tenant-registry.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';
import { storedKind } from './stored-document.ts';
import { loadItem, swapItem, type DocumentItem } from './swap-item.ts';

const tenants = storedKind(tenantSchema, "A tenant's entry");
/** All in one partition: the list is asked for with every tick of the timer, and ten thousand are 30 MB. */
const kind = 'tenant';

/** The customers, in Cosmos DB. */
export function cosmosTenantRegistry(cosmos: CosmosGateway): TenantRegistry {
  const items = cosmos.container('tenants');
  return {
    get: id => loadItem(items, tenants, [kind], id),
    async list() {
      const found = await items.query<DocumentItem & { readonly _etag: string }>({
        text: 'SELECT * FROM c WHERE c.kind = @kind',
        parameters: { kind },
        partition: [kind],
      });
      return found
        .map(item => ({ value: tenants.read(item), rev: item._etag }))
        .sort((a, b) => (a.value.id < b.value.id ? -1 : 1));
    },
    swap: async (expected, value) =>
      swapItem(items, tenants, [kind], expected, { id: value.id, kind, ...tenants.write(value) }),
  };
}
