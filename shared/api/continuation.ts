import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../kernel/errors.ts';
import { canonicalJson } from '../kernel/hash.ts';
import { instant, plus, type Duration, type Instant } from '../kernel/time.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Where a list goes on. `after` is the store's own position; `asOf` when the first page was asked for, so that
 * `now-7d` means the same instant on every page.
 */
export interface Continued {
  readonly after: string | null;
  readonly asOf?: Instant;
}

/**
 * What a token belongs to: it opens only for the same caller, the same tenants and the same question. None of
 * it is in the token, all of it is under its signature.
 */
export interface Binding {
  readonly kind: string;
  readonly caller: string;
  readonly tenants: readonly string[];
  readonly question: unknown;
}

export interface Continuations {
  seal(binding: Binding, state: Continued): string;
  /** For feeds: a collector that was off for a month must find its place again, so this one does not expire. */
  sealForever(binding: Binding, state: Continued): string;
  /** Throws `continuation.invalid` for a token not made here for this binding, `continuation.expired` for an old one. */
  open(binding: Binding, token: string, target?: 'continuation' | 'since'): Continued;
}

const payloadSchema = z.strictObject({
  v: z.literal(1),
  /** Milliseconds since the epoch; null never. */
  until: z.number().nullable(),
  after: z.string().nullable(),
  asOf: z.number().optional(),
});
type Payload = z.infer<typeof payloadSchema>;

const maxToken = 4_096;

export function createContinuations(options: {
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly lifetime: Duration;
}): Continuations {
  const { key, clock } = options;
  if (key.byteLength < 32) {
    throw new AppError(
      'config.invalid',
      'give-up',
      'The key that signs continuations needs at least 32 bytes.',
    );
  }
  const signature = (binding: Binding, payload: string): Buffer =>
    createHmac('sha256', key)
      .update(canonicalJson({ ...binding, tenants: [...binding.tenants].sort() }))
      .update('\n')
      .update(payload)
      .digest();

  function seal(binding: Binding, state: Continued, until: number | null): string {
    const content: Payload = { v: 1, until, ...state };
    const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${payload}.${signature(binding, payload).toString('base64url')}`;
  }

  return {
    seal: (binding, state) => seal(binding, state, plus(clock.now(), options.lifetime)),
    sealForever: (binding, state) => seal(binding, state, null),
    open(binding, token, target = 'continuation') {
      const [payload, given, ...rest] = token.split('.');
      if (token.length > maxToken || payload === undefined || given === undefined || rest.length > 0) {
        throw foreign(target);
      }
      const expected = signature(binding, payload);
      const presented = Buffer.from(given, 'base64url');
      if (presented.length !== expected.length || !timingSafeEqual(presented, expected))
        throw foreign(target);
      const content = payloadSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
      if (content.until !== null && clock.now() >= content.until) throw expired(target);
      const { after, asOf } = content;
      return asOf === undefined ? { after } : { after, asOf: instant(asOf) };
    },
  };
}

function foreign(target: string): AppError {
  return new AppError(
    'continuation.invalid',
    'give-up',
    target === 'since'
      ? 'With order=ingested, `since` takes the cursor of an earlier answer to the same tenant, and this is none. Leave `since` out to begin with the first event.'
      : 'This continuation does not belong to this caller and question. Ask again without it, and follow nextLink as it comes.',
    { target },
  );
}

function expired(target: string): AppError {
  return new AppError(
    'continuation.expired',
    'give-up',
    'This continuation has expired. Ask again without it.',
    { target },
  );
}
