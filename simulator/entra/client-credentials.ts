import { jsonReply, type Reply } from '../exchange.ts';
import { isGuid } from '../seeded.ts';
import type { Site } from '../site.ts';
import type { Tenant } from '../tenant-book.ts';
import { applications, type Application } from './directory.ts';
import { entraError, refuse, type EntraRefusal } from './entra-error.ts';
import {
  applicationClaims,
  graphAudience,
  managementAudience,
  providerClaims,
  type ProviderAudience,
} from './issue-token.ts';
import { federatedRefusal } from './federated-credentials.ts';
import { readJwt } from './jwt.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Grant type client_credentials: an application's own token, with a secret or a signed assertion. */
export function clientCredentials(site: Site, form: URLSearchParams, tenant: Tenant, version: 1 | 2): Reply {
  const clientId = (form.get('client_id') ?? '').toLowerCase();
  const application = applications.find(it => it.clientId === clientId && livesIn(it, tenant));
  if (application === undefined) return entraError(site, absence(clientId, tenant));
  const bad = credentialRefusal(site, form, application, tenant);
  if (bad !== null) return entraError(site, bad);
  const resource = version === 1 ? form.get('resource') : resourceOf(form.get('scope') ?? '');
  if (resource === null) {
    return entraError(site, version === 1 ? refuse.noParameter('resource') : refuse.scopeNotDefault(form.get('scope') ?? '')); // prettier-ignore
  }
  const token = tokenFor(site, application, tenant, resource);
  if (token === null) return entraError(site, refuse.noResource(resource, tenant.name));
  const seconds = site.accessTokenSeconds;
  // The older endpoint writes its numbers as text.
  const times =
    version === 1
      ? { expires_in: String(seconds), ext_expires_in: String(seconds), resource }
      : { expires_in: seconds, ext_expires_in: seconds };
  return jsonReply(200, { token_type: 'Bearer', ...times, access_token: token });
}

function livesIn(application: Application, tenant: Tenant): boolean {
  if (application.home !== 'customers') return application.home.tenant === tenant.id;
  return tenant.sim !== null && !['absent', 'no-principal'].includes(tenant.flags.application);
}

/** Nobody consented. Entra tells it under either number; which one it chooses is not documented. */
const absence = (clientId: string, tenant: Tenant): EntraRefusal =>
  tenant.flags.application === 'no-principal'
    ? refuse.noServicePrincipal(clientId, tenant.id)
    : refuse.noApplication(clientId, tenant.name);

function credentialRefusal(
  site: Site,
  form: URLSearchParams,
  application: Application,
  tenant: Tenant,
): EntraRefusal | null {
  const { clientId } = application;
  if (application.home === 'customers' && tenant.flags.application === 'disabled') {
    return refuse.applicationDisabled(clientId);
  }
  const assertion = form.get('client_assertion');
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== assertionType)
      return refuse.noParameter('client_assertion_type');
    // An application's own certificate speaks for the application itself, everything else for somebody it trusts.
    if (readJwt(assertion)?.claims['iss'] !== clientId) return federatedRefusal(site, application, assertion);
    const base = `${site.url}/login/${tenant.id}`;
    const audiences = [`${base}/oauth2/v2.0/token`, `${base}/oauth2/token`, `${base}/v2.0`];
    const problem = site.assertions.problem(clientId, assertion, audiences, site.clock.base());
    return problem === null ? null : refuse.assertionBad(problem);
  }
  const secret = form.get('client_secret');
  if (secret === null) return refuse.noCredential();
  if (secret !== application.secret) return refuse.secretWrong(clientId);
  return application.home === 'customers' && tenant.flags.secret === 'expired'
    ? refuse.secretExpired(clientId)
    : null;
}

/** The resource in `<resource>/.default`; null for any other scope. */
const resourceOf = (scope: string): string | null => /^(\S+)\/\.default$/.exec(scope)?.[1] ?? null;

function tokenFor(site: Site, application: Application, tenant: Tenant, resource: string): string | null {
  const provider = providerAudience(resource);
  if (provider !== null) {
    // Only the collecting applications hold permissions at the providers.
    if (application.home !== 'customers') return null;
    return site.keys.sign(providerClaims(site, application, tenant, provider));
  }
  const client = resource.replace(/^api:\/\//, '').toLowerCase();
  return isGuid(client) ? site.keys.sign(applicationClaims(site, application, tenant.id, client)) : null;
}

function providerAudience(resource: string): ProviderAudience | null {
  const bare = resource.replace(/\/$/, '');
  return bare === graphAudience || bare === managementAudience ? bare : null;
}
