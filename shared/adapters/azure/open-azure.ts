import type { TokenCredential } from '@azure/identity';
import { asAppError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HostedJobs } from '../../ports/job-queue.ts';
import type { CheckpointSigner } from '../../ports/checkpoint-signer.ts';
import type { Profile } from '../../ports/profile.ts';
import type { SearchIndex } from '../../ports/search-index.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { blobContainer } from './blob-gateway.ts';
import { blobRawArchive, type BlobRawArchiveOptions } from './blob-raw-archive.ts';
import { checkConsistency, checkContainer } from './check-containers.ts';
import type { ContainerName } from './containers.ts';
import { cosmosAccessLog } from './cosmos-access-log.ts';
import { cosmosCursorStore } from './cosmos-cursor-store.ts';
import { cosmosEventStore } from './cosmos-event-store.ts';
import { cosmosGateway, type CosmosGateway, type CosmosOptions } from './cosmos-gateway.ts';
import { cosmosIdempotencyStore } from './cosmos-idempotency-store.ts';
import { cosmosLedgerStore } from './cosmos-ledger-store.ts';
import { cosmosNameStore } from './cosmos-name-store.ts';
import { cosmosOperationStore } from './cosmos-operation-store.ts';
import { cosmosRunLog } from './cosmos-run-log.ts';
import { cosmosTenantRegistry } from './cosmos-tenant-registry.ts';
import { cosmosThrottleMemory } from './cosmos-throttle-memory.ts';
import { hostedJobs } from './hosted-jobs.ts';
import { installationKey } from './installation-key.ts';
import { messageQueue } from './queue-gateway.ts';
import { storageJobQueue } from './storage-job-queue.ts';

export type StorageCredential = TokenCredential | { readonly account: string; readonly key: string };
interface Patience {
  readonly tries: number;
  readonly delayMs: number;
}

export interface OpenAzureOptions {
  readonly cosmos: CosmosOptions;
  readonly storage: {
    /** Container URLs in the archive's account: evidence, and the names of holds. */
    readonly objectsUrl: string;
    readonly holdsUrl: string;
    readonly queueUrl: string;
    readonly credential: StorageCredential;
    readonly retention: BlobRawArchiveOptions['retention'];
    readonly retry?: Patience;
  };
  readonly secrets: SecretStore & { check(): Promise<void> };
  readonly signer: CheckpointSigner;
  /** Opened by the caller: the index is another service, and another adapter. */
  readonly index: SearchIndex & { close?(): void };
  readonly clock: Clock;
}

export interface AzureProfile extends Profile {
  /** The queue where the Functions host takes the messages. */
  readonly hosted: HostedJobs;
  /** The same 32 bytes in every instance. */
  installationKey(): Promise<Uint8Array>;
}

/** Requests are what costs: over content blobs of 50 kB a batch of one megabyte asks Cosmos DB a third more often. */
const batch = { pages: 256, bytes: 4_000_000 };

/** The stores of the Azure profile. Asks nothing of any service: a wrong address shows in `check` and in use. */
export function openAzure(options: OpenAzureOptions): AzureProfile {
  const { storage, secrets, signer, index, clock } = options;
  const cosmos = cosmosGateway(options.cosmos);
  const { credential, retry } = storage;
  const shared = { credential, ...(retry === undefined ? {} : { retry }) };
  const archive = blobRawArchive({
    objects: blobContainer({ url: storage.objectsUrl, ...shared }),
    holds: blobContainer({ url: storage.holdsUrl, ...shared }),
    clock,
    retention: storage.retention,
  });
  const messages = messageQueue({ url: storage.queueUrl, ...shared });
  const queue = storageJobQueue({ messages, cosmos, clock });
  return {
    archive,
    index,
    secrets,
    signer,
    queue,
    hosted: hostedJobs({ messages, cosmos, clock, queue }),
    events: cosmosEventStore(cosmos),
    cursors: cosmosCursorStore(cosmos),
    tenants: cosmosTenantRegistry(cosmos),
    ledger: cosmosLedgerStore(cosmos),
    runs: cosmosRunLog(cosmos),
    operations: cosmosOperationStore(cosmos),
    access: cosmosAccessLog(cosmos),
    throttles: cosmosThrottleMemory(cosmos, clock),
    names: cosmosNameStore(cosmos),
    idempotency: cosmosIdempotencyStore(cosmos),
    batch,
    installationKey: () => installationKey(cosmos),
    check: () =>
      checkEach(cosmos, { archive, index, secrets, signer, queue: { count: () => messages.count() } }),
    async close() {
      index.close?.();
      cosmos.close();
    },
  };
}

/** The containers a store lives in. */
const containersOf = {
  events: ['events', 'feed', 'quarantine'],
  cursors: ['cursors', 'read-names'],
  tenants: ['tenants'],
  ledger: ['ledger'],
  runs: ['runs'],
  operations: ['operations'],
  access: ['access-log'],
  throttles: ['throttles'],
  names: ['names'],
  idempotency: ['replies'],
} as const satisfies Record<string, readonly ContainerName[]>;

async function checkEach(
  cosmos: CosmosGateway,
  parts: {
    readonly archive: { check(): Promise<void> };
    readonly index: { position(): Promise<string | null> };
    readonly secrets: { check(): Promise<void> };
    readonly signer: { publicKey(): Promise<unknown> };
    readonly queue: { count(): Promise<number> };
  },
): Promise<Record<string, string | null>> {
  const answer = async (harmless: () => Promise<unknown>): Promise<string | null> => {
    try {
      await harmless();
      return null;
    } catch (thrown) {
      return asAppError(thrown).message;
    }
  };
  const names = Object.entries(containersOf);
  const stores = names.map(
    ([store, containers]) =>
      [
        store,
        answer(async () => {
          if (store === 'events') await checkConsistency(cosmos);
          for (const name of containers) await checkContainer(cosmos, name);
        }),
      ] as const,
  );
  const asked = [
    ['archive', answer(() => parts.archive.check())],
    ['index', answer(() => parts.index.position())],
    ['secrets', answer(() => parts.secrets.check())],
    ['signer', answer(() => parts.signer.publicKey())],
    [
      'queue',
      answer(async () => {
        await parts.queue.count();
        await checkContainer(cosmos, 'jobs');
      }),
    ],
    ...stores,
  ] as const;
  return Object.fromEntries(
    await Promise.all(asked.map(async ([name, said]) => [name, await said] as const)),
  );
}
