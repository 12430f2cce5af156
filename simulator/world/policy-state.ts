import { sha256 } from '../../shared/kernel/hash.ts';
import { guidOf } from '../seeded.ts';
import type { Cast } from './cast.ts';
import type { StateAsked, StateList } from './state.ts';
import type { Happened } from './story-state.ts';

/** The policy the attack switches off. */
export const adminPolicy = 'Require MFA for admins – alle Standorte';
/** The one it makes a hole in when it comes back. */
export const everyonePolicy = 'Require MFA for all users';
export const policyIdOf = (cast: Cast, name: string): string => guidOf(`${cast.tenantId}/policy/${name}`);

interface Plan {
  readonly name: string;
  readonly state: string;
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly apps: readonly string[];
  readonly clients: readonly string[];
  readonly controls: readonly string[];
  /** Uses a feature that v1.0 does not know: its list leaves the policy out. */
  readonly preview?: true;
}
const all = { users: ['All'], roles: [], apps: ['All'], clients: ['all'] };
const plans: readonly Plan[] = [
  { ...all, name: adminPolicy, state: 'enabled', users: [], roles: ['62e90394-69f5-4237-9190-012177145e10', 'fe930be7-5e62-47db-91af-98c3a49a38b1'], controls: ['mfa'] },
  { ...all, name: everyonePolicy, state: 'enabled', controls: ['mfa'] },
  { ...all, name: 'Block legacy authentication', state: 'enabled', clients: ['exchangeActiveSync', 'other'], controls: ['block'] },
  { ...all, name: 'Compliant device for Office', state: 'enabledForReportingButNotEnforced', apps: ['Office365'], controls: ['compliantDevice', 'domainJoinedDevice'] },
  { ...all, name: 'Risky sign-ins of workloads', state: 'enabled', controls: ['block'], preview: true },
]; // prettier-ignore

const created = Date.UTC(2025, 2, 11, 8, 20, 5, 118);

/** The conditional access policies and named locations of a tenant; in another order at every moment. */
export function policyState(cast: Cast, happened: Happened | null) {
  return (list: StateList, asOf: number, { version }: StateAsked): readonly string[] => {
    if (list === 'namedLocations') return places(cast);
    const shown = plans.filter(plan => version === 'beta' || plan.preview !== true);
    const texts = shown.map(plan => policyJson(cast, plan, happened, asOf));
    return inSomeOrder(texts, asOf);
  };
}

/** The service does not keep an order, of policies or of what they list. */
const inSomeOrder = <T>(items: readonly T[], asOf: number): T[] =>
  items
    .map((item, n) => ({ item, place: sha256(`${n}/${Math.floor(asOf / 1_000)}`) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ item }) => item);

function policyJson(cast: Cast, plan: Plan, happened: Happened | null, asOf: number): string {
  const { staff } = cast;
  const isOff = happened !== null && plan.name === adminPolicy && asOf >= happened.policyOff;
  const isHoled = happened !== null && plan.name === everyonePolicy && asOf >= happened.exclusion;
  const excluded = [staff.permanent(0).id, staff.permanent(1).id];
  if (isHoled) excluded.push(staff.permanent(happened.victimSeat).id);
  const changed = isOff ? happened.policyOff : isHoled ? happened.exclusion : created;
  return JSON.stringify({
    id: policyIdOf(cast, plan.name),
    templateId: null,
    displayName: plan.name,
    createdDateTime: new Date(created).toISOString(),
    modifiedDateTime: new Date(changed).toISOString(),
    state: isOff ? 'disabled' : plan.state,
    conditions: {
      userRiskLevels: [], signInRiskLevels: [], servicePrincipalRiskLevels: [], insiderRiskLevels: null,
      clientAppTypes: inSomeOrder(plan.clients, asOf), platforms: null, locations: null, devices: null,
      clientApplications: null, authenticationFlows: null,
      applications: {
        includeApplications: plan.apps, excludeApplications: [], includeUserActions: [],
        includeAuthenticationContextClassReferences: [], applicationFilter: null,
      },
      users: {
        includeUsers: plan.users, excludeUsers: inSomeOrder(excluded, asOf), includeGroups: [], excludeGroups: [],
        includeRoles: inSomeOrder(plan.roles, asOf), excludeRoles: [], includeGuestsOrExternalUsers: null,
        excludeGuestsOrExternalUsers: null,
      },
    },
    grantControls: {
      operator: 'OR', builtInControls: inSomeOrder(plan.controls, asOf), customAuthenticationFactors: [], termsOfUse: [],
      authenticationStrength: null,
    },
    sessionControls: null,
  }); // prettier-ignore
}

const places = (cast: Cast): string[] => [
  JSON.stringify({
    '@odata.type': '#microsoft.graph.ipNamedLocation',
    id: guidOf(`${cast.tenantId}/place/office`),
    displayName: 'Office',
    createdDateTime: new Date(created).toISOString(),
    modifiedDateTime: new Date(created).toISOString(),
    isTrusted: true,
    ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '192.0.2.0/24' }],
  }),
  JSON.stringify({
    '@odata.type': '#microsoft.graph.countryNamedLocation',
    id: guidOf(`${cast.tenantId}/place/countries`),
    displayName: 'Where we work',
    createdDateTime: null,
    modifiedDateTime: null,
    countriesAndRegions: ['DE', 'US'],
    countryLookupMethod: 'clientIpAddress',
    includeUnknownCountriesAndRegions: false,
  }),
];
