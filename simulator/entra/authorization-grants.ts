import { randomBytes } from 'node:crypto';
import type { Persona } from './directory.ts';

export interface CodeGrant {
  readonly persona: Persona;
  readonly client: string;
  readonly redirect: string;
  /** base64url(sha-256(verifier)). */
  readonly challenge: string;
  readonly scope: string;
  readonly nonce: string | null;
  /** Base clock, ms. */
  readonly issuedAt: number;
}
export type RefreshGrant = Pick<CodeGrant, 'persona' | 'client' | 'scope'>;

export interface AuthorizationGrants {
  issueCode(grant: CodeGrant): string;
  /** The grant behind a code, once. */
  redeemCode(code: string): CodeGrant | 'unknown' | 'spent';
  issueRefresh(grant: RefreshGrant): string;
  /** A refresh token may be used again: Entra hands out a new one and leaves the old one valid. */
  findRefresh(token: string): RefreshGrant | null;
}

const most = 10_000;

/** Codes and refresh tokens, in memory; the oldest go first when there are too many. */
export function authorizationGrants(): AuthorizationGrants {
  const codes = new Map<string, CodeGrant | 'spent'>();
  const refreshes = new Map<string, RefreshGrant>();
  return {
    issueCode: grant => keep(codes, '0.', grant),
    redeemCode(code) {
      const found = codes.get(code);
      if (found === undefined) return 'unknown';
      codes.set(code, 'spent');
      return found;
    },
    issueRefresh: grant => keep(refreshes, '1.', grant),
    findRefresh: token => refreshes.get(token) ?? null,
  };
}

function keep<T>(into: Map<string, T>, prefix: string, value: T): string {
  const oldest = into.keys().next();
  if (into.size >= most && oldest.done !== true) into.delete(oldest.value);
  const token = prefix + randomBytes(32).toString('base64url');
  into.set(token, value);
  return token;
}
