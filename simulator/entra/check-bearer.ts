import type { Site } from '../site.ts';
import type { Tenant } from '../tenant-book.ts';
import type { ProviderAudience } from './issue-token.ts';

/** Who calls a provider's API. */
export interface Caller {
  readonly tenant: Tenant;
  /** The application's client id. */
  readonly app: string;
  /** Permissions in the token that are still granted: a new grant needs a new token, a withdrawal does not. */
  readonly permissions: readonly string[];
}
export type BearerProblem = 'missing' | 'malformed' | 'audience' | 'expired' | 'tenant';

/** Checks a provider token as the providers do: signature, audience, lifetime, tenant. */
export function checkBearer(
  site: Site,
  authorization: string | undefined,
  audience: ProviderAudience,
): Caller | BearerProblem {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return 'missing';
  const claims = site.keys.verify(token);
  if (claims === null) return 'malformed';
  if (claims['aud'] !== audience) return 'audience';
  const now = Math.floor(site.clock.base() / 1_000);
  if (typeof claims['exp'] !== 'number' || claims['exp'] <= now) return 'expired';
  const tenant = site.tenants.find(String(claims['tid']));
  if (tenant === null || tenant.sim === null) return 'tenant';
  const roles: unknown = claims['roles'];
  const held = Array.isArray(roles) ? roles.map(String) : [];
  return {
    tenant,
    app: String(claims['appid']),
    permissions: held.filter(role => tenant.flags.permissions.includes(role)),
  };
}
