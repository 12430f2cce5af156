import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { hours, plus, seconds, type Instant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** Keys are asked for again after this, rotation or not. */
const maxAge = hours(12);
/** Keys that could not be renewed serve this long: Entra keeps announcing a new key days before it signs with it. */
const maxStale = hours(48);
/** A kid nobody has heard of makes us ask at most this often, or a stream of bad tokens becomes a stream of requests. */
const coolDown = seconds(30);
/** After a failed attempt; shorter, because callers with good tokens are waiting. */
const retryAfter = seconds(5);
const timeOutMs = 5_000;
const maxBytes = 512 * 1024;

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
type Resolve = ReturnType<typeof createLocalJWKSet>;
type Header = Parameters<Resolve>[0];

interface Held {
  readonly resolve: Resolve;
  readonly readAt: Instant;
}
interface Issuer {
  held: Held | null;
  triedAt: Instant | null;
  failed: boolean;
  pending: Promise<void> | null;
}

export interface IssuerKeysOptions {
  readonly clock: Clock;
  /** Where an issuer's JWKS is. Only ever called for tenants the caller has checked to be known. */
  keysUrl(tenantId: string): string;
}

export interface IssuerKeys {
  /** The key for a token's header; null when the issuer has none by that kid. Throws `auth.unavailable`. */
  find(tenantId: string, header: Header): Promise<CryptoKey | null>;
}

/**
 * The signing keys of each known tenant's issuer, read when first needed and kept. jose's own remote set keeps
 * its cool-down on the machine's clock and answers a dead endpoint like a bad token; both matter here.
 */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { clock } = options;
  const issuers = new Map<string, Issuer>();

  async function refresh(tenantId: string, issuer: Issuer): Promise<void> {
    issuer.triedAt = clock.now();
    try {
      issuer.held = {
        resolve: createLocalJWKSet(await readKeys(options.keysUrl(tenantId))),
        readAt: clock.now(),
      };
      issuer.failed = false;
    } catch {
      // Whatever went wrong (refused, slow, not JSON), the answer is the same: the keys we hold, or none.
      issuer.failed = true;
    }
  }

  /** Callers who need the same issuer at the same time wait for one request. */
  function refreshOnce(tenantId: string, issuer: Issuer): Promise<void> {
    issuer.pending ??= refresh(tenantId, issuer).finally(() => {
      issuer.pending = null;
    });
    return issuer.pending;
  }

  const mayTry = (issuer: Issuer): boolean =>
    issuer.triedAt === null || clock.now() >= plus(issuer.triedAt, issuer.failed ? retryAfter : coolDown);

  const usable = (issuer: Issuer): Held | null =>
    issuer.held !== null && clock.now() < plus(issuer.held.readAt, maxStale) ? issuer.held : null;

  return {
    async find(tenantId, header) {
      let issuer = issuers.get(tenantId);
      if (issuer === undefined) {
        issuer = { held: null, triedAt: null, failed: false, pending: null };
        issuers.set(tenantId, issuer);
      }
      const stale = issuer.held === null || clock.now() >= plus(issuer.held.readAt, maxAge);
      if (issuer.pending !== null || (stale && mayTry(issuer))) await refreshOnce(tenantId, issuer);
      const held = usable(issuer);
      if (held === null) throw keysUnavailable();
      const known = await resolve(held, header);
      if (known !== null) return known;
      // A kid we do not hold: the issuer may have rotated since.
      if (!mayTry(issuer)) {
        if (issuer.failed) throw keysUnavailable();
        return null;
      }
      await refreshOnce(tenantId, issuer);
      if (issuer.failed) throw keysUnavailable();
      return resolve(usable(issuer) ?? held, header);
    },
  };
}

async function resolve(held: Held, header: Header): Promise<CryptoKey | null> {
  try {
    return await held.resolve(header);
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError) return null;
    throw thrown;
  }
}

async function readKeys(url: string): Promise<JSONWebKeySet> {
  const reply = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(timeOutMs),
  });
  if (!reply.ok) {
    await reply.body?.cancel();
    throw new Error(`status ${String(reply.status)}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> = reply.body ?? ReadableStream.from<Uint8Array>([]);
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error('too large');
    chunks.push(chunk);
  }
  const read: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return jwksSchema.parse(read);
}

function keysUnavailable(): AppError {
  return new AppError(
    'auth.unavailable',
    'retry-later',
    'The signing keys of the token’s issuer cannot be read at the moment, so no token can be checked. Try again shortly; if it lasts, check that this host can reach the sign-in service.',
    { retryAfterMs: retryAfter },
  );
}
