import { createHmac } from 'node:crypto';
import type { Site } from '../site.ts';
import { applications, findPersona, productClientId } from './directory.ts';
import { applicationClaims, userClaims } from './issue-token.ts';
import { signJwt, unsignedJwt, type Claims } from './jwt.ts';

/** What can be wrong with a token, each as a checker would meet it. */
export const tokenFlaws = [
  'wrong-audience',
  'expired',
  'not-yet-valid',
  'other-key',
  'unknown-key-id',
  'alg-none',
  'hmac-with-public-key',
  'tampered',
  'other-issuer',
  'issuer-of-another-tenant',
  'version-1',
  'no-tid',
  'no-oid',
  'no-expiry',
] as const;
export type TokenFlaw = (typeof tokenFlaws)[number];
export const isTokenFlaw = (text: string): text is TokenFlaw => tokenFlaws.some(flaw => flaw === text);

export interface MintRequest {
  /** A persona's hint, or the client id of a known application with a tenant of its own. */
  readonly as: string;
  /** Default: the product's client id. */
  readonly audience?: string;
  readonly flaw?: TokenFlaw;
  /** Replace claims of the token; undefined removes one. */
  readonly claims?: Claims;
}

/** A token for tests: a good one, or one with exactly one thing wrong. Throws for an unknown persona. */
export function mintToken(
  site: Site,
  { as, audience = productClientId, flaw, claims = {} }: MintRequest,
): string {
  const good = { ...claimsOf(site, as, audience), ...claims };
  return flaw === undefined ? site.keys.sign(good) : signFlawed(site, good, flaw);
}

/** A token of these claims with exactly one thing wrong. */
export function signFlawed(site: Site, good: Claims, flaw: TokenFlaw): string {
  const { newest, stranger } = site.keys;
  const sign = (changed: Claims): string => site.keys.sign({ ...good, ...changed });
  const now = Math.floor(site.clock.base() / 1_000);
  switch (flaw) {
    case 'wrong-audience':
      return sign({ aud: '00000000-0000-4000-8000-0000000bad00' });
    case 'expired':
      return sign({ iat: now - 7_200, nbf: now - 7_200, exp: now - 3_600 });
    case 'not-yet-valid':
      return sign({ nbf: now + 3_600, exp: now + 7_200 });
    case 'other-key':
      return signJwt(good, stranger.privateKey, { kid: newest.id });
    case 'unknown-key-id':
      return signJwt(good, stranger.privateKey, { kid: stranger.id });
    case 'alg-none':
      return unsignedJwt(good);
    case 'hmac-with-public-key':
      return signedWithHmac(good, newest.id, newest.publicKey.export({ type: 'spki', format: 'pem' }));
    case 'tampered':
      return tampered(sign({}));
    case 'other-issuer':
      return sign({ iss: `https://issuer.example/${String(good['tid'])}/v2.0` });
    case 'issuer-of-another-tenant':
      return sign({ iss: `${site.url}/login/00000000-0000-4000-8000-0000000bad00/v2.0` });
    case 'version-1':
      return sign({ ver: '1.0', iss: `https://sts.windows.net/${String(good['tid'])}/` });
    case 'no-tid':
      return sign({ tid: undefined });
    case 'no-oid':
      return sign({ oid: undefined, sub: undefined });
    case 'no-expiry':
      return sign({ exp: undefined });
  }
}

function claimsOf(site: Site, as: string, audience: string): Claims {
  const persona = findPersona(as);
  if (persona !== null) return userClaims(site, persona, audience, audience);
  const application = applications.find(({ clientId }) => clientId === as);
  if (application !== undefined && application.home !== 'customers') {
    return applicationClaims(site, application, application.home.tenant, audience);
  }
  throw new Error(`There is no persona and no application with a tenant of its own called ${as}.`);
}

/** The classic confusion: a checker that takes the algorithm from the header uses the public key as a secret. */
function signedWithHmac(claims: Claims, kid: string, publicKey: string | Buffer): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ typ: 'JWT', alg: 'HS256', kid })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', publicKey).update(text).digest('base64url')}`;
}

/** A good token whose claims were edited after signing: all roles for whoever holds it. */
function tampered(token: string): string {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const read: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const more =
    typeof read === 'object' ? { ...read, roles: ['Events.Read', 'Tenants.Manage'], uti: 'edited' } : {};
  return `${header}.${Buffer.from(JSON.stringify(more)).toString('base64url')}.${signature}`;
}
