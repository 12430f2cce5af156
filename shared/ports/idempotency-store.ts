import { minutes, type Instant } from '../kernel/time.ts';

export interface RememberedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Longer than any request of ours is worked on: what was begun and not finished by then was cut short by a crash.
 */
export const replyLease = minutes(2);

/** A first call's hold on its key: when it began. */
export interface Begun {
  readonly key: string;
  readonly at: Instant;
}

/**
 * Replies kept by Idempotency-Key for 24 h. `key` is already bound to caller and route; `fingerprint` is a hash
 * of the body. begin answers `new` once per key; the same key and fingerprint then gives the kept reply
 * (null while the first call is still running); another fingerprint is `different`. A call that was begun `replyLease`
 * ago and not finished is taken over by the next with its fingerprint, which is `new` again: to one caller only.
 * finish and abandon of a call that was taken over change nothing.
 */
export interface IdempotencyStore {
  begin(
    key: string,
    fingerprint: string,
    now: Instant,
  ): Promise<{ is: 'new' } | { is: 'repeat'; reply: RememberedReply | null } | { is: 'different' }>;
  finish(begun: Begun, reply: RememberedReply): Promise<void>;
  abandon(begun: Begun): Promise<void>;
}
