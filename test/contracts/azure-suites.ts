import { cosmosAccessLog } from '../../shared/adapters/azure/cosmos-access-log.ts';
import { cosmosCursorStore } from '../../shared/adapters/azure/cosmos-cursor-store.ts';
import { cosmosEventStore } from '../../shared/adapters/azure/cosmos-event-store.ts';
import { cosmosIdempotencyStore } from '../../shared/adapters/azure/cosmos-idempotency-store.ts';
import { cosmosLedgerStore } from '../../shared/adapters/azure/cosmos-ledger-store.ts';
import { cosmosNameStore } from '../../shared/adapters/azure/cosmos-name-store.ts';
import { cosmosOperationStore } from '../../shared/adapters/azure/cosmos-operation-store.ts';
import { cosmosRunLog } from '../../shared/adapters/azure/cosmos-run-log.ts';
import { cosmosTenantRegistry } from '../../shared/adapters/azure/cosmos-tenant-registry.ts';
import { cosmosThrottleMemory } from '../../shared/adapters/azure/cosmos-throttle-memory.ts';
import { freshCosmos } from '../support/azure-cosmos.ts';
import { freshJobQueue } from '../support/azure-queue.ts';
import { freshBlobArchive } from '../support/azure-storage.ts';
import { freshVault, freshVaultKey } from '../support/azure-vault.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { accessLogContract } from './access-log.contract.ts';
import { accessLogSaboteurs } from './access-log.saboteurs.ts';
import { checkpointSignerContract } from './checkpoint-signer.contract.ts';
import { checkpointSignerSaboteurs } from './checkpoint-signer.saboteurs.ts';
import { cursorStoreContract } from './cursor-store.contract.ts';
import { cursorStoreSaboteurs } from './cursor-store.saboteurs.ts';
import { eventStoreContract } from './event-store.contract.ts';
import { eventStoreSaboteurs } from './event-store.saboteurs.ts';
import { idempotencyStoreContract } from './idempotency-store.contract.ts';
import { idempotencyStoreSaboteurs } from './idempotency-store.saboteurs.ts';
import { jobQueueContract } from './job-queue.contract.ts';
import { jobQueueSaboteurs } from './job-queue.saboteurs.ts';
import { ledgerStoreContract } from './ledger-store.contract.ts';
import { ledgerStoreSaboteurs } from './ledger-store.saboteurs.ts';
import { nameStoreContract } from './name-store.contract.ts';
import { nameStoreSaboteurs } from './name-store.saboteurs.ts';
import { operationStoreContract } from './operation-store.contract.ts';
import { operationStoreSaboteurs } from './operation-store.saboteurs.ts';
import { rawArchiveContract } from './raw-archive.contract.ts';
import { rawArchiveSaboteurs } from './raw-archive.saboteurs.ts';
import { runLogContract } from './run-log.contract.ts';
import { runLogSaboteurs } from './run-log.saboteurs.ts';
import { secretStoreContract } from './secret-store.contract.ts';
import { secretStoreSaboteurs } from './secret-store.saboteurs.ts';
import { suite, type Suite } from './suites.ts';
import { tenantRegistryContract } from './tenant-registry.contract.ts';
import { tenantRegistrySaboteurs } from './tenant-registry.saboteurs.ts';
import { throttleMemoryContract } from './throttle-memory.contract.ts';
import { throttleMemorySaboteurs } from './throttle-memory.saboteurs.ts';

/** Volumes so small that every suite turns them over again and again. */
const smallVolumes = { volumeBytes: 6_000, feedEntriesPerVolume: 7 };

const events = freshCosmos(['events', 'feed', 'quarantine'], cosmosEventStore);
/** Over pages of two items as well. */
const turning = freshCosmos(['events', 'feed', 'quarantine'], cosmos =>
  cosmosEventStore(cosmos, smallVolumes),
);
const cursors = freshCosmos(['cursors', 'read-names'], cosmosCursorStore);
const tenants = freshCosmos(['tenants'], cosmosTenantRegistry);
const ledger = freshCosmos(['ledger'], cosmosLedgerStore);
const runs = freshCosmos(['runs'], cosmosRunLog);
const operations = freshCosmos(['operations'], cosmosOperationStore);
const access = freshCosmos(['access-log'], cosmosAccessLog);
const throttles = freshCosmos(['throttles'], gateway => cosmosThrottleMemory(gateway, new ManualClock()));
const names = freshCosmos(['names'], cosmosNameStore);
const replies = freshCosmos(['replies'], cosmosIdempotencyStore);

/** The contracts over the Azure adapters, on emulators over a socket. */
export function azureSuites(seed: number): readonly Suite[] {
  return [
    suite('RawArchive', rawArchiveContract(seed), freshBlobArchive('none'), rawArchiveSaboteurs),
    suite('JobQueue', jobQueueContract(), freshJobQueue, jobQueueSaboteurs),
    suite('EventStore', eventStoreContract(seed), events, eventStoreSaboteurs),
    suite('CursorStore', cursorStoreContract(), cursors, cursorStoreSaboteurs),
    suite('TenantRegistry', tenantRegistryContract(), tenants, tenantRegistrySaboteurs),
    suite('LedgerStore', ledgerStoreContract(seed), ledger, ledgerStoreSaboteurs),
    suite('RunLog', runLogContract(), runs, runLogSaboteurs),
    suite('OperationStore', operationStoreContract(), operations, operationStoreSaboteurs),
    suite('AccessLog', accessLogContract(), access, accessLogSaboteurs),
    suite('ThrottleMemory', throttleMemoryContract(), throttles, throttleMemorySaboteurs),
    suite('NameStore', nameStoreContract(), names, nameStoreSaboteurs),
    suite('IdempotencyStore', idempotencyStoreContract(), replies, idempotencyStoreSaboteurs),
  ];
}

/**
 * What the emulators do not do by themselves: the archive over a service that keeps versions, retention and holds,
 * and the event store where every answer comes in pages and every volume is soon full.
 */
export function wireSuites(seed: number): readonly Suite[] {
  return [
    suite('RawArchive', rawArchiveContract(seed), freshBlobArchive('locked'), rawArchiveSaboteurs),
    suite('EventStore', eventStoreContract(seed), turning, eventStoreSaboteurs),
    suite('SecretStore', secretStoreContract(), freshVault, secretStoreSaboteurs),
    suite('CheckpointSigner', checkpointSignerContract(), freshVaultKey, checkpointSignerSaboteurs),
  ];
}
