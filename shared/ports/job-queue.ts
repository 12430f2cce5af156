import { z } from 'zod';
import type { Duration, Instant } from '../kernel/time.ts';
import { sourceIdSchema, streamIdSchema, tenantIdSchema } from '../model/ids.ts';
import { triggers } from '../model/run.ts';

export const jobSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('pull'),
    tenant: tenantIdSchema,
    source: sourceIdSchema,
    stream: streamIdSchema,
    trigger: z.enum(triggers),
    /** The operation somebody waits for; absent for the timer's. */
    operation: z.string().optional(),
  }),
  /** Makes a tenant's events anew; how far it is stands in the operation. */
  z.strictObject({ kind: z.literal('renormalize'), tenant: tenantIdSchema, operation: z.string() }),
  /** Looks up names for ids in a tenant's events. */
  z.strictObject({ kind: z.literal('names'), tenant: tenantIdSchema }),
]);
export type Job = z.infer<typeof jobSchema>;
export type PullJob = Extract<Job, { kind: 'pull' }>;

export interface TakenJob {
  readonly id: string;
  readonly job: Job;
  /** 1 the first time. */
  readonly attempt: number;
}

/**
 * At least once, in no promised order.
 * - enqueue with a `key` MUST add nothing while a job with that key waits (not: is being worked on).
 * - take hides a job for `lease`; unless acked or delayed by then it MUST come again, its attempt one higher.
 * - The id names one take: once its lease has ended and somebody else took the job, ack, delay and bury by the
 *   old id MUST change nothing.
 * - depth's `waiting` is every job neither acked nor buried, being worked on or not.
 * - bury keeps the job and why, for a person; it never comes again by itself.
 */
export interface JobQueue {
  enqueue(job: Job, options: { now: Instant; delay?: Duration; key?: string }): Promise<void>;
  take(now: Instant, lease: Duration): Promise<TakenJob | null>;
  ack(id: string): Promise<void>;
  delay(id: string, until: Instant): Promise<void>;
  bury(id: string, reason: string): Promise<void>;
  buried(limit: number): Promise<readonly { id: string; job: Job; reason: string }[]>;
  depth(): Promise<{ waiting: number; buried: number }>;
}

/** A message of the queue in the hands of a host: it removes it when the work returns, and brings it again when that throws. */
export interface HostedMessage {
  readonly id: string;
  /** Decoded. */
  readonly body: string;
  /** 1 the first time. */
  readonly deliveries: number;
}

export interface HostedJob {
  readonly taken: TakenJob;
  /** The queue as it is for this job: ack, delay and bury say what shall be, and returning lets the host do its part. */
  readonly queue: JobQueue;
  /** Whether the job's fate is kept somewhere. Returning before that would lose it. */
  settled(): boolean;
}

/**
 * The queue where a host takes the messages.
 * - adopt MUST mark the job as being worked on, so that its key is free for the next; null: it is not due yet, and
 *   comes again by itself.
 * - putOff is for an instance that cannot work it just now: the job comes again in some minutes, with no attempt counted.
 *   It MUST do so while no other store answers.
 * - bury keeps the job of a message the host gave up on.
 * - All throw `store.corrupt` for a message that is not one of ours.
 */
export interface HostedJobs {
  adopt(message: HostedMessage, now: Instant, lease: Duration): Promise<HostedJob | null>;
  putOff(message: HostedMessage, now: Instant): Promise<void>;
  bury(message: HostedMessage, reason: string): Promise<Job>;
}
