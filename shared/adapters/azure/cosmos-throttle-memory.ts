import { instant } from '../../kernel/time.ts';
import type { ThrottleMemory } from '../../ports/throttle-memory.ts';
import type { CosmosGateway, Item } from './cosmos-gateway.ts';
import { itemId } from './item-id.ts';
import { lost, tryAgain } from './try-again.ts';

type ThrottleItem = Item & { readonly until: number };

/** All in one partition: a worker asks for several keys before each request to a provider. */
const kind = 'throttle';
/** Seconds an item stays after its last change; longer than any provider asks us to wait. */
const keptFor = 7 * 86_400;

/** Throttles that every worker sees, in Cosmos DB. */
export function cosmosThrottleMemory(cosmos: CosmosGateway): ThrottleMemory {
  const items = cosmos.container('throttles');
  return {
    async until(keys) {
      if (keys.length === 0) return null;
      const found = await items.query<ThrottleItem>({
        text: 'SELECT c.id, c.until FROM c WHERE c.kind = @kind AND ARRAY_CONTAINS(@ids, c.id)',
        parameters: { kind, ids: keys.map(itemId) },
        partition: [kind],
      });
      return found.length === 0 ? null : instant(Math.max(...found.map(one => one.until)));
    },
    async remember(key, until) {
      const item = { id: itemId(key), kind, until, ttl: keptFor };
      await tryAgain('the memory of throttles', async () => {
        const known = await items.read<ThrottleItem>([kind], item.id);
        if (known !== null && known.item.until >= until) return undefined;
        const written =
          known === null ? await items.create([kind], item) : await items.replace([kind], item, known.etag);
        return written === null ? lost : undefined;
      });
    },
  };
}
