import { beforeAll, describe, expect, test } from 'vitest';
import { functionHandlers } from '../../shared/host/azure/handlers.ts';
import { startAiSearch, type AiSearchFake } from '../fakes/ai-search/ai-search-fake.ts';
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
      const profile = openPlace(await makePlace(await tempFolder()), clock, {}, aiSearchOn(fake));
      return {
        ...profile,
        async close() {
          await profile.close();
          await fake.close();
        },
      };
    },
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

await import('../api/events.test.ts');
await import('../api/following.test.ts');
await import('../api/malformed-input.test.ts');
await import('../api/pulls.test.ts');
await import('../api/refusals.test.ts');
await import('../api/tenancy.test.ts');
