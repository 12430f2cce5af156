import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { AppError } from '../../kernel/errors.ts';
import { isTenantId, type TenantId } from '../../model/ids.ts';
import { principalOf, type Principal } from '../../model/principal.ts';
import type { Authenticator } from '../../ports/authenticator.ts';
import type { Clock } from '../../ports/clock.ts';
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts';

/** Entra's access tokens stay far below this; a longer one is refused unread. */
const maxTokenLength = 16_384;
const skewSeconds = 60;

export interface EntraTokenCheckOptions {
  readonly clock: Clock;
  /** `https://login.microsoftonline.com`, or the simulator's; without a trailing slash. */
  readonly loginUrl: string;
  /** Our application (client) id: the only audience accepted. */
  readonly clientId: string;
  /** Whether tokens of this tenant are accepted at all: a customer, or the operator. */
  knownTenant(tenantId: TenantId): Promise<boolean>;
}

/**
 * Checks a caller's access token ourselves, the same way on every host: v2.0, RS256 only, signed by a key of
 * exactly the issuer of the tenant it names, for our client id, in time by our clock (60 s skew), a user's with
 * `scp` or an application's with `idtyp` and `roles`.
 * Throws `auth.invalid` with a sentence for whoever made the token; `auth.unavailable` when keys cannot be read.
 */
export function createEntraTokenCheck(options: EntraTokenCheckOptions): Authenticator {
  const keys = createIssuerKeys({
    clock: options.clock,
    keysUrl: tenantId => `${options.loginUrl}/${tenantId}/discovery/v2.0/keys`,
  });
  return {
    async authenticate(token) {
      const tenantId = await claimedTenant(token, options);
      const claims = await verified(token, tenantId, options, keys);
      return principal(claims);
    },
  };
}

/**
 * The tenant a token says it is from, checked to be one we know. Read before the signature, because it names
 * whose keys to ask for; nothing else of the token is used.
 */
async function claimedTenant(token: string, options: EntraTokenCheckOptions): Promise<TenantId> {
  if (token.length > maxTokenLength) throw refused('The bearer token is too long to be an access token.');
  let header: { alg?: string; kid?: string };
  let claims: JWTPayload;
  try {
    header = decodeProtectedHeader(token);
    claims = decodeJwt(token);
  } catch {
    throw refused(
      'The bearer token is not a JSON Web Token. Send the access token as the sign-in service gave it.',
    );
  }
  if (header.alg !== 'RS256' || typeof header.kid !== 'string') {
    throw refused('The token must be signed with RS256 by a key its header names.');
  }
  const { tid } = claims;
  if (typeof tid !== 'string' || !isTenantId(tid)) throw refused('The token names no tenant (tid).');
  if (claims['ver'] !== '2.0') {
    throw refused(
      'Only v2.0 access tokens are accepted. Set requestedAccessTokenVersion to 2 in the app registration.',
    );
  }
  if (!(await options.knownTenant(tid))) {
    throw refused('The token is from a tenant that is not set up here. Ask the operator to add it.');
  }
  return tid;
}

async function verified(
  token: string,
  tenantId: TenantId,
  options: EntraTokenCheckOptions,
  keys: IssuerKeys,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(
      token,
      async header => {
        const key = await keys.find(tenantId, header);
        if (key === null) throw refused('The token is signed with a key its issuer does not publish.');
        return key;
      },
      {
        algorithms: ['RS256'],
        audience: options.clientId,
        issuer: `${options.loginUrl}/${tenantId}/v2.0`,
        currentDate: new Date(options.clock.now()),
        clockTolerance: skewSeconds,
        requiredClaims: ['exp', 'nbf', 'tid', 'oid'],
      },
    );
    return payload;
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError) throw refused(reasonOf(thrown));
    throw thrown;
  }
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired. Sign in again.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud')
      return 'The token is for another application. Ask for one with this API’s client id.';
    if (error.claim === 'iss') return 'The token’s issuer is not the sign-in service of its tenant.';
    if (error.claim === 'nbf')
      return 'The token is not valid yet. Check the clock of the machine that asked for it.';
    return `The token’s ${error.claim} claim is missing or wrong.`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The token’s signature is wrong.';
  return 'The token cannot be verified. Send the access token as the sign-in service gave it.';
}

function principal(claims: JWTPayload): Principal {
  const found = principalOf(claims);
  if (found !== null) return found;
  throw refused(
    'The token is neither a user’s (scp) nor an application’s (idtyp=app with roles). Ask for an access token with this API’s scope, and add the optional claim idtyp to the app registration.',
  );
}

function refused(message: string): AppError {
  return new AppError('auth.invalid', 'give-up', message);
}
