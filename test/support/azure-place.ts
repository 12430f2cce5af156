import { environmentSecretStore } from '../../shared/adapters/embedded/environment-secret-store.ts';
import { localCheckpointSigner } from '../../shared/adapters/embedded/local-checkpoint-signer.ts';
import { openSearchIndex } from '../../shared/adapters/embedded/fts-search-index.ts';
import { containerNames } from '../../shared/adapters/azure/containers.ts';
import { openAzure, type AzureProfile } from '../../shared/adapters/azure/open-azure.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { SearchIndex } from '../../shared/ports/search-index.ts';
import type { CosmosServer } from '../fakes/cosmos-server.ts';
import { developmentAccount } from '../fakes/azurite.ts';
import { makeQueue } from './azure-queue.ts';
import { makeContainers, sharedAzurite, sharedBlobDoor } from './azure-storage.ts';
import { sharedCosmos } from './azure-cosmos.ts';

/** Where an Azure profile keeps things: a database, two containers and a queue of its own on the emulators. */
export interface AzurePlace {
  readonly server: CosmosServer;
  readonly database: string;
  readonly objectsUrl: string;
  readonly holdsUrl: string;
  readonly queueUrl: string;
  readonly retention: 'locked' | 'none';
  /** The search index's folder: it is another service with another adapter, and here the embedded one stands in. */
  readonly folder: string;
}

export async function makePlace(folder: string, retention: 'locked' | 'none' = 'none'): Promise<AzurePlace> {
  const server = await sharedCosmos();
  const azurite = await sharedAzurite();
  const at = retention === 'none' ? azurite.blobUrl : (await sharedBlobDoor()).url;
  const { objects, holds } = await makeContainers(at);
  return {
    server,
    database: await server.makeDatabase(containerNames),
    objectsUrl: objects,
    holdsUrl: holds,
    queueUrl: await makeQueue(azurite.queueUrl),
    retention,
    folder,
  };
}

/** One process's worth of the Azure profile over a place. */
export function openPlace(
  place: AzurePlace,
  clock: Clock,
  environment: Readonly<Record<string, string | undefined>> = {},
  index: SearchIndex = openSearchIndex(place.folder),
): AzureProfile {
  const { server, database, objectsUrl, holdsUrl, queueUrl, retention } = place;
  const secrets = environmentSecretStore({ environment, file: '/nowhere/secrets.json' });
  return openAzure({
    cosmos: {
      endpoint: server.url,
      database,
      credential: { key: Buffer.from('for tests only').toString('base64') },
      patience: { attempts: 2, seconds: 1 },
    },
    storage: {
      objectsUrl,
      holdsUrl,
      queueUrl,
      credential: developmentAccount,
      retention,
      retry: { tries: 2, delayMs: 10 },
    },
    secrets,
    signer: localCheckpointSigner(place.folder),
    index,
    clock,
  });
}

const places = new Map<string, Promise<AzurePlace>>();

/** The Azure profile that stands for a data folder: opened again with the same folder it finds the same things. */
export async function openAzureFor(options: {
  readonly folder: string;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Promise<AzureProfile> {
  const place = places.get(options.folder) ?? makePlace(options.folder);
  places.set(options.folder, place);
  return openPlace(await place, options.clock, options.environment);
}
