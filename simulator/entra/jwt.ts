import { sign, verify, type KeyObject } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;
export interface Jwt {
  readonly header: Claims;
  readonly claims: Claims;
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A signed JSON web token, RS256. `header` may replace anything, also `alg`. */
export function signJwt(claims: Claims, key: KeyObject, header: Claims): string {
  const text = `${part({ typ: 'JWT', alg: 'RS256', ...header })}.${part(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

/** A token with `alg: none` and no signature. */
export const unsignedJwt = (claims: Claims): string =>
  `${part({ typ: 'JWT', alg: 'none' })}.${part(claims)}.`;

/** Header and claims of a token whose signature nobody has looked at yet; null when it is not a token. */
export function readJwt(token: string): Jwt | null {
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  const header = readPart(parts[0] ?? '');
  const claims = readPart(parts[1] ?? '');
  return header === null || claims === null ? null : { header, claims };
}

/** Whether the token is signed with RS256 by the owner of `key`. */
export function isSignedBy(token: string, key: KeyObject): boolean {
  const end = token.lastIndexOf('.');
  if (readJwt(token)?.header['alg'] !== 'RS256') return false;
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  return verify('RSA-SHA256', Buffer.from(token.slice(0, end)), key, signature);
}

function readPart(text: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
