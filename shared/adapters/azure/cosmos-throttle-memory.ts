import { instant, seconds, type Instant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ThrottleMemory } from '../../ports/throttle-memory.ts';
import type { CosmosGateway, Item } from './cosmos-gateway.ts';
import { itemId } from './item-id.ts';
import { lost, tryAgain } from './try-again.ts';

type ThrottleItem = Item & { readonly until: number };

/** All in one partition: a worker asks for several keys before each request to a provider. */
const kind = 'throttle';
/** Seconds an item stays after its last change; longer than any provider asks us to wait. */
const keptFor = 7 * 86_400;

/**
 * What others remember is looked up again after this long. A worker looks before every request to a provider, and a
 * stream of small objects is thousands of those; one that looks too late runs into the same throttle once itself.
 */
const freshFor = seconds(5);
/** More keys than a process works on at a time. */
const mostKept = 10_000;

/** Throttles that every worker sees within five seconds, in Cosmos DB. */
export function cosmosThrottleMemory(cosmos: CosmosGateway, clock: Pick<Clock, 'now'>): ThrottleMemory {
  const items = cosmos.container('throttles');
  /** By item id, as last read or written; null where nothing is remembered. */
  const seen = new Map<string, { readonly until: Instant | null; readonly at: Instant }>();

  /** A look that was under way while somebody remembered must not make it forgotten. */
  function keep(id: string, until: Instant | null): Instant | null {
    const latest = latestOf([until, seen.get(id)?.until ?? null]);
    if (seen.size >= mostKept) seen.clear();
    seen.set(id, { until: latest, at: clock.now() });
    return latest;
  }

  async function look(ids: readonly string[]): Promise<readonly (Instant | null)[]> {
    const found = await items.query<ThrottleItem>({
      text: 'SELECT c.id, c.until FROM c WHERE c.kind = @kind AND ARRAY_CONTAINS(@ids, c.id)',
      parameters: { kind, ids },
      partition: [kind],
    });
    const untils = new Map(found.map(({ id, until }) => [id, instant(until)]));
    return ids.map(id => keep(id, untils.get(id) ?? null));
  }

  return {
    async until(keys) {
      const ids = keys.map(itemId);
      const now = clock.now();
      const known = ids.flatMap(id => seen.get(id) ?? []).filter(one => Math.abs(now - one.at) < freshFor);
      return latestOf(known.length === ids.length ? known.map(one => one.until) : await look(ids));
    },
    async remember(key, until) {
      const item = { id: itemId(key), kind, until, ttl: keptFor };
      await tryAgain('the memory of throttles', async () => {
        const known = await items.read<ThrottleItem>([kind], item.id);
        if (known !== null && known.item.until >= until) {
          keep(item.id, instant(known.item.until));
          return undefined;
        }
        const written =
          known === null ? await items.create([kind], item) : await items.replace([kind], item, known.etag);
        if (written === null) return lost;
        keep(item.id, until);
        return undefined;
      });
    },
  };
}

const latestOf = (untils: readonly (Instant | null)[]): Instant | null => {
  const some = untils.filter(until => until !== null);
  return some.length === 0 ? null : instant(Math.max(...some));
};
