import { expect, onTestFinished, test } from 'vitest';
import { cosmosEventStore } from '../../shared/adapters/azure/cosmos-event-store.ts';
import type { CosmosContainer, CosmosGateway, Query } from '../../shared/adapters/azure/cosmos-gateway.ts';
import type { PackItem } from '../../shared/adapters/azure/event-pack.ts';
import { openCosmos, sharedCosmos } from '../support/azure-cosmos.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, fabrikam, sampleEvent, scopeOf } from '../support/sample.ts';

const at = new ManualClock().now();
const mostAtOnce = 2_048;

/** Whole packs in memory: from when they are asked for until the next are. */
interface Held {
  /** Events of the packs of each round of questions, however many questions it has. */
  readonly rounds: readonly number[];
}

/** The gateway, and how many events were in the packs that were asked for side by side. */
function measured(cosmos: CosmosGateway): { readonly cosmos: CosmosGateway; readonly held: Held } {
  const rounds: number[] = [];
  let open = 0;
  const query =
    (container: CosmosContainer) =>
    async <T>(asked: Query): Promise<readonly T[]> => {
      if (open === 0) rounds.push(0);
      open += 1;
      try {
        const found = await container.query<T>(asked);
        const packs = (found as readonly Partial<PackItem>[]).filter(one => one.body !== undefined);
        const events = packs.reduce((sum, pack) => sum + (pack.count ?? 0), 0);
        rounds.push((rounds.pop() ?? 0) + events);
        return found;
      } finally {
        open -= 1;
      }
    };
  return {
    held: { rounds },
    cosmos: {
      ...cosmos,
      container: name => {
        const container = cosmos.container(name);
        return { ...container, query: query(container) };
      },
    },
  };
}

test('whoever reads the feed has the packs of at most 2,048 events in memory at once', async () => {
  const server = await sharedCosmos();
  const cosmos = openCosmos(server, await server.makeDatabase(['events', 'feed', 'quarantine']));
  onTestFinished(() => cosmos.close());
  const store = cosmosEventStore(cosmos);
  // More than one look at the entries finds, of two tenants, in full packs and in thin ones.
  const stored: string[] = [];
  for (const [tenant, count] of [
    [contoso, 5_000],
    [fabrikam, 2_500],
    [contoso, 3],
  ] as const) {
    const events = Array.from({ length: count }, (_, n) => sampleEvent(`${count} ${n}`, { tenant }));
    await store.upsert(scopeOf(tenant), events, at);
    stored.push(...events.map(({ id }) => id));
  }
  const { cosmos: watched, held } = measured(cosmos);
  const { changes } = await cosmosEventStore(watched).changes(null, null, 10_000);
  expect(changes.map(({ event }) => event.id)).toEqual(stored);
  const full = held.rounds.filter(events => events > 0);
  expect(full.reduce((sum, events) => sum + events, 0)).toBe(stored.length);
  expect(Math.max(...full)).toBeLessThanOrEqual(mostAtOnce);
  // What one request takes is not asked for piece by piece.
  expect(full.length).toBeLessThanOrEqual(Math.ceil(stored.length / mostAtOnce) + 2);
});
