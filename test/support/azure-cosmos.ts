import { cosmosGateway, type CosmosGateway } from '../../shared/adapters/azure/cosmos-gateway.ts';
import type { ContainerName } from '../../shared/adapters/azure/containers.ts';
import type { Fresh } from '../contracts/contract.ts';
import { startCosmosServer, type CosmosServer } from '../fakes/cosmos-server.ts';

let started: Promise<CosmosServer> | null = null;

/** One emulator for a test file; it ends with the file's process, and a test may end it sooner. */
export const sharedCosmos = (): Promise<CosmosServer> => (started ??= startCosmosServer());

export const openCosmos = (server: Pick<CosmosServer, 'url'>, database: string): CosmosGateway =>
  cosmosGateway({
    endpoint: server.url,
    database,
    // The emulator takes any key; this one is base64 of words.
    credential: { key: Buffer.from('for tests only').toString('base64') },
    patience: { attempts: 2, seconds: 1 },
  });

/** A store of Cosmos DB in a database of its own; every handle has a client of its own. */
export const freshCosmos =
  <Port>(names: readonly ContainerName[], store: (gateway: CosmosGateway) => Port): Fresh<Port> =>
  async () => {
    const server = await sharedCosmos();
    const database = await server.makeDatabase(names);
    const gateways: CosmosGateway[] = [];
    return {
      async open() {
        const gateway = openCosmos(server, database);
        gateways.push(gateway);
        return store(gateway);
      },
      damage: () => server.damage(database, changedByHand),
      async dispose() {
        for (const gateway of gateways) gateway.close();
        await server.dropDatabase(database);
      },
    };
  };

/** Another year in every document, another byte in everything packed. */
export function changedByHand(item: Record<string, unknown>): boolean {
  let changed = false;
  for (const [name, value] of Object.entries(item)) {
    if (typeof value !== 'string') continue;
    const next =
      name === 'doc' ? value.replaceAll('2026', '2027') : packed.has(name) ? flipped(value) : value;
    changed ||= next !== value;
    item[name] = next;
  }
  return changed;
}
const packed = new Set(['rows', 'body', 'entries']);

function flipped(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return bytes.toString('base64');
}
