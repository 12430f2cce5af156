import { guidOf } from '../seeded.ts';
import type { Site } from '../site.ts';
import type { Tenant } from '../tenant-book.ts';
import type { Application, Persona } from './directory.ts';
import type { Claims } from './jwt.ts';

export const graphAudience = 'https://graph.microsoft.com';
export const managementAudience = 'https://manage.office.com';
export type ProviderAudience = typeof graphAudience | typeof managementAudience;

export const issuerOf = (site: Site, tenant: string): string => `${site.url}/login/${tenant}/v2.0`;

/** The object id of an application's service principal in a tenant. */
const principalOf = (application: Application, tenant: string): string =>
  guidOf(`service-principal/${tenant}/${application.clientId}`);

/** Issue and expiry by the base clock: who checks a token does not know the virtual one. */
export function lifetimeClaims(site: Site): { iat: number; nbf: number; exp: number } {
  const now = Math.floor(site.clock.base() / 1_000);
  return { iat: now, nbf: now, exp: now + site.accessTokenSeconds };
}

/** An application's token for Graph or the Management API; version 1.0, as Entra issues for them. */
export function providerClaims(
  site: Site,
  application: Application,
  tenant: Tenant,
  audience: ProviderAudience,
): Claims {
  const ofManagement = (permission: string): boolean => permission.startsWith('ActivityFeed.');
  const roles = tenant.flags.permissions.filter(it => ofManagement(it) === (audience === managementAudience));
  const oid = principalOf(application, tenant.id);
  return {
    aud: audience,
    iss: `https://sts.windows.net/${tenant.id}/`,
    ...lifetimeClaims(site),
    appid: application.clientId,
    appidacr: '1',
    idtyp: 'app',
    oid,
    sub: oid,
    ...(roles.length > 0 ? { roles } : {}),
    tid: tenant.id,
    uti: site.nextId(),
    ver: '1.0',
  };
}

/** An application's token for the product: version 2.0, `idtyp` app, its app roles. */
export function applicationClaims(
  site: Site,
  application: Application,
  tenant: string,
  audience: string,
): Claims {
  const oid = principalOf(application, tenant);
  return {
    aud: audience,
    iss: issuerOf(site, tenant),
    ...lifetimeClaims(site),
    azp: application.clientId,
    azpacr: '1',
    idtyp: 'app',
    oid,
    sub: oid,
    ...(application.roles.length > 0 ? { roles: application.roles } : {}),
    tid: tenant,
    uti: site.nextId(),
    ver: '2.0',
  };
}

/** A signed-in person's token for the product. */
export function userClaims(site: Site, persona: Persona, client: string, audience: string): Claims {
  return {
    aud: audience,
    iss: issuerOf(site, persona.tenant),
    ...lifetimeClaims(site),
    azp: client,
    azpacr: '0',
    name: persona.name,
    oid: persona.oid,
    preferred_username: persona.address,
    ...(persona.roles.length > 0 ? { roles: persona.roles } : {}),
    scp: 'access_as_user',
    sub: guidOf(`${persona.oid}/${audience}`),
    tid: persona.tenant,
    uti: site.nextId(),
    ver: '2.0',
  };
}

/** A signed-in person's id token, for the application that asked. */
export function idClaims(site: Site, persona: Persona, client: string, nonce: string | null): Claims {
  return {
    aud: client,
    iss: issuerOf(site, persona.tenant),
    ...lifetimeClaims(site),
    name: persona.name,
    ...(nonce === null ? {} : { nonce }),
    oid: persona.oid,
    preferred_username: persona.address,
    sub: guidOf(`${persona.oid}/${client}`),
    tid: persona.tenant,
    uti: site.nextId(),
    ver: '2.0',
  };
}
