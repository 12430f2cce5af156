import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, mayOperate, type Known } from '../../shared/authz/decide.ts';
import { grantSchema, type Grant } from '../../shared/authz/grant.ts';
import { permissions, type Permission } from '../../shared/authz/permission.ts';
import { systemScope } from '../../shared/authz/system-scope.ts';
import type { TenantId } from '../../shared/model/ids.ts';
import type { Principal } from '../../shared/model/principal.ts';
import { contoso, fabrikam } from '../support/sample.ts';

const operator = '0e7a0000-0000-4000-8000-00000000e001';
const tailspin = '7a115000-0000-4000-8000-00000000d001' as TenantId;
const oid = '0d000000-0000-4000-8000-000000000001';

const principal = (tid: string, roles: readonly string[], over: Partial<Principal> = {}): Principal => ({
  kind: 'user', tid, oid, roles, scopes: ['access'], contexts: [], name: null, ...over,
}); // prettier-ignore
const known = (grants: readonly Grant[], over: Partial<Known> = {}): Known => ({
  operator,
  grants,
  tenants: [
    { id: contoso, state: 'active' },
    { id: fabrikam, state: 'active' },
    { id: tailspin, state: 'retired' },
  ],
  ...over,
});
const seen = (who: Principal, permission: Permission, house: Known): readonly string[] | string => {
  const decision = decide(who, permission, house);
  return decision.granted ? decision.scopes.map(scope => scope.tenantId) : decision.why;
};

describe('a customer’s token', () => {
  test('reaches its own tenant alone, whatever grants say', () => {
    const house = known([
      { principal: oid, tenants: '*' },
      { principal: 'Events.Read', tenants: '*' },
    ]);
    expect(seen(principal(contoso, ['Events.Read']), 'Events.Read', house)).toEqual([contoso]);
  });

  test('needs the role, spelled as it is', () => {
    expect(seen(principal(contoso, []), 'Events.Read', known([]))).toBe('role-missing');
    expect(seen(principal(contoso, ['events.read', 'Tenants.Manage']), 'Events.Read', known([]))).toBe(
      'role-missing',
    );
  });

  test('of a retired or unknown tenant reaches nothing', () => {
    expect(seen(principal(tailspin, ['Events.Read']), 'Events.Read', known([]))).toBe('tenant-unknown');
    expect(
      seen(principal('57a00000-0000-4000-8000-000000000057', ['Events.Read']), 'Events.Read', known([])),
    ).toBe('tenant-unknown');
  });

  test('names its owner in the scope, for the access log', () => {
    const app = decide(principal(contoso, ['Events.Read'], { kind: 'app' }), 'Events.Read', known([]));
    expect(app).toMatchObject({ granted: true, scopes: [{ tenantId: contoso, grantedTo: `app:${oid}` }] });
  });
});

describe('the operator’s token', () => {
  const reader = principal(operator, ['Events.Read', 'Tenants.Manage']);

  test('reaches nothing without a grant, and nothing with a grant but no role', () => {
    expect(seen(reader, 'Events.Read', known([]))).toEqual([]);
    expect(seen(principal(operator, []), 'Events.Read', known([{ principal: oid, tenants: '*' }]))).toBe(
      'role-missing',
    );
  });

  test('reaches what a grant to the person names, retired tenants included', () => {
    const house = known([{ principal: oid, tenants: [fabrikam, tailspin] }]);
    expect(seen(reader, 'Events.Read', house)).toEqual([fabrikam, tailspin]);
    expect(
      seen(
        principal(operator, ['Events.Read'], { oid: '0d000000-0000-4000-8000-000000000002' }),
        'Events.Read',
        house,
      ),
    ).toEqual([]);
  });

  test('a grant to a role widens that permission alone', () => {
    const house = known([
      { principal: 'Tenants.Manage', tenants: '*' },
      { principal: 'Events.Read', tenants: [contoso] },
    ]);
    expect(seen(reader, 'Events.Read', house)).toEqual([contoso]);
    expect(seen(reader, 'Tenants.Manage', house)).toEqual([contoso, fabrikam, tailspin]);
  });

  test('a grant cannot name a tenant into being', () => {
    const nowhere = '57a00000-0000-4000-8000-000000000057' as TenantId;
    expect(seen(reader, 'Events.Read', known([{ principal: oid, tenants: [nowhere] }]))).toEqual([]);
  });
});

test('whoever calls, with whatever roles and grants: no scope outside the caller’s tenant unless the operator’s grant names it', () => {
  const tenantIds = [contoso, fabrikam, tailspin];
  const grants = fc.array(
    fc.record({
      principal: fc.constantFrom(oid, ...permissions),
      tenants: fc.oneof(fc.constant('*' as const), fc.subarray(tenantIds)),
    }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...tenantIds, operator),
      fc.subarray([...permissions]),
      fc.constantFrom(...permissions),
      grants,
      (tid, roles, permission, given) => {
        const decision = decide(principal(tid, roles), permission, known(given));
        if (!decision.granted) return;
        expect(roles).toContain(permission);
        for (const { tenantId } of decision.scopes) {
          const named = given.some(
            grant =>
              (grant.principal === oid || grant.principal === permission) &&
              (grant.tenants === '*' || grant.tenants.includes(tenantId)),
          );
          expect(tid === operator ? named : tenantId === tid).toBe(true);
        }
      },
    ),
  );
});

test('operating the installation is for the operator; where there is none, for the tenant’s own', () => {
  const admin = principal(contoso, ['Tenants.Manage']);
  expect(mayOperate(admin, 'Tenants.Manage', known([]))).toBe(false);
  expect(mayOperate(admin, 'Tenants.Manage', known([], { operator: null }))).toBe(true);
  expect(mayOperate(principal(operator, ['Tenants.Manage']), 'Tenants.Manage', known([]))).toBe(true);
  expect(mayOperate(principal(operator, ['Events.Read']), 'Tenants.Manage', known([]))).toBe(false);
});

test('a system scope says what for', () => {
  expect(systemScope(contoso, 'index')).toMatchObject({ tenantId: contoso, grantedTo: 'system:index' });
});

describe('a grant as written', () => {
  test.each([
    [
      { principal: 'Events.Read', tenants: ['*'] },
      { principal: 'Events.Read', tenants: '*' },
    ],
    [
      { principal: oid.toUpperCase(), tenants: [contoso.toUpperCase()] },
      { principal: oid, tenants: [contoso] },
    ],
    [
      { principal: oid, tenants: '*' },
      { principal: oid, tenants: '*' },
    ],
  ])('%j', (written, read) => {
    expect(grantSchema.parse(written)).toEqual(read);
  });

  test.each([
    { principal: 'Events.Reed', tenants: '*' },
    { principal: 'mira.holt@contoso.example', tenants: '*' },
    { principal: oid, tenants: ['contoso'] },
    { principal: oid, tenants: ['*', contoso] },
    { principal: oid },
    { principal: oid, tenants: '*', role: 'Events.Read' },
  ])('%j is refused', written => {
    expect(grantSchema.safeParse(written).success).toBe(false);
  });
});
