import { expect, test } from 'vitest';
import type { CosmosContainer, CosmosGateway } from '../../shared/adapters/azure/cosmos-gateway.ts';
import { cosmosThrottleMemory } from '../../shared/adapters/azure/cosmos-throttle-memory.ts';
import { plus, seconds } from '../../shared/kernel/time.ts';
import { openCosmos, sharedCosmos } from '../support/azure-cosmos.ts';
import { ManualClock } from '../support/manual-clock.ts';

const keys = ['graph/contoso', 'graph'];

async function twoWorkers() {
  const server = await sharedCosmos();
  const database = await server.makeDatabase(['throttles']);
  const clock = new ManualClock();
  const open = () => cosmosThrottleMemory(openCosmos(server, database), clock);
  const questions = (): number => server.calls.splice(0).filter(call => call.kind === 'query').length;
  questions();
  return { clock, ours: open(), theirs: open(), questions };
}

test('a worker looks for what others remember once in five seconds, and not before each request', async () => {
  const { clock, ours, theirs, questions } = await twoWorkers();
  for (let request = 0; request < 10; request += 1) expect(await ours.until(keys)).toBeNull();
  expect(questions()).toBe(1);
  const until = plus(clock.now(), seconds(60));
  await theirs.remember('graph', until);
  clock.advance(seconds(4));
  expect(await ours.until(keys)).toBeNull();
  clock.advance(seconds(1));
  expect(await ours.until(keys)).toBe(until);
  expect(questions()).toBe(1);
  // Its own it knows without asking.
  const later = plus(until, seconds(60));
  await ours.remember('graph/contoso', later);
  expect(await ours.until(keys)).toBe(later);
  expect(questions()).toBe(0);
  // A key it never asked for is not taken for one that is free.
  await theirs.remember('graph/contoso/reports', plus(later, seconds(1)));
  expect(await ours.until([...keys, 'graph/contoso/reports'])).toBe(plus(later, seconds(1)));
});

test('what is remembered while a look is under way is not forgotten with its answer', async () => {
  const server = await sharedCosmos();
  const gateway = openCosmos(server, await server.makeDatabase(['throttles']));
  const answered = Promise.withResolvers<void>();
  const remembered = Promise.withResolvers<void>();
  const late: CosmosGateway = {
    ...gateway,
    container: name => {
      const items = gateway.container(name);
      const query: CosmosContainer['query'] = async asked => {
        const found = await items.query<never>(asked);
        answered.resolve();
        await remembered.promise;
        return found;
      };
      return { ...items, query };
    },
  };
  const clock = new ManualClock();
  const memory = cosmosThrottleMemory(late, clock);
  const until = plus(clock.now(), seconds(60));
  const look = memory.until(keys);
  await answered.promise;
  await memory.remember('graph', until);
  remembered.resolve();
  expect(await look).toBe(until);
  expect(await memory.until(keys)).toBe(until);
});
