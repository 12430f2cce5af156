import type { OpenEmbeddedOptions } from '../shared/adapters/embedded/open-embedded.ts';
import type { Profile } from '../shared/ports/profile.ts';
import { sharedCosmos } from '../test/support/azure-cosmos.ts';
import { startAiSearch } from '../test/fakes/ai-search/ai-search-fake.ts';
import { openPlace, makePlace } from '../test/support/azure-place.ts';
import { sharedAzurite, sharedBlobDoor } from '../test/support/azure-storage.ts';
import { aiSearchOn } from '../test/support/fresh-ai-search.ts';
import { openBenchRig } from './bench-rig.ts';
import type { Figures } from './figures.ts';

/** Large pages of one stream, rows without ids, four streams, and thousands of small objects. */
const measured = ['entra.directory-audits', 'exchange.message-trace', 'entra.sign-ins', 'm365.unified-audit'];

const searchRequests = (counted: { write: number; search: number; manage: number }): number =>
  counted.write + counted.search + counted.manage;

/**
 * What the Azure profile asks of its services while it ingests, counted at the wire and not estimated: requests and
 * bytes per 1,000 events. Times are not taken, since the emulators are no place for them; and the Cosmos DB emulator
 * calls every request one request unit, so that units need the service itself.
 */
export async function benchAzureRequests(events = 200_000): Promise<Figures> {
  const server = await sharedCosmos();
  const door = await sharedBlobDoor();
  const azurite = await sharedAzurite();
  const search = await startAiSearch();
  const open = async ({ folder, clock, environment }: OpenEmbeddedOptions): Promise<Profile> =>
    openPlace(await makePlace(folder, 'locked'), clock, environment, aiSearchOn(search));
  // The windows of a busy tenant: as wide as the provider lets them be, each asked for once.
  const rig = await openBenchRig(events, { open, connection: { everySeconds: 5 * 86_400 }, index: 'after' });
  const cosmosCalls = (): typeof server.calls => server.calls.filter(call => call.kind !== 'account');
  try {
    server.calls.length = 0;
    door.calls.length = 0;
    const searchBefore = { ...search.counted };
    const bySource: Record<string, number> = {};
    let seen = 0;
    for (const source of measured) {
      const before = { cosmos: cosmosCalls().length, search: searchRequests(search.counted), seen };
      for (const target of rig.targets) {
        if (target.ref.source === source) seen += (await rig.ingest(target)).seen;
      }
      const of = (count: number): number => Number(((count / (seen - before.seen)) * 1_000).toFixed(1));
      bySource[`  Cosmos DB, ${source}`] = of(cosmosCalls().length - before.cosmos);
      bySource[`  AI Search, ${source}`] = of(searchRequests(search.counted) - before.search);
    }
    const asked = cosmosCalls();
    const per = (value: number): number => Number(((value / seen) * 1_000).toFixed(2));
    const cosmosOf = (kind: string): number => per(asked.filter(call => call.kind === kind).length);
    const bytes = (pick: (call: (typeof asked)[number]) => number): number =>
      asked.reduce((sum, call) => sum + pick(call), 0);
    const searches = searchRequests(search.counted) - searchRequests(searchBefore);
    return {
      name: 'requests of the Azure profile, per 1,000 events',
      figures: {
        events: seen,
        ...bySource,
        'Cosmos DB requests': per(asked.length),
        '  reads': cosmosOf('read'),
        '  queries': cosmosOf('query'),
        '  query plans': cosmosOf('plan'),
        '  batches': cosmosOf('batch'),
        '  single writes': cosmosOf('write'),
        'Cosmos DB request units, as the emulator says': per(bytes(call => call.charge)),
        'Cosmos DB bytes sent': Math.round(per(bytes(call => call.sent))),
        'Cosmos DB bytes received': Math.round(per(bytes(call => call.received))),
        'Blob Storage requests': per(door.calls.length),
        'Blob Storage bytes sent': Math.round(per(door.calls.reduce((sum, call) => sum + call.sent, 0))),
        'AI Search requests': per(searches),
        'AI Search bytes': Math.round(per(search.counted.bytes - searchBefore.bytes)),
      },
      targets: { 'Cosmos DB requests': { atMost: 12 }, 'AI Search requests': { atMost: 3 } },
    };
  } finally {
    await rig.close();
    await search.close();
    await door.close();
    await server.close();
    azurite.close();
  }
}
