import type { Instant } from '../kernel/time.ts';

export interface RememberedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Replies kept by Idempotency-Key for 24 h. `key` is already bound to caller and route; `fingerprint` is a hash
 * of the body. begin answers `new` once per key; the same key and fingerprint then gives the kept reply
 * (null while the first call is still running); another fingerprint is `different`.
 */
export interface IdempotencyStore {
  begin(
    key: string,
    fingerprint: string,
    now: Instant,
  ): Promise<{ is: 'new' } | { is: 'repeat'; reply: RememberedReply | null } | { is: 'different' }>;
  finish(key: string, reply: RememberedReply): Promise<void>;
  abandon(key: string): Promise<void>;
}
