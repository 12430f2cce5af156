import { guidOf } from '../seeded.ts';
import type { Cast } from './cast.ts';
import type { Person } from './people.ts';
import type { StateAsked, StateList } from './state.ts';
import type { Happened } from './story-state.ts';

interface RoleName {
  readonly id: string;
  readonly name: string;
}
/** Microsoft's own roles, of which every tenant has the same; the real list is longer. */
const builtIn: readonly RoleName[] = [
  { id: '62e90394-69f5-4237-9190-012177145e10', name: 'Global Administrator' },
  { id: 'e8611ab8-c189-46e8-94e1-60213ab1f814', name: 'Privileged Role Administrator' },
  { id: '194ae4cb-b126-40b2-bd5b-6091b380977d', name: 'Security Administrator' },
  { id: '5d6b6bb7-de71-4623-b4af-96380a352509', name: 'Security Reader' },
  { id: 'fe930be7-5e62-47db-91af-98c3a49a38b1', name: 'User Administrator' },
  { id: '29232cdf-9323-42fd-ade2-1d097af3e4de', name: 'Exchange Administrator' },
  { id: '729827e3-9c14-49f7-bb1b-9608f156bbb8', name: 'Helpdesk Administrator' },
  { id: '88d8e3e3-8f55-4a1e-953a-9b9898b8876b', name: 'Directory Readers' },
];
const custom = 'Password Keeper';
const day = 86_400_000;
const hour = 3_600_000;
/** A seat in eleven holds the help desk's role, whoever sits there. */
const helpdeskSeat = 11;

interface Principal {
  readonly id: string;
  readonly json: Readonly<Record<string, unknown>>;
}
interface Held {
  readonly principal: Principal;
  readonly role: RoleName;
  readonly since: number;
  readonly until: number | null;
  readonly way: 'assigned' | 'activated';
}

/** Who holds, has activated and may activate what. The same question has the same answer in any process. */
export function roleState(cast: Cast, happened: Happened | null) {
  const customRole: RoleName = { id: guidOf(`${cast.tenantId}/role/${custom}`), name: custom };
  const roles = [...builtIn, customRole];
  const role = (name: string): RoleName => roles.find(one => one.name === name) ?? customRole;
  const heldAt = (asOf: number): readonly Held[] => [
    ...standing(cast, asOf, role),
    ...(happened === null ? [] : storyRoles(cast, happened, asOf, role)),
    ...activations(cast, asOf, role),
  ];
  return (list: StateList, asOf: number, { expand }: StateAsked): readonly string[] => {
    if (list === 'roleDefinitions') return roles.map(one => definition(one, one === customRole));
    if (list === 'roleEligibilityScheduleInstances') {
      return eligible(cast, role).map(one => instance(cast, one, expand, true));
    }
    const held = heldAt(asOf);
    if (list === 'roleAssignments') return held.map(one => assignment(cast, one, expand));
    return held.map(one => instance(cast, one, expand, false));
  };
}

const longAgo = Date.UTC(2025, 2, 3, 8, 30);

function standing(cast: Cast, asOf: number, role: (name: string) => RoleName): Held[] {
  const give = (principal: Principal, name: string, since = longAgo): Held => ({
    principal, role: role(name), since, until: null, way: 'assigned',
  }); // prettier-ignore
  const { staff } = cast;
  const seats = ['Global Administrator', 'User Administrator', 'Security Reader', 'Privileged Role Administrator', 'Exchange Administrator', custom]; // prettier-ignore
  const held = seats.map((name, seat) => give(user(staff.permanent(seat)), name));
  const [reader] = cast.principals;
  if (reader !== undefined) held.push(give(application(reader), 'Directory Readers'));
  const [group] = cast.groups;
  if (group !== undefined) held.push(give(groupOf(group), 'Helpdesk Administrator'));
  for (let seat = helpdeskSeat; seat < staff.seats; seat += helpdeskSeat) {
    const holder = staff.holder(seat, asOf);
    if (holder !== null) held.push(give(user(holder), 'Helpdesk Administrator'));
  }
  return held;
}

/** The attacker's: for the evening of the story, and again once somebody watches. */
function storyRoles(cast: Cast, at: Happened, asOf: number, role: (name: string) => RoleName): Held[] {
  const victim = user(cast.staff.permanent(at.victimSeat));
  const spans = [
    [at.globalAdministrator, at.globalAdministratorEnds],
    [at.returns, null],
  ] as const;
  return spans
    .filter(([from, to]) => asOf >= from && (to === null || asOf < to))
    .map(([since]): Held => ({ principal: victim, role: role('Global Administrator'), since, until: null, way: 'assigned' })); // prettier-ignore
}

/** On working days one of the administrators activates what they may, for four hours from 08:10 UTC on. */
function activations(cast: Cast, asOf: number, role: (name: string) => RoleName): Held[] {
  const midnight = Math.floor(asOf / day) * day;
  const number = midnight / day;
  const weekday = (number + 4) % 7;
  const since = midnight + 8 * hour + 600_000;
  const until = since + 4 * hour;
  if (weekday === 0 || weekday === 6 || asOf < since || asOf >= until) return [];
  const principal = user(cast.staff.permanent(number % 3));
  return [{ principal, role: role('Security Administrator'), since, until, way: 'activated' }];
}

const eligible = (cast: Cast, role: (name: string) => RoleName): Held[] =>
  [0, 1, 2].map(seat => ({
    principal: user(cast.staff.permanent(seat)),
    role: role('Security Administrator'),
    since: longAgo,
    until: null,
    way: 'assigned',
  }));

const idOf = (cast: Cast, kind: string, { principal, role, since }: Held): string =>
  `${Buffer.from(guidOf(`${cast.tenantId}/${kind}/${principal.id}/${role.id}/${since}`).slice(0, 24)).toString('base64url')}-1`;

function assignment(cast: Cast, held: Held, expand: readonly string[]): string {
  return JSON.stringify({
    id: idOf(cast, 'assignment', held),
    principalId: held.principal.id,
    principalOrganizationId: cast.tenantId,
    roleDefinitionId: held.role.id,
    directoryScopeId: '/',
    appScopeId: null,
    condition: null,
    ...(expand.includes('principal') ? { principal: held.principal.json } : {}),
  });
}

function instance(cast: Cast, held: Held, expand: readonly string[], isEligible: boolean): string {
  const origin = idOf(cast, isEligible ? 'eligibility' : 'assignment', held);
  const schedule = guidOf(`${origin}/schedule`);
  return JSON.stringify({
    id: isEligible ? origin : idOf(cast, 'instance', held),
    principalId: held.principal.id,
    roleDefinitionId: held.role.id,
    directoryScopeId: '/',
    appScopeId: null,
    startDateTime: new Date(held.since).toISOString(),
    endDateTime: held.until === null ? null : new Date(held.until).toISOString(),
    memberType: 'Direct',
    ...(isEligible
      ? { roleEligibilityScheduleId: schedule }
      : {
          assignmentType: held.way === 'activated' ? 'Activated' : 'Assigned',
          roleAssignmentOriginId: origin,
          roleAssignmentScheduleId: schedule,
        }),
    ...(expand.includes('principal') ? { principal: held.principal.json } : {}),
    ...(expand.includes('roleDefinition')
      ? {
          roleDefinition: {
            id: held.role.id,
            displayName: held.role.name,
            isBuiltIn: held.role.name !== custom,
          },
        }
      : {}),
  });
}

const definition = ({ id, name }: RoleName, isCustom: boolean): string =>
  JSON.stringify({
    id,
    description: `What ${name} may do.`,
    displayName: name,
    isBuiltIn: !isCustom,
    isEnabled: true,
    resourceScopes: ['/'],
    templateId: id,
    version: '1',
    rolePermissions: [
      { allowedResourceActions: ['microsoft.directory/users/standard/read'], condition: null },
    ],
  });

const user = ({ id, name, address }: Person): Principal => ({
  id,
  json: { '@odata.type': '#microsoft.graph.user', id, displayName: name, userPrincipalName: address },
});
const application = ({ id, appId, name }: Cast['principals'][number]): Principal => ({
  id,
  json: { '@odata.type': '#microsoft.graph.servicePrincipal', id, displayName: name, appId },
});
const groupOf = ({ id, nameJson, address }: Cast['groups'][number]): Principal => ({
  id,
  json: {
    '@odata.type': '#microsoft.graph.group',
    id,
    displayName: JSON.parse(nameJson) as unknown,
    mail: address,
  },
});
