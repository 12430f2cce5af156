import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localCheckpointSigner } from '../../shared/adapters/embedded/local-checkpoint-signer.ts';
import { environmentSecretStore } from '../../shared/adapters/embedded/environment-secret-store.ts';
import { openFileRawArchive, type FileRawArchive } from '../../shared/adapters/embedded/file-raw-archive.ts';
import type { Database } from '../../shared/adapters/embedded/open-database.ts';
import { sqliteAccessLog } from '../../shared/adapters/embedded/sqlite-access-log.ts';
import { sqliteCursorStore } from '../../shared/adapters/embedded/sqlite-cursor-store.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { sqliteIdempotencyStore } from '../../shared/adapters/embedded/sqlite-idempotency-store.ts';
import { sqliteJobQueue } from '../../shared/adapters/embedded/sqlite-job-queue.ts';
import { sqliteLedgerStore } from '../../shared/adapters/embedded/sqlite-ledger-store.ts';
import { sqliteNameStore } from '../../shared/adapters/embedded/sqlite-name-store.ts';
import { sqliteOperationStore } from '../../shared/adapters/embedded/sqlite-operation-store.ts';
import { sqliteRunLog } from '../../shared/adapters/embedded/sqlite-run-log.ts';
import { sqliteTenantRegistry } from '../../shared/adapters/embedded/sqlite-tenant-registry.ts';
import { sqliteThrottleMemory } from '../../shared/adapters/embedded/sqlite-throttle-memory.ts';
import type { CheckpointSigner } from '../../shared/ports/checkpoint-signer.ts';
import type { SecretStore } from '../../shared/ports/secret-store.ts';
import { freshFolder, freshSqlite } from '../support/embedded-storage.ts';
import { freshSearchIndex } from '../support/fresh-search-index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { accessLogContract } from './access-log.contract.ts';
import { accessLogSaboteurs } from './access-log.saboteurs.ts';
import { sabotaged, type Contract, type ContractCase, type Fresh, type Saboteur } from './contract.ts';
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
import { searchIndexContract } from './search-index.contract.ts';
import { searchIndexSaboteurs } from './search-index.saboteurs.ts';
import { knownSecrets, secretStoreContract } from './secret-store.contract.ts';
import { secretStoreSaboteurs } from './secret-store.saboteurs.ts';
import { tenantRegistryContract } from './tenant-registry.contract.ts';
import { tenantRegistrySaboteurs } from './tenant-registry.saboteurs.ts';
import { throttleMemoryContract } from './throttle-memory.contract.ts';
import { throttleMemorySaboteurs } from './throttle-memory.saboteurs.ts';

/** A port's contract over one adapter, and over that adapter broken on purpose. */
export interface Suite {
  readonly port: string;
  readonly cases: readonly ContractCase[];
  readonly saboteurs: readonly {
    readonly does: string;
    readonly fails: readonly string[];
    readonly cases: readonly ContractCase[];
  }[];
}

/** One line of the register below; after it the port's type is no longer needed. */
export function suite<Port>(
  port: string,
  contract: Contract<Port>,
  fresh: Fresh<Port>,
  saboteurs: readonly Saboteur<Port>[],
): Suite {
  return {
    port,
    cases: contract(fresh),
    saboteurs: saboteurs.map(one => ({
      does: one.does,
      fails: one.fails,
      cases: contract(sabotaged(fresh, one)),
    })),
  };
}

const archiveIn = (parent: string): Fresh<FileRawArchive> =>
  freshFolder(folder => openFileRawArchive({ folder, clock: new ManualClock() }), parent);

const secretsIn = (parent: string): Fresh<SecretStore> =>
  freshFolder(
    async folder =>
      environmentSecretStore({
        environment: {
          HOLDFAST_SECRET_GRAPH_CLIENT_SECRET: knownSecrets['graph-client-secret'],
          HOLDFAST_SECRET_MIMECAST_CLIENT_SECRET: knownSecrets['mimecast-client-secret'],
        },
        file: join(folder, 'secrets.json'),
      }),
    parent,
  );

const signerIn = (parent: string): Fresh<CheckpointSigner> =>
  freshFolder(async folder => localCheckpointSigner(folder), parent);

/**
 * The register: every contract that is run over the embedded adapters. A new suite is one line here, and its
 * adapter in matrix.ts. `seed` decides random input; `parent` is where the storages are made.
 */
export function embeddedSuites(seed: number, parent?: string): readonly Suite[] {
  const sqlite = <Port>(store: (database: Database) => Port): Fresh<Port> => freshSqlite(store, parent);
  const at = parent ?? tmpdir();
  return [
    suite('RawArchive', rawArchiveContract(seed), archiveIn(at), rawArchiveSaboteurs),
    suite('EventStore', eventStoreContract(seed), sqlite(sqliteEventStore), eventStoreSaboteurs),
    suite('CursorStore', cursorStoreContract(), sqlite(sqliteCursorStore), cursorStoreSaboteurs),
    suite('TenantRegistry', tenantRegistryContract(), sqlite(sqliteTenantRegistry), tenantRegistrySaboteurs),
    suite('JobQueue', jobQueueContract(), sqlite(sqliteJobQueue), jobQueueSaboteurs),
    suite('LedgerStore', ledgerStoreContract(seed), sqlite(sqliteLedgerStore), ledgerStoreSaboteurs),
    suite('RunLog', runLogContract(), sqlite(sqliteRunLog), runLogSaboteurs),
    suite('OperationStore', operationStoreContract(), sqlite(sqliteOperationStore), operationStoreSaboteurs),
    suite('AccessLog', accessLogContract(), sqlite(sqliteAccessLog), accessLogSaboteurs),
    suite('ThrottleMemory', throttleMemoryContract(), sqlite(sqliteThrottleMemory), throttleMemorySaboteurs),
    suite('NameStore', nameStoreContract(), sqlite(sqliteNameStore), nameStoreSaboteurs),
    suite(
      'IdempotencyStore',
      idempotencyStoreContract(),
      sqlite(sqliteIdempotencyStore),
      idempotencyStoreSaboteurs,
    ),
    suite('SearchIndex', searchIndexContract(seed), freshSearchIndex(at), searchIndexSaboteurs),
    suite('SecretStore', secretStoreContract(), secretsIn(at), secretStoreSaboteurs),
    suite('CheckpointSigner', checkpointSignerContract(), signerIn(at), checkpointSignerSaboteurs),
  ];
}
