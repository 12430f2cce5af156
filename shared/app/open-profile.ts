import { randomUUID } from 'node:crypto';
import type { AiSearchOptions } from '../adapters/azure/search-index.ts';
import type { Clock } from '../ports/clock.ts';
import type { Profile } from '../ports/profile.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { Settings } from './config.ts';

export interface OpenedProfile {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly continuationKey: Uint8Array;
  /** This process in a lease. */
  readonly worker: string;
  /** Whether a lease's owner was an earlier process on these stores. */
  readonly isGone: (owner: string) => boolean;
  /** Proves the collecting application to customers' tenants, where no secret of it is needed. */
  readonly assertion?: () => Promise<string>;
  close(): Promise<void>;
}

/** The profile that `HOLDFAST_PROFILE` chooses. */
export const openProfile = (
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OpenedProfile> =>
  settings.HOLDFAST_PROFILE === 'azure'
    ? openAzureProfile(settings)
    : openEmbeddedProfile(settings.HOLDFAST_DATA, environment);

/**
 * The stores of one machine: files and SQLite below `folder`, kept for this process alone. Imported only when
 * asked for, so that the Azure profile never loads SQLite.
 * Throws `config.invalid` where another process has the folder, or where it cannot be used.
 */
export async function openEmbeddedProfile(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OpenedProfile> {
  const [{ openEmbedded }, { lockData }, { installationKey }, { systemClock }] = await Promise.all([
    import('../adapters/embedded/open-embedded.ts'),
    import('../adapters/embedded/data-lock.ts'),
    import('../adapters/embedded/installation-key.ts'),
    import('../adapters/embedded/system-clock.ts'),
  ]);
  const lock = lockData(folder);
  const worker = `embedded-${randomUUID()}`;
  try {
    const profile = await openEmbedded({ folder, environment, clock: systemClock });
    return {
      profile,
      clock: systemClock,
      continuationKey: await installationKey(folder),
      worker,
      // The lock makes this process the only one: a lease of an earlier life is ours to take up at once.
      isGone: owner => !owner.startsWith(worker),
      close: async () => {
        await profile.close();
        lock.release();
      },
    };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

/**
 * The stores in Azure's services, reached as the app's identity. Imported only when asked for, so that the embedded
 * profile never loads an Azure SDK. Throws where a service that the app cannot start without does not answer.
 */
export async function openAzureProfile(
  settings: Settings,
  openIndex: typeof openSearch = openSearch,
): Promise<OpenedProfile> {
  const [{ openAzure }, { azureCredential, federatedAssertion }, { keyVaultSecretStore }, { systemClock }] =
    await Promise.all([
      import('../adapters/azure/open-azure.ts'),
      import('../adapters/azure/azure-identity.ts'),
      import('../adapters/azure/key-vault-secret-store.ts'),
      // No more than a clock: it brings nothing of the embedded stores with it.
      import('../adapters/embedded/system-clock.ts'),
    ]);
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
    index: await openIndex(settings, credential),
    clock: systemClock,
  });
  try {
    return {
      profile,
      clock: systemClock,
      continuationKey: await profile.installationKey(),
      worker: `azure-${randomUUID()}`,
      // Other instances may live: a lease is waited out.
      isGone: () => false,
      ...(settings.HOLDFAST_IDENTITY_CLIENT_ID === '' ? {} : { assertion: federatedAssertion(credential) }),
      close: () => profile.close(),
    };
  } catch (thrown) {
    await profile.close();
    throw thrown;
  }
}

/** The search index in AI Search. Searching makes none, and an installation shall be searchable from its start. */
async function openSearch(
  settings: Settings,
  credential: AiSearchOptions['credential'],
): Promise<SearchIndex> {
  const { openAiSearch } = await import('../adapters/azure/search-index.ts');
  const index = openAiSearch({
    endpoint: settings.HOLDFAST_SEARCH_URL,
    indexName: settings.HOLDFAST_SEARCH_INDEX,
    credential,
  });
  await index.prepare();
  return index;
}
