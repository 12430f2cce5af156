import { mayOperate, type Known } from '../authz/decide.ts';
import { AppError } from '../kernel/errors.ts';
import { principalKey, type Principal } from '../model/principal.ts';
import { knownFor } from './authorize.ts';
import type { ApiDeps } from './api-deps.ts';
import type { ApiRequest } from './api-request.ts';
import type { RouteSpec } from './contract/route-spec.ts';
import { createTokenBuckets } from './token-buckets.ts';

export type Caller =
  | { readonly is: 'nobody' }
  | { readonly is: 'somebody'; readonly principal: Principal; readonly known: Known };

/**
 * Who calls, within their rate limits. Throws `auth.missing`, `auth.invalid`, `auth.unavailable`,
 * `rate.limited`.
 */
export function createSignIn(deps: ApiDeps): (spec: RouteSpec, request: ApiRequest) => Promise<Caller> {
  const { clock, limits } = deps;
  const clients = createTokenBuckets(clock, limits.client);
  const tenants = createTokenBuckets(clock, limits.tenant);
  const strangers = createTokenBuckets(clock, limits.stranger);

  /** Good tokens are never held up by somebody else's bad ones behind the same address. */
  function stranger(request: ApiRequest): void {
    limit(request.clientAddress === null ? null : strangers.take(request.clientAddress));
  }

  async function principalOf(request: ApiRequest, token: string): Promise<Principal> {
    try {
      return await deps.authenticator.authenticate(token);
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'auth.invalid') stranger(request);
      throw thrown;
    }
  }

  return async (spec, request) => {
    const token = bearerToken(request);
    const optional = spec.needs === 'nobody';
    if (token === null || (optional && spec.moreFor === undefined)) {
      // A liveness probe that is told to slow down kills the process it watches.
      if (spec.path !== '/health') stranger(request);
      if (optional) return { is: 'nobody' };
      throw new AppError('auth.missing', 'give-up', 'Send an access token: Authorization: Bearer <token>.');
    }
    const principal = await principalOf(request, token);
    limit(clients.take(principalKey(principal)) ?? tenants.take(principal.tid));
    return { is: 'somebody', principal, known: await knownFor(deps, principal) };
  };
}

/** Whether the caller may see the details a route keeps for who operates the installation. */
export function operates(spec: RouteSpec, caller: Caller): boolean {
  if (caller.is === 'nobody' || spec.moreFor === undefined) return false;
  return mayOperate(caller.principal, spec.moreFor, caller.known);
}

/** The header only: a token in a URL ends up in logs and histories. */
function bearerToken(request: ApiRequest): string | null {
  const header = request.headers['authorization'];
  if (header === undefined) return null;
  const found = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(header);
  if (found?.[1] === undefined) {
    throw new AppError('auth.invalid', 'give-up', 'The Authorization header must read: Bearer <token>.');
  }
  return found[1];
}

function limit(waitMs: number | null): void {
  if (waitMs === null) return;
  throw new AppError('rate.limited', 'retry-later', 'Too many requests. Wait as long as Retry-After says.', {
    retryAfterMs: waitMs,
  });
}
