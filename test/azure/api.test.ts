import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { functionHandlers } from '../../shared/host/azure/handlers.ts';
import { startAiSearch, type AiSearchFake } from '../fakes/ai-search/ai-search-fake.ts';
import type { CosmosCall, CosmosServer } from '../fakes/cosmos-server.ts';
import { changeBlobsAt } from '../support/azure-storage.ts';
import { makePlace, openPlace } from '../support/azure-place.ts';
import { buildHousesOn, openHouse } from '../support/api-house.ts';
import { aiSearchOn } from '../support/fresh-ai-search.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { startFunctionsFront, type FunctionsFront } from '../support/functions-front.ts';
import { runningWith } from '../support/running-instance.ts';

/**
 * The end-to-end tests of the HTTP API once more: on the Azure profile (Cosmos server, Azurite, the AI Search fake),
 * and through the trigger table and the adapter of the Functions app in place of node:http.
 */
const fakes: AiSearchFake[] = [];
let front: FunctionsFront | null = null;

beforeAll(() => {
  buildHousesOn({
    async open(_folder, clock) {
      const fake = await startAiSearch();
      fakes.push(fake);
      const place = await makePlace(await tempFolder());
      const index = aiSearchOn(fake);
      await index.prepare();
      const profile = openPlace(place, clock, {}, index);
      return {
        profile: {
          ...profile,
          async close() {
            await profile.close();
            await fake.close();
          },
        },
        breakAccessLog: () =>
          failing(
            place.server,
            call => call.container === 'access-log' && ['write', 'batch'].includes(call.kind),
          ),
        async loseStores() {
          await failing(place.server, () => true);
          await fake.close();
        },
        changeRaw: () => changeBlobsAt(place.objectsUrl),
      };
    },
    host: 'functions',
    async serve(api) {
      const { http } = functionHandlers(async () => runningWith(api), {
        type: 'queue',
        name: 'bell',
      } as never);
      front = await startFunctionsFront(http);
      return front;
    },
  });
});

/** Cosmos DB fails these calls until the test ends: the emulator is the whole file's. */
async function failing(server: CosmosServer, which: (call: CosmosCall) => boolean): Promise<void> {
  server.fault = call => (which(call) ? { status: 500 } : null);
  onTestFinished(() => {
    server.fault = null;
  });
}

describe('the Functions front', () => {
  test('is what these tests go through', async () => {
    const house = await openHouse();
    expect((await house.ask('/api/health')).status).toBe(200);
    expect((await house.ask('/api/v1/health')).status).toBe(200);
    expect((await house.ask('/api/v1/events')).status).toBe(401);
    expect((await house.ask('/api/v1/nothing')).status).toBe(404);
    expect((await house.ask('/api/v1/events', { method: 'PUT' })).status).toBe(405);
    expect(front?.called).toEqual([
      'health-get-probe',
      'health-get',
      'events-list',
      'everything-else',
      'everything-else',
    ]);
  });
});

// Every file of test/api that talks to a house.
const tests = join(import.meta.dirname, '..');
const talksToHouse = (path: string): boolean => /\bopenHouse\b/.test(readFileSync(path, 'utf8'));
const files = (await readdir(tests, { recursive: true }))
  .filter(name => name.endsWith('.test.ts') && !name.startsWith('azure/') && talksToHouse(join(tests, name)))
  .toSorted();
for (const name of files) await import(join(tests, name));

test('all files that talk to a house were taken in', () => {
  expect(files.length).toBeGreaterThan(11);
  // What lies elsewhere brings more than the API with it, which has no business here.
  expect(files.filter(name => !name.startsWith('api/'))).toEqual([]);
});
