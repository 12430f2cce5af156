import type { Duration } from '../kernel/time.ts';
import type { Counts } from '../model/cursor.ts';
import type { StreamRef } from '../model/ids.ts';
import type { Trigger } from '../model/run.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Connection, Tenant } from '../model/tenant.ts';
import type { Clock } from '../ports/clock.ts';
import type { CursorStore } from '../ports/cursor-store.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import type { OperationStore } from '../ports/operation-store.ts';
import type { BatchSize } from '../ports/profile.ts';
import type { RawArchive } from '../ports/raw-archive.ts';
import type { RunLog } from '../ports/run-log.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Source } from '../sources/_kit/source.ts';

/** What a pull works with. */
export interface PullDeps {
  readonly archive: RawArchive;
  readonly events: EventStore;
  readonly cursors: CursorStore;
  readonly ledger: LedgerStore;
  readonly runs: RunLog;
  readonly operations: OperationStore;
  readonly batch: BatchSize;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The provider's door for one tenant. */
  readonly http: (tenant: Tenant) => HttpClient;
  /** Who holds the lease. Two workers that may run at once MUST differ. */
  readonly worker: string;
  /** Whether the owner of a lease is known to have ended, so that nobody waits for it. */
  readonly isGone?: (owner: string) => boolean;
  readonly newId: () => string;
}

/** One stream of one tenant's connection. */
export interface PullTarget {
  readonly scope: TenantScope;
  readonly tenant: Tenant;
  readonly connection: Connection;
  readonly source: Source;
  readonly ref: StreamRef;
}

/** Why there is no stream to pull any more (a retired tenant, a connection that is off), and whose it was. */
export interface GoneTarget {
  readonly gone: string;
  readonly scope: TenantScope;
}

/** A run stops between two pages when either is spent, and queues its own continuation. */
export interface PullBudget {
  readonly pages: number;
  readonly time: Duration;
  /** Aborted when the host stops: the run ends after the page at hand. */
  readonly signal?: AbortSignal;
}

export interface PullResult {
  /** `continued`: more is due at once. `busy`: another worker has the lease. `idle`: nothing was due. */
  readonly status: 'succeeded' | 'continued' | 'busy' | 'idle';
  readonly counts: Counts;
  readonly windows: number;
}

export interface PullRequest {
  readonly trigger: Trigger;
  readonly budget: PullBudget;
}
