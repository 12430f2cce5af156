import { jsonReply, type Reply } from '../exchange.ts';
import type { Site } from '../site.ts';

/** One AADSTS refusal: what Entra answers, with its number. */
export interface EntraRefusal {
  readonly status: 400 | 401;
  readonly error: string;
  readonly code: number;
  readonly text: string;
}

const refusal = (status: 400 | 401, error: string, code: number, text: string): EntraRefusal => ({
  status,
  error,
  code,
  text,
});

const isoSeconds = (seconds: number): string => new Date(seconds * 1_000).toISOString();

/** The refusals the simulator knows. Codes and error names as in the fact sheet; texts are for people. */
export const refuse = {
  noTenant: (tenant: string) =>
    refusal(400, 'invalid_request', 90002, `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`), // prettier-ignore
  noParameter: (name: string) =>
    refusal(
      400,
      'invalid_request',
      900144,
      `The request body must contain the following parameter: '${name}'.`,
    ),
  grantUnsupported: (grant: string) =>
    refusal(400, 'unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`),
  noApplication: (client: string, tenant: string) =>
    refusal(400, 'unauthorized_client', 700016, `Application with identifier '${client}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`), // prettier-ignore
  applicationDisabled: (client: string) =>
    refusal(400, 'unauthorized_client', 7000112, `Application '${client}' is disabled.`),
  noCredential: () =>
    refusal(401, 'invalid_client', 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."), // prettier-ignore
  secretWrong: (client: string) =>
    refusal(401, 'invalid_client', 7000215, `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client}'.`), // prettier-ignore
  secretExpired: (client: string) =>
    refusal(
      401,
      'invalid_client',
      7000222,
      `The provided client secret keys for app '${client}' are expired.`,
    ),
  assertionBad: (why: string) =>
    refusal(401, 'invalid_client', 700027, `The client assertion is not valid. ${why}`),
  noServicePrincipal: (client: string, tenant: string) =>
    refusal(401, 'invalid_client', 7000229, `The client application ${client} is missing service principal in the tenant ${tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`), // prettier-ignore
  noFederatedCredential: (name: string) =>
    refusal(401, 'invalid_client', 70025, `The client '${name}' has no configured federated identity credentials.`), // prettier-ignore
  noFederatedMatch: (code: 700211 | 700212 | 700213, what: string, value: string) =>
    refusal(401, 'invalid_client', code, `No matching federated identity record found for presented assertion ${what} '${value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`), // prettier-ignore
  subjectCaseDiffers: (subject: string) =>
    refusal(401, 'invalid_client', 7002138, `No matching federated identity record found for presented assertion subject '${subject}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison.`), // prettier-ignore
  issuerElsewhere: (issuer: string) =>
    refusal(401, 'invalid_client', 700236, `Entra ID tokens issued by issuer '${issuer}' may not be used for federated identity credential flows for applications or managed identities registered in this tenant.`), // prettier-ignore
  federatedKeyUnknown: (kid: string, issuer: string) =>
    refusal(401, 'invalid_client', 7000272, `The certificate with identifier ${kid} used to sign the federated credential could not be found in the metadata of identity provider ${issuer}.`), // prettier-ignore
  assertionOutOfTime: (now: number, from: number, to: number) =>
    refusal(401, 'invalid_client', 700024, `Client assertion is not within its valid time range. Current time: ${isoSeconds(now)}, assertion valid from ${isoSeconds(from)}, expiry time of assertion ${isoSeconds(to)}.`), // prettier-ignore
  scopeNotDefault: (scope: string) =>
    refusal(400, 'invalid_scope', 1002012, `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`), // prettier-ignore
  noResource: (resource: string, tenant: string) =>
    refusal(400, 'invalid_resource', 500011, `The resource principal named ${resource} was not found in the tenant named ${tenant}.`), // prettier-ignore
  codeUnknown: () =>
    refusal(400, 'invalid_grant', 9002313, 'Invalid request. Request is malformed or invalid.'),
  codeSpent: () =>
    refusal(400, 'invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.'), // prettier-ignore
  codeExpired: () =>
    refusal(400, 'invalid_grant', 70008, 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.'), // prettier-ignore
  verifierWrong: () =>
    refusal(400, 'invalid_grant', 501481, 'The Code_Verifier does not match the code_challenge supplied in the authorization request.'), // prettier-ignore
  redirectDiffers: () =>
    refusal(400, 'invalid_grant', 500112, 'The reply address does not match the reply address provided when requesting the authorization code.'), // prettier-ignore
  grantOfAnother: () =>
    refusal(400, 'invalid_grant', 700005, 'Provided Authorization Code or refresh token is intended to be used by another application.'), // prettier-ignore
  redirectUnknown: (address: string) =>
    refusal(400, 'invalid_request', 50011, `The redirect URI '${address}' specified in the request does not match the redirect URIs configured for the application.`), // prettier-ignore
  noChallenge: () =>
    refusal(400, 'invalid_request', 9002325, 'Proof Key for Code Exchange is required: send code_challenge with code_challenge_method S256.'), // prettier-ignore
  responseTypeUnsupported: (type: string) =>
    refusal(
      400,
      'unsupported_response_type',
      700051,
      `response_type '${type}' is not enabled for the application.`,
    ),
  noPersonaHere: (hint: string, tenant: string) =>
    refusal(400, 'interaction_required', 50020, `User account '${hint}' does not exist in tenant '${tenant}' and cannot access the application in that tenant.`), // prettier-ignore
  signInNeeded: () =>
    refusal(400, 'login_required', 50058, 'A silent sign-in request was sent but no user is signed in.'),
} as const;

/** `2026-10-05 08:12:44Z`, as Entra writes times in errors. */
const entraTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`;

/** The sentence with number, ids and time that stands in bodies and redirects. */
export function refusalText(site: Site, it: EntraRefusal, traceId: string, correlationId: string): string {
  const time = entraTime(site.clock.base());
  return `AADSTS${it.code}: ${it.text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${time}`;
}

/** A refusal as the token endpoint answers it. */
export function entraError(site: Site, it: EntraRefusal): Reply {
  const traceId = site.nextId();
  const correlationId = site.nextId();
  return jsonReply(it.status, {
    error: it.error,
    error_description: refusalText(site, it, traceId, correlationId),
    error_codes: [it.code],
    timestamp: entraTime(site.clock.base()),
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `${site.url}/login/error?code=${it.code}`,
  });
}
