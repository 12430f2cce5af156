import { jsonReply, type Call, type Reply, type Resolved } from '../exchange.ts';
import type { Site } from '../site.ts';
import { operatorTenant } from './directory.ts';

/** What the platform puts into IDENTITY_HEADER: shows that the caller is the app. */
export const identityHeader = 'simulator-only-identity-header';

const apiVersion = '2019-08-01';

/**
 * GET /msi/token: where App Service and Functions hand out tokens of the app's identities. IDENTITY_ENDPOINT names
 * this address, IDENTITY_HEADER what has to come in X-IDENTITY-HEADER.
 */
export function identityRoutes(site: Site, call: Call, path: string): Resolved {
  const known = path === '/token';
  return {
    route: known ? 'entra.identity' : 'entra.other',
    tenant: operatorTenant.id,
    continued: false,
    answer: () => (known ? giveToken(site, call) : refused(404, 'There is nothing here.')),
  };
}

function giveToken(site: Site, call: Call): Reply {
  if (call.method !== 'GET') return refused(405, 'Only GET is answered here.');
  if (call.headers['x-identity-header'] !== identityHeader)
    return refused(401, 'X-IDENTITY-HEADER is wrong.');
  const { query } = call;
  if (query.get('api-version') !== apiVersion) return refused(400, 'The api-version is not supported.');
  const resource = query.get('resource');
  if (resource === null || resource === '') return refused(400, 'The resource is missing.');
  const clientId = query.get('client_id');
  const identity = clientId === null ? null : site.identities.find(clientId);
  if (identity === null) return refused(400, 'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.'); // prettier-ignore
  const { token, notBefore, expiresOn } = site.identities.token(site, identity.clientId, resource);
  // Times as text: that is how it answers.
  return jsonReply(200, {
    access_token: token,
    client_id: identity.clientId,
    expires_on: String(expiresOn),
    not_before: String(notBefore),
    resource,
    token_type: 'Bearer',
  });
}

const refused = (statusCode: number, message: string): Reply =>
  jsonReply(statusCode, { statusCode, message });
