import type { AccessLog } from './access-log.ts';
import type { CheckpointSigner } from './checkpoint-signer.ts';
import type { CursorStore } from './cursor-store.ts';
import type { EventStore } from './event-store.ts';
import type { IdempotencyStore } from './idempotency-store.ts';
import type { JobQueue } from './job-queue.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { NameStore } from './name-store.ts';
import type { OperationStore } from './operation-store.ts';
import type { RawArchive } from './raw-archive.ts';
import type { RunLog } from './run-log.ts';
import type { SearchIndex } from './search-index.ts';
import type { SecretStore } from './secret-store.ts';
import type { TenantRegistry } from './tenant-registry.ts';
import type { ThrottleMemory } from './throttle-memory.ts';

/** Small pages are archived and stored together up to here: each call of a store costs, however little it brings. */
export interface BatchSize {
  readonly pages: number;
  readonly bytes: number;
}

/** Every store of one profile (embedded, azure), opened together. */
export interface Profile {
  readonly archive: RawArchive;
  readonly events: EventStore;
  readonly index: SearchIndex;
  readonly cursors: CursorStore;
  readonly tenants: TenantRegistry;
  readonly queue: JobQueue;
  readonly ledger: LedgerStore;
  readonly secrets: SecretStore;
  readonly signer: CheckpointSigner;
  readonly runs: RunLog;
  readonly operations: OperationStore;
  readonly access: AccessLog;
  readonly throttles: ThrottleMemory;
  readonly names: NameStore;
  readonly idempotency: IdempotencyStore;
  readonly batch: BatchSize;
  /** Each store tried with a harmless read: null when it answers, otherwise the sentence that helps. */
  check(): Promise<Readonly<Record<string, string | null>>>;
  close(): Promise<void>;
}
