import type { Secret } from '../../kernel/secret.ts';
import { instant, minutes, plus, seconds, type Duration, type Instant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ApiToken } from './provider-http.ts';

/** What the sign-in service gives: a token and how long it lasts. */
export interface IssuedToken {
  readonly secret: Secret;
  readonly lifetime: Duration;
}

/**
 * Asks the sign-in service for a token, every time it is called. One with a client secret
 * (secret-token-source.ts); the Azure profile has another, with a managed identity as federated credential.
 * Throws an AppError that says how to mend it.
 */
export interface TokenSource {
  /** `resource` without `/.default`: `https://graph.microsoft.com`. */
  issue(tenantId: string, resource: string): Promise<IssuedToken>;
}

/** Shared by a process: one token per tenant and resource. */
export interface ProviderTokens {
  of(tenantId: string, resource: string): ApiToken;
}

/** A token is replaced this long before it ends: a page asked for with it must still come through. */
const margin = minutes(5);
/** While the sign-in service is out, a token that still lasts goes on serving, and is tried again so often. */
const graceStep = seconds(30);

interface Held {
  readonly secret: Secret;
  readonly renewAt: Instant;
  readonly endsAt: Instant;
}

/** Keeps tokens until shortly before their end; however many ask at once, one request is made. */
export function providerTokens(source: TokenSource, clock: Clock): ProviderTokens {
  const tokens = new Map<string, ApiToken>();
  return {
    of(tenantId, resource) {
      const key = `${tenantId} ${resource}`;
      const known = tokens.get(key) ?? keptToken(() => source.issue(tenantId, resource), clock);
      tokens.set(key, known);
      return known;
    },
  };
}

function keptToken(issue: () => Promise<IssuedToken>, clock: Clock): ApiToken {
  let held: Held | null = null;
  let asking: Promise<Secret> | null = null;

  const ask = async (): Promise<Secret> => {
    const askedAt = clock.now();
    try {
      const { secret, lifetime } = await issue();
      // A token that lasts less than twice the margin is used for half its life.
      const useFor = Math.max(lifetime - margin, lifetime / 2) as Duration;
      held = { secret, renewAt: plus(askedAt, useFor), endsAt: plus(askedAt, lifetime) };
      return secret;
    } catch (thrown) {
      const now = clock.now();
      if (held === null || now >= held.endsAt) throw thrown;
      held = { ...held, renewAt: instant(Math.min(plus(now, graceStep), held.endsAt)) };
      return held.secret;
    }
  };
  const askOnce = (): Promise<Secret> => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
  const current = (): Promise<Secret> =>
    held !== null && clock.now() < held.renewAt ? Promise.resolve(held.secret) : askOnce();
  return {
    current,
    renew(refused) {
      // Ten requests are refused at once: the first throws the token away, the others take its successor.
      if (held !== null && held.secret === refused) held = null;
      return current();
    },
  };
}
