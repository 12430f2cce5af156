import { describe, expect, test } from 'vitest';
import type { Entity, EntityKind } from '../../shared/model/event.ts';
import type { OperationClass } from '../../shared/sources/_kit/entra-operation.ts';
import { permissionTold, policyChange } from '../../shared/sources/entra.directory-audits/changes.ts';

describe('the change of a policy', () => {
  const of = (displayName: string, before: object | null, after: object | null) =>
    policyChange(
      {
        activityDateTime: '2026-10-05T09:12:44Z',
        targetResources: [
          {
            modifiedProperties: [
              { displayName, oldValue: JSON.stringify(before), newValue: JSON.stringify(after) },
            ],
          },
        ],
      },
      'Update conditional access policy',
    );
  const policy = 'ConditionalAccessPolicy';
  const [on, off] = [{ state: 'enabled' }, { state: 'disabled' }];
  const excluding = (...excludeUsers: string[]) => ({ ...on, conditions: { users: { excludeUsers } } });
  const asking = (...builtInControls: string[]) => ({ grantControls: { operator: 'OR', builtInControls } });
  test.each([
    [
      'a control spelled as the log does',
      asking('MFA'),
      asking('Block'),
      '; grantControls.builtInControls: + Block, − MFA',
      false,
    ],
    [
      'that nothing is asked for',
      asking('MFA'),
      on,
      '; grantControls.builtInControls: − MFA; grantControls.operator: OR → nothing; state: nothing → enabled',
      true,
    ],
    ['a state', on, off, '; state: enabled → disabled', true],
    ['another state', off, on, '; state: disabled → enabled', false],
    ['whom it leaves out', excluding(), excluding('u'), '; conditions.users.excludeUsers: + u', true],
    ['whom it left out', excluding('u'), excluding(), '; conditions.users.excludeUsers: − u', false],
  ])('%s is told, and whether it is weaker', (_, before, after, told, isWeaker) => {
    expect(of(policy, before, after)).toEqual({ told, isWeaker });
  });
  test.each([
    ['the same', policy, on, on],
    ['only when it was saved', policy, { ...on, modifiedDateTime: 'a' }, { ...on, modifiedDateTime: 'b' }],
    ['one that is new', policy, null, on],
    ['one that is gone', policy, on, null],
    ['another thing’s', 'Subscription', on, off],
  ])('and not %s', (_, name, before, after) => {
    expect(of(name, before, after)).toBeNull();
  });
});

describe('what an application may do', () => {
  const operation = (category: OperationClass['category'], klass = 3005) =>
    ({ category, severity: 'medium', ocsf: { class: klass, activity: 1 } }) as OperationClass;
  const one = (kind: EntityKind, name: string | null): Entity => ({ kind, id: 'i', name, address: null });
  const app = one('application', 'Payroll');
  const roles = ['a', 'b', 'c', 'd'].map(name => one('role', name));
  test('is told by the first names, where a sentence of the first targets does not', () => {
    expect(permissionTold(operation('application'), [one('role', 'first'), app, ...roles])).toBe(
      '; permission a, b, c',
    );
  });
  test.each([
    ['of a directory', operation('directory'), [app, app, ...roles]],
    ['of another class', operation('application', 3004), [app, app, ...roles]],
    ['of two targets', operation('application'), [app, ...roles.slice(0, 1)]],
    ['without names', operation('application'), [app, app, one('role', null)]],
  ])('is not, %s', (_, known, targets) => {
    expect(permissionTold(known, targets)).toBe('');
  });
});
