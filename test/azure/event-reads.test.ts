import { expect, onTestFinished, test } from 'vitest';
import { cosmosEventStore } from '../../shared/adapters/azure/cosmos-event-store.ts';
import type { CosmosContainer, CosmosGateway } from '../../shared/adapters/azure/cosmos-gateway.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import { openCosmos, sharedCosmos } from '../support/azure-cosmos.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { noise } from '../support/noise.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';

const at = new ManualClock().now();
const scope = scopeOf(contoso);

test('what is read for one revision does not grow with how many there are', { timeout: 60_000 }, async () => {
  const server = await sharedCosmos();
  const database = await server.makeDatabase(['events', 'feed', 'quarantine']);
  const gateway = openCosmos(server, database);
  onTestFinished(() => gateway.close());
  let read = 0;
  const counted: CosmosGateway = {
    ...gateway,
    container: name => {
      const items = gateway.container(name);
      const query: CosmosContainer['query'] = async asked => {
        const found = await items.query<never>(asked);
        read += JSON.stringify(found).length;
        return found;
      };
      return { ...items, query };
    },
  };
  const store = cosmosEventStore(counted);
  const size = 50_000;
  const revision = (n: number): NewEvent =>
    sampleEvent('a', { body: String(n), reason: noise(size, String(n)) });
  for (let n = 0; n < 30; n += 1) await store.upsert(scope, [revision(n)], at);
  const readFor = async (work: () => Promise<unknown>): Promise<number> => {
    read = 0;
    await work();
    return read / size;
  };
  const { id } = revision(0);
  expect(await readFor(() => store.get(scope, id))).toBeLessThan(2);
  expect(await readFor(() => store.getMany(scope, [id]))).toBeLessThan(2);
  expect(await readFor(() => store.history(scope, id, 10, 2))).toBeLessThan(4);
});
