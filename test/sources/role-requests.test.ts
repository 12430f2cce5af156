import { describe, expect, test } from 'vitest';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import { entraRoleAssignments } from '../../shared/sources/entra.role-assignments/source.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { readEvent } from '../support/read-event.ts';

const said = (record: object): NormalizedEvent =>
  readEvent(entraRoleAssignments as Source, {
    id: 'r1',
    createdDateTime: '2026-10-05T09:00:00Z',
    roleDefinitionId: '62e90394-69f5-4237-9190-012177145e10',
    directoryScopeId: '/',
    ...record,
  }).event;
const mira = {
  principalId: '00000001-0000-4000-8000-000000000002',
  principal: { '@odata.type': '#microsoft.graph.user', userPrincipalName: 'mira@contoso.example' },
};

describe('a request for a role', () => {
  test.each([
    ['adminAssign', 'Provisioned', 'success', 'mira@contoso.example was given the role Global Administrator'],
    [
      'adminAssign',
      'PendingApproval',
      'unknown',
      'mira@contoso.example was to be given the role Global Administrator: PendingApproval',
    ],
    ['adminRemove', 'Revoked', 'success', 'mira@contoso.example no longer has the role Global Administrator'],
    [
      'adminRemove',
      'Failed',
      'failure',
      'mira@contoso.example was to lose the role Global Administrator, failed',
    ],
    [
      'selfActivate',
      'AdminDenied',
      'failure',
      'mira@contoso.example asked to activate the role Global Administrator, failed: AdminDenied',
    ],
    [
      'selfDeactivate',
      'PendingRevocation',
      'unknown',
      'mira@contoso.example asked to deactivate the role Global Administrator: PendingRevocation',
    ],
  ])('%s that is %s is %s, and its sentence says so', (action, status, outcome, summary) => {
    const event = said({ ...mira, action, status, justification: 'Change 7' });
    expect(event).toMatchObject({
      outcome,
      summary,
      reason: outcome === 'success' ? 'Change 7' : `${status}: Change 7`,
    });
  });
  test.each([
    ['selfActivate', 'Role activation added'],
    ['selfDeactivate', 'Role activation removed'],
  ])('%s is made by whoever it is for', (action, operation) => {
    const event = said({ ...mira, action, status: 'Provisioned' });
    expect(event).toMatchObject({
      operation,
      actor: { kind: 'user', address: 'mira@contoso.example' },
    });
  });
});

describe('who has a role', () => {
  test.each([
    ['agentIdentity', 'application'],
    ['agentIdentityBlueprintPrincipal', 'application'],
    ['agentUser', 'user'],
  ])('%s is of kind %s', (type, kind) => {
    const principal = { '@odata.type': `#microsoft.graph.${type}`, displayName: 'Housekeeper' };
    expect(said({ principalId: 'p1', principal }).targets[0]).toMatchObject({ kind, id: 'p1' });
  });
  test('an assignment of the API before this one is no role', () => {
    const event = said({
      subjectId: 's1',
      resourceId: 't1',
      memberType: 'Direct',
      assignmentState: 'Eligible',
    });
    expect(event.operation).toBe('Role eligibility added');
    expect(event.targets.map(({ kind, id }) => [kind, id])).toEqual([
      ['other', 's1'],
      ['role', '62e90394-69f5-4237-9190-012177145e10'],
    ]);
    expect(said({ subjectId: 's1', assignmentState: 'Active', memberType: 'Direct' }).operation).toBe(
      'Role assignment schedule added',
    );
  });
  test('an assignment over several scopes names them', () => {
    const event = said({
      principalIds: ['p1', 'p2'],
      directoryScopeId: undefined,
      directoryScopeIds: ['/', '/administrativeUnits/u1'],
      appScopeIds: ['/a1'],
    });
    expect(event.targets.map(({ id }) => id)).toEqual([
      'p1',
      'p2',
      '62e90394-69f5-4237-9190-012177145e10',
      '/administrativeUnits/u1',
      '/a1',
    ]);
  });
});
