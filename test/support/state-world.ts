import { guidOf } from '../../simulator/seeded.ts';
import { stateSources, type State, type StateList } from '../../simulator/world/state.ts';
import type { World } from '../../simulator/world/world.ts';
import { contosoId, fewRecords, smallTenant, type SmallTenant } from './small-world.ts';

const principal = (name: string): object => ({
  '@odata.type': '#microsoft.graph.user',
  id: guidOf(name),
  displayName: name,
  userPrincipalName: `${name}@contoso.example`,
});
const people = ['mira', 'oskar', 'zoe', 'lena', 'aiko'];
const assigned = (list: StateList, more: object): object[] =>
  people.map(name => ({
    id: `${list}-${name}`,
    principalId: guidOf(name),
    roleDefinitionId: guidOf('role/reader'),
    directoryScopeId: '/',
    principal: principal(name),
    ...more,
  }));

const usual: Readonly<Record<StateList, readonly object[]>> = {
  roleDefinitions: ['reader', 'writer', 'keeper', 'owner', 'guest'].map(name => ({
    id: guidOf(`role/${name}`),
    displayName: name,
    isBuiltIn: false,
    rolePermissions: [{ allowedResourceActions: ['read', 'list'] }],
  })),
  roleAssignments: assigned('roleAssignments', {}),
  roleAssignmentScheduleInstances: assigned('roleAssignmentScheduleInstances', {
    assignmentType: 'Assigned',
  }),
  roleEligibilityScheduleInstances: assigned('roleEligibilityScheduleInstances', { memberType: 'Direct' }),
  conditionalAccessPolicies: ['a', 'b', 'c', 'd', 'e'].map(name => ({
    id: guidOf(`policy/${name}`),
    displayName: `Policy ${name}`,
    modifiedDateTime: '2026-09-30T14:02:51.773Z',
    state: 'enabled',
    conditions: { users: { includeUsers: ['All'], excludeUsers: [guidOf('mira'), guidOf('oskar')] } },
  })),
  namedLocations: ['a', 'b', 'c', 'd', 'e'].map(name => ({
    id: guidOf(`place/${name}`),
    displayName: `Place ${name}`,
    modifiedDateTime: '2026-09-30T14:02:51.773Z',
    ipRanges: [{ cidrAddress: '192.0.2.0/24' }],
  })),
  userRegistrationDetails: people.map(name => ({
    id: guidOf(name),
    userPrincipalName: `${name}@contoso.example`,
    userDisplayName: name,
    isMfaRegistered: true,
    methodsRegistered: ['mobilePhone', 'microsoftAuthenticatorPush'],
    lastUpdatedDateTime: '2026-10-05T04:11:32.620Z',
  })),
};

/** Five things in every list; `change` makes them others from some time on. */
export const fiveThings =
  (
    change: (list: StateList, things: readonly object[], asOf: number) => readonly object[] = (_, all) => all,
  ): State =>
  (list, asOf) =>
    change(list, usual[list], asOf).map(thing => JSON.stringify(thing));

/** Contoso alone, with the sources that tell how things are. */
export function stateWorld(state: State = fiveThings(), has: Partial<SmallTenant> = fewRecords): World {
  const tenant = smallTenant(contosoId, 'Contoso', 'contoso.example', has);
  const stateful = Object.keys(stateSources);
  return { seed: 7, tenants: [{ ...tenant, sources: [...tenant.sources, ...stateful], state }] };
}
