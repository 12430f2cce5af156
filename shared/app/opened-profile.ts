import type { Clock } from '../ports/clock.ts';
import type { HostedJobs } from '../ports/job-queue.ts';
import type { Profile } from '../ports/profile.ts';

/** The stores of a profile, open, and what else the parts are put together with. */
export interface OpenedProfile {
  readonly profile: Profile;
  readonly clock: Clock;
  /** Signs continuations. Asked of a store that may be away, unlike everything else of opening. */
  readonly continuationKey: () => Promise<Uint8Array>;
  /** This process in a lease. */
  readonly worker: string;
  /** Whether a lease's owner was an earlier process on these stores. */
  readonly isGone: (owner: string) => boolean;
  /** Proves the collecting application to customers' tenants, where no secret of it is needed. */
  readonly assertion?: () => Promise<string>;
  /** Where a host takes the queue's messages and hands them over. */
  readonly hosted?: HostedJobs;
  close(): Promise<void>;
}
