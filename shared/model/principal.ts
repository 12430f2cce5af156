import { z } from 'zod';

/**
 * Who calls, as a checked token says. The identity is `tid` and `oid`; `name` is for display, and nothing is
 * ever decided on it.
 */
export interface Principal {
  readonly kind: 'user' | 'app';
  /** The tenant that issued the token: a lower-case GUID. */
  readonly tid: string;
  /** The person or service principal in that tenant: a lower-case GUID. */
  readonly oid: string;
  /** App roles, as assigned in the caller's tenant. */
  readonly roles: readonly string[];
  /** Delegated scopes; empty for an application. */
  readonly scopes: readonly string[];
  /** Authentication contexts the sign-in satisfied (`acrs`). */
  readonly contexts: readonly string[];
  readonly name: string | null;
}

/** `tid:oid`: the one spelling of a caller in logs, grants' decisions and operations. */
export const principalKey = (principal: Principal): string => `${principal.tid}:${principal.oid}`;

const guid = z.string().toLowerCase().pipe(z.guid());
const names = z.array(z.string().min(1));

const claimsSchema = z.object({
  tid: guid,
  oid: guid,
  scp: z.string().optional(),
  idtyp: z.string().optional(),
  roles: names.optional(),
  acrs: names.optional(),
  name: z.string().optional(),
});

/**
 * The claims of a token whose signature, issuer and times are already checked, as a principal; null when they
 * are neither a user's (`scp`) nor an application's (`idtyp` = app and `roles`).
 */
export function principalOf(claims: unknown): Principal | null {
  const read = claimsSchema.safeParse(claims);
  if (!read.success) return null;
  const { tid, oid, scp, idtyp, roles = [], acrs = [], name = null } = read.data;
  const scopes = (scp ?? '').split(' ').filter(scope => scope !== '');
  if (idtyp === 'app') {
    // An application's token never carries scp; one that does is neither, and neither is refused.
    if (scp !== undefined || roles.length === 0) return null;
    return { kind: 'app', tid, oid, roles, scopes, contexts: acrs, name };
  }
  if (scopes.length === 0) return null;
  return { kind: 'user', tid, oid, roles, scopes, contexts: acrs, name };
}
