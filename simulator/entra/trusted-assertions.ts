import { createPublicKey, type KeyObject } from 'node:crypto';
import { isSignedBy, readJwt } from './jwt.ts';

/** The certificates registered for applications that prove themselves with a signed assertion. */
export interface TrustedAssertions {
  /** Registers a public key (PEM) for an application. Throws on what is not one. */
  trust(clientId: string, publicKeyPem: string): void;
  /** Why the assertion does not prove that its bearer is the application; null when it does. */
  problem(clientId: string, assertion: string, audiences: readonly string[], nowMs: number): string | null;
}

export function trustedAssertions(): TrustedAssertions {
  const keys = new Map<string, KeyObject[]>();
  return {
    trust(clientId, publicKeyPem) {
      keys.set(clientId, [...(keys.get(clientId) ?? []), createPublicKey(publicKeyPem)]);
    },
    problem(clientId, assertion, audiences, nowMs) {
      const claims = readJwt(assertion)?.claims;
      if (claims === undefined) return 'It is not a signed JWT.';
      if (!(keys.get(clientId) ?? []).some(key => isSignedBy(assertion, key))) {
        return 'The certificate used to sign it is not registered on the application.';
      }
      if (claims['iss'] !== clientId || claims['sub'] !== clientId)
        return 'iss and sub must be the client id.';
      if (typeof claims['aud'] !== 'string' || !audiences.includes(claims['aud'])) {
        return 'aud must be the token endpoint.';
      }
      const [now, exp, nbf] = [nowMs / 1_000, claims['exp'], claims['nbf']];
      if (typeof exp !== 'number' || exp <= now) return 'It is expired.';
      if (typeof nbf === 'number' && nbf > now + 300) return 'It is not valid yet.';
      return null;
    },
  };
}
