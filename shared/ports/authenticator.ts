import type { Principal } from '../model/principal.ts';

/**
 * Who a bearer token belongs to.
 * - MUST reject with `auth.invalid` unless the token is signed by its tenant's issuer, is for us, is in time,
 *   and its tenant is known; nothing in a token is believed before its signature is checked, and no network is
 *   touched for a token of an unknown tenant.
 * - MUST reject with `auth.unavailable` when the issuer's keys cannot be read: a caller with a good token is
 *   not told that it is bad.
 */
export interface Authenticator {
  authenticate(token: string): Promise<Principal>;
}
