import { randomUUID } from 'node:crypto';
import { azureCredential, federatedAssertion } from '../adapters/azure/azure-identity.ts';
import { keyVaultCheckpointSigner } from '../adapters/azure/key-vault-checkpoint-signer.ts';
import { keyVaultSecretStore } from '../adapters/azure/key-vault-secret-store.ts';
import { openAzure } from '../adapters/azure/open-azure.ts';
import { openAiSearch } from '../adapters/azure/search-index.ts';
// No more than a clock: it brings nothing of the embedded stores with it.
import { systemClock } from '../adapters/embedded/system-clock.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { Settings } from './config.ts';
import type { OpenedProfile } from './opened-profile.ts';

/** The alias in the search service; each schema version has an index behind it. */
const searchAlias = 'events';

type OpenIndex = (
  settings: Settings,
  credential: ReturnType<typeof azureCredential>,
) => Promise<SearchIndex & { close?(): void }>;

/**
 * The index of the search service. Searching makes no index, and a new installation shall be searchable before its
 * first event: so it is made ready beside everything else, and only a search waits for that. Pulls need no index;
 * with the service away they go on, and whoever uses the index is told by the index itself.
 */
const aiSearch: OpenIndex = async (settings, credential) => {
  const index = openAiSearch({ endpoint: settings.HOLDFAST_SEARCH_URL, credential, indexName: searchAlias });
  const prepared = index.prepare().catch(() => undefined);
  return {
    ...index,
    search: async (scopes, request) => {
      await prepared;
      return index.search(scopes, request);
    },
  };
};

/**
 * The stores in Azure's services, reached as the app's identity. Waits for none of them: the queue's messages can be put
 * off while the others are away. A file of its own, so that the embedded profile never loads an Azure SDK, and this one
 * never SQLite.
 */
export async function openAzureProfile(
  settings: Settings,
  openIndex: OpenIndex = aiSearch,
): Promise<OpenedProfile> {
  const credential = azureCredential(settings.HOLDFAST_IDENTITY_CLIENT_ID);
  const archive = settings.HOLDFAST_ARCHIVE_URL.replace(/\/+$/, '');
  const profile = openAzure({
    cosmos: {
      endpoint: settings.HOLDFAST_COSMOS_URL,
      database: settings.HOLDFAST_COSMOS_DATABASE,
      credential,
    },
    storage: {
      objectsUrl: `${archive}/raw`,
      holdsUrl: `${archive}/holds`,
      queueUrl: settings.HOLDFAST_QUEUE_URL,
      credential,
      retention: settings.HOLDFAST_RETENTION,
    },
    secrets: keyVaultSecretStore({ url: settings.HOLDFAST_VAULT_URL, credential }),
    signer: keyVaultCheckpointSigner({ url: settings.HOLDFAST_VAULT_URL, credential }),
    index: await openIndex(settings, credential),
    clock: systemClock,
  });
  return {
    profile,
    hosted: profile.hosted,
    clock: systemClock,
    continuationKey: () => profile.installationKey(),
    worker: `azure-${randomUUID()}`,
    // Other instances may live: a lease is waited out.
    isGone: () => false,
    ...(settings.HOLDFAST_IDENTITY_CLIENT_ID === '' ? {} : { assertion: federatedAssertion(credential) }),
    close: () => profile.close(),
  };
}
