import { createHash } from 'node:crypto';
import { jsonReply, type Call, type Reply } from '../exchange.ts';
import { isGuid } from '../seeded.ts';
import type { Site } from '../site.ts';
import type { Tenant } from '../tenant-book.ts';
import { clientCredentials } from './client-credentials.ts';
import { entraError, refuse } from './entra-error.ts';
import { graphAudience, idClaims, userClaims } from './issue-token.ts';
import type { RefreshGrant } from './authorization-grants.ts';

/** A code lives ten minutes. */
const codeLifeMs = 600_000;

/** POST /{tenant}/oauth2/v2.0/token and its older form /{tenant}/oauth2/token. */
export function tokenEndpoint(site: Site, call: Call, tenantPart: string, version: 1 | 2): Reply {
  const form = new URLSearchParams(call.body);
  const tenant = site.tenants.find(tenantPart);
  const anyTenant = tenantPart === 'organizations' || tenantPart === 'common';
  if (tenant === null && !anyTenant) return entraError(site, refuse.noTenant(tenantPart));
  const grant = form.get('grant_type');
  if (grant === null) return entraError(site, refuse.noParameter('grant_type'));
  if (!form.has('client_id')) return entraError(site, refuse.noParameter('client_id'));
  if (grant === 'client_credentials') {
    // Application-only tokens belong to one tenant: `common` cannot say which.
    if (tenant === null) return entraError(site, refuse.noTenant(tenantPart));
    return clientCredentials(site, form, tenant, version);
  }
  if (grant === 'authorization_code') return redeemCode(site, form, tenant);
  if (grant === 'refresh_token') return redeemRefresh(site, form, tenant);
  return entraError(site, refuse.grantUnsupported(grant));
}

function redeemCode(site: Site, form: URLSearchParams, tenant: Tenant | null): Reply {
  const code = form.get('code');
  if (code === null) return entraError(site, refuse.noParameter('code'));
  const grant = site.grants.redeemCode(code);
  if (grant === 'unknown') return entraError(site, refuse.codeUnknown());
  if (grant === 'spent') return entraError(site, refuse.codeSpent());
  if (site.clock.base() - grant.issuedAt > codeLifeMs) return entraError(site, refuse.codeExpired());
  if (grant.client !== form.get('client_id')) return entraError(site, refuse.grantOfAnother());
  if (grant.redirect !== form.get('redirect_uri')) return entraError(site, refuse.redirectDiffers());
  const verifier = form.get('code_verifier') ?? '';
  if (createHash('sha256').update(verifier).digest('base64url') !== grant.challenge) {
    return entraError(site, refuse.verifierWrong());
  }
  if (tenant !== null && tenant.id !== grant.persona.tenant) {
    return entraError(site, refuse.noPersonaHere(grant.persona.address, tenant.id));
  }
  return tokensFor(site, grant, grant.nonce);
}

function redeemRefresh(site: Site, form: URLSearchParams, tenant: Tenant | null): Reply {
  const token = form.get('refresh_token');
  if (token === null) return entraError(site, refuse.noParameter('refresh_token'));
  const grant = site.grants.findRefresh(token);
  if (grant === null) return entraError(site, refuse.codeUnknown());
  if (grant.client !== form.get('client_id')) return entraError(site, refuse.grantOfAnother());
  if (tenant !== null && tenant.id !== grant.persona.tenant) {
    return entraError(site, refuse.noPersonaHere(grant.persona.address, tenant.id));
  }
  return tokensFor(site, { ...grant, scope: form.get('scope') ?? grant.scope }, null);
}

/** Access token, and id and refresh tokens where the scope asks for them. */
function tokensFor(site: Site, grant: RefreshGrant, nonce: string | null): Reply {
  const audience = audienceOf(grant.scope);
  if (audience === null) return entraError(site, refuse.noResource(grant.scope, grant.persona.tenant));
  const scopes = grant.scope.split(' ');
  const lifetime = site.accessTokenSeconds;
  return jsonReply(200, {
    token_type: 'Bearer',
    scope: grant.scope,
    expires_in: lifetime,
    ext_expires_in: lifetime,
    access_token: site.keys.sign(userClaims(site, grant.persona, grant.client, audience)),
    ...(scopes.includes('openid')
      ? { id_token: site.keys.sign(idClaims(site, grant.persona, grant.client, nonce)) }
      : {}),
    ...(scopes.includes('offline_access') ? { refresh_token: site.grants.issueRefresh(grant) } : {}),
  });
}

const signInScopes = ['openid', 'profile', 'email', 'offline_access'];

/**
 * The audience a user's scopes mean: the client id in `api://<client>/.default`, `<client>/.default` or
 * `…/access_as_user`. With nothing but sign-in scopes Entra issues a token for Graph. Null: unknown.
 */
export function audienceOf(scope: string): string | null {
  const wanted = scope.split(' ').filter(it => it !== '' && !signInScopes.includes(it));
  const first = wanted[0];
  if (first === undefined) return graphAudience;
  const client = /^(?:api:\/\/)?([^/]+)\/(?:\.default|access_as_user)$/.exec(first)?.[1];
  return client !== undefined && isGuid(client) ? client.toLowerCase() : null;
}
