import { z } from 'zod';
import { tenantIdSchema, type TenantId } from '../model/ids.ts';
import type { Principal } from '../model/principal.ts';
import { isPermission, permissions, type Permission } from './permission.ts';

/**
 * Which customers somebody in the operator's tenant may see. A grant widens nothing else: the caller still
 * needs the permission as a role in the token. `principal` is
 * - an object id (oid): one person or application, for every permission they hold;
 * - a role: whoever holds it, for that permission only. Somebody with Events.Read everywhere does not manage
 *   tenants everywhere because of it.
 */
export interface Grant {
  readonly principal: string;
  readonly tenants: '*' | readonly TenantId[];
}

/** A grant as an operator writes it: `{ "principal": "Events.Read", "tenants": ["*"] }`. */
export const grantSchema: z.ZodType<Grant> = z.strictObject({
  principal: z.union([z.enum(permissions), z.string().toLowerCase().pipe(z.guid())], {
    error: 'expected an object id (a GUID) or a role such as Events.Read',
  }),
  tenants: z.union([
    z.literal('*'),
    z.tuple([z.literal('*')]).transform(() => '*' as const),
    z.array(tenantIdSchema),
  ]),
});

/** Whether a grant speaks of this principal exercising this permission. */
export function grantApplies(grant: Grant, principal: Principal, permission: Permission): boolean {
  if (isPermission(grant.principal)) return grant.principal === permission;
  return grant.principal.toLowerCase() === principal.oid;
}
