import { decodePart, jsonReply, type Call, type Reply, type Resolved } from '../exchange.ts';
import type { RouteName } from '../routes.ts';
import type { Site } from '../site.ts';
import { entraError, refuse } from './entra-error.ts';
import { signIn } from './sign-in.ts';
import { tokenEndpoint } from './token-endpoint.ts';

interface EntraRoute {
  readonly route: RouteName;
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  answer(site: Site, call: Call, tenant: string): Reply;
}

const table: readonly EntraRoute[] = [
  {
    route: 'entra.token',
    method: 'POST',
    path: /^\/oauth2\/v2\.0\/token$/,
    answer: (site, call, tenant) => tokenEndpoint(site, call, tenant, 2),
  },
  {
    route: 'entra.token',
    method: 'POST',
    path: /^\/oauth2\/token$/,
    answer: (site, call, tenant) => tokenEndpoint(site, call, tenant, 1),
  },
  { route: 'entra.authorize', method: 'GET', path: /^\/oauth2\/v2\.0\/authorize$/, answer: signIn },
  {
    route: 'entra.discovery',
    method: 'GET',
    path: /^\/v2\.0\/\.well-known\/openid-configuration$/,
    answer: discovery,
  },
  {
    route: 'entra.keys',
    method: 'GET',
    path: /^\/discovery\/v2\.0\/keys$/,
    answer: (site, _call, tenant) =>
      knows(site, tenant) ? jsonReply(200, site.keys.published()) : entraError(site, refuse.noTenant(tenant)),
  },
];

/** Entra's part of the simulator: everything under /login. `path` begins with the tenant. */
export function entraRoutes(site: Site, call: Call, path: string): Resolved {
  const [, part = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(path) ?? [];
  const tenant = decodePart(part);
  const known = site.tenants.find(tenant)?.id ?? null;
  const found = table.find(
    it => it.path.test(rest) && (it.method === call.method || call.method === 'OPTIONS'),
  );
  return {
    route: found?.route ?? 'entra.other',
    tenant: known,
    continued: false,
    answer() {
      if (call.method === 'OPTIONS') return { status: 204, headers: crossOrigin(call), body: '' };
      const reply = found?.answer(site, call, tenant) ?? jsonReply(404, { error: 'not_found' });
      return { ...reply, headers: { 'cache-control': 'no-store', ...reply.headers, ...crossOrigin(call) } };
    },
  };
}

const knows = (site: Site, tenant: string): boolean =>
  ['organizations', 'common'].includes(tenant) || site.tenants.find(tenant) !== null;

function discovery(site: Site, _call: Call, tenant: string): Reply {
  if (!knows(site, tenant)) return entraError(site, refuse.noTenant(tenant));
  const id = site.tenants.find(tenant)?.id;
  const base = `${site.url}/login/${id ?? tenant}`;
  return jsonReply(200, {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    // For no tenant in particular Entra writes a placeholder, and the checker has to fill it in.
    issuer: `${site.url}/login/${id ?? '{tenantid}'}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    code_challenge_methods_supported: ['S256'],
  });
}

/** A single-page application redeems its code from the browser: Entra allows that, and so do we, on this machine. */
function crossOrigin(call: Call): Record<string, string> {
  const origin = call.headers.origin;
  if (origin === undefined || !/^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-headers': 'content-type, client-request-id',
    vary: 'origin',
  };
}
