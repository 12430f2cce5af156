import { decide, type Known } from '../authz/decide.ts';
import type { Permission } from '../authz/permission.ts';
import { AppError } from '../kernel/errors.ts';
import { isTenantId } from '../model/ids.ts';
import type { Principal } from '../model/principal.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Profile } from '../ports/profile.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Owner, RouteSpec } from './contract/route-spec.ts';

/** What is known of the house for one caller: of a customer's people, their own tenant suffices. */
export async function knownFor(deps: ApiDeps, principal: Principal): Promise<Known> {
  const { operator, grants } = deps;
  const registered =
    principal.tid === operator ? await deps.profile.tenants.list() : await own(deps, principal);
  const tenants = registered.map(({ value }) => ({ id: value.id, state: value.state }));
  return { operator, grants, tenants };
}

async function own(deps: ApiDeps, { tid }: Principal): Promise<readonly { readonly value: Tenant }[]> {
  const found = isTenantId(tid) ? await deps.profile.tenants.get(tid) : null;
  return found === null ? [] : [found];
}

/**
 * The tenants this call may touch: one for a route over one tenant, any number for a route over the caller's,
 * none for a route over the system.
 * Throws `auth.denied` where the role is missing, `not-found` for a thing or tenant that is not the caller's:
 * whether somebody else has it is none of their business.
 */
export async function authorize(
  deps: ApiDeps,
  spec: RouteSpec,
  principal: Principal,
  known: Known,
  input: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
): Promise<readonly TenantScope[]> {
  if (spec.needs === 'nobody' || spec.needs === 'signed-in') return [];
  const scopes = scopesFor(principal, spec.needs, known);
  if (spec.over === 'system') return [];
  if (spec.over === 'my-tenants')
    return narrowed(scopes, textAt(input.query, 'tenant') ?? textAt(input.body, 'tenant'));
  const id = textAt(input.params, 'id') ?? '';
  const owner =
    spec.owner === 'path' ? find(scopes, id) : await ownerOf(deps.profile, spec.owner, id, scopes);
  if (owner === undefined) throw notFound(spec.owner);
  return [owner];
}

function scopesFor(principal: Principal, needs: Permission, known: Known): readonly TenantScope[] {
  const decision = decide(principal, needs, known);
  if (decision.granted) return decision.scopes;
  if (decision.why === 'role-missing') {
    throw new AppError(
      'auth.denied',
      'give-up',
      `This needs the app role ${needs}. Ask an administrator of your tenant to assign it, then sign in again.`,
      { facts: { needs } },
    );
  }
  throw new AppError(
    'auth.denied',
    'give-up',
    'Your tenant is not looked after here any more. Ask the operator.',
  );
}

const find = (scopes: readonly TenantScope[], id: string): TenantScope | undefined =>
  scopes.find(scope => scope.tenantId === id);

function narrowed(scopes: readonly TenantScope[], tenant: string | undefined): readonly TenantScope[] {
  if (tenant === undefined) return scopes;
  const scope = find(scopes, tenant);
  if (scope === undefined) throw notFound('path', 'tenant');
  return [scope];
}

/** Asks each tenant the caller may see, a few at a time; nothing of another tenant's store is read. */
async function ownerOf(
  profile: Profile,
  owner: Exclude<Owner, 'path'>,
  id: string,
  scopes: readonly TenantScope[],
): Promise<TenantScope | undefined> {
  const atOnce = 16;
  for (let from = 0; from < scopes.length; from += atOnce) {
    const some = scopes.slice(from, from + atOnce);
    const held = await Promise.all(some.map(scope => holds(profile, owner, scope, id)));
    const hit = some.find((_, index) => held[index] === true);
    if (hit !== undefined) return hit;
  }
  return undefined;
}

async function holds(
  profile: Profile,
  owner: Exclude<Owner, 'path'>,
  scope: TenantScope,
  id: string,
): Promise<boolean> {
  if (owner === 'event') return (await profile.events.get(scope, id)) !== null;
  if (owner === 'run') return (await profile.runs.get(scope, id)) !== null;
  return (await profile.operations.get(scope, id)) !== null;
}

function notFound(owner: Owner, target = 'id'): AppError {
  const thing = owner === 'path' ? 'tenant' : owner;
  return new AppError('not-found', 'give-up', `There is no such ${thing} among what you may see.`, {
    target,
  });
}

function textAt(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'string' ? found : undefined;
}
