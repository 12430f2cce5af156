import { expect, onTestFinished, test } from 'vitest';
import { cosmosEventStore } from '../../shared/adapters/azure/cosmos-event-store.ts';
import type { CosmosContainer, CosmosGateway } from '../../shared/adapters/azure/cosmos-gateway.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import { mustReject } from '../contracts/contract.ts';
import { openCosmos, sharedCosmos } from '../support/azure-cosmos.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { noise } from '../support/noise.ts';
import { contoso, sampleEvent, scopeOf, source } from '../support/sample.ts';

const at = new ManualClock().now();
const scope = scopeOf(contoso);
const noon = instant(Date.parse('2026-10-05T12:00:00.000Z'));
const morning = '2026-10-05T09:00:00.000Z';
const evening = '2026-10-05T18:00:00.000Z';

async function gateway(): Promise<CosmosGateway> {
  const server = await sharedCosmos();
  const cosmos = openCosmos(server, await server.makeDatabase(['events', 'feed', 'quarantine']));
  onTestFinished(() => cosmos.close());
  return cosmos;
}

test('events that repeat themselves are read again, however small they are when compressed', async () => {
  const store = cosmosEventStore(await gateway());
  const reason = 'the same sentence again and again '.repeat(20_000);
  const events = Array.from({ length: 128 }, (_, n) => sampleEvent(`wide ${n}`, { reason }));
  expect(await store.upsert(scope, events, at)).toMatchObject({ inserted: 128 });
  expect(await store.upsert(scope, events, at)).toMatchObject({ unchanged: 128 });
  const [first] = events;
  expect((await store.get(scope, first?.id ?? ''))?.reason).toBe(reason);
});

test('a morning of large packs expires in steps a batch takes', async () => {
  const store = cosmosEventStore(await gateway());
  const texts = Array.from({ length: 6 }, (_, n) => noise(600_000, `text ${n}`));
  for (const [n, reason] of texts.entries()) {
    const early = sampleEvent(`early ${n}`, { time: morning, reason });
    const late = sampleEvent(`late ${n}`, { time: evening, reason: `${reason}!` });
    await store.upsert(scope, [early, late], at);
  }
  expect(await store.expire(scope, source, noon)).toEqual({ removed: 6 });
  expect(await store.counts(scope)).toMatchObject({ events: 6, revisions: 6 });
});

test('a page of very many records asks questions the service takes', async () => {
  const cosmos = await gateway();
  await cosmosEventStore(cosmos).upsert(scope, [sampleEvent('first')], at);
  const sizes: number[] = [];
  const enough = new AppError('store.unavailable', 'retry-later', 'Enough.');
  const measured: CosmosGateway = {
    ...cosmos,
    container: name => {
      const query: CosmosContainer['query'] = asked => {
        sizes.push(JSON.stringify(asked).length);
        return Promise.reject(enough);
      };
      return { ...cosmos.container(name), query };
    },
  };
  const events = Array.from({ length: 45_000 }, (_, n) => sampleEvent(`e${n}`));
  await mustReject(cosmosEventStore(measured).upsert(scope, events, at), 'store.unavailable');
  expect(sizes.length).toBeGreaterThan(0);
  expect(Math.max(...sizes)).toBeLessThan(512 * 1024);
});
