/** Lists of Graph that tell how things are, not what happened. */
export const stateLists = [
  'roleDefinitions',
  'roleAssignments',
  'roleAssignmentScheduleInstances',
  'roleEligibilityScheduleInstances',
  'conditionalAccessPolicies',
  'namedLocations',
  'userRegistrationDetails',
] as const;
export type StateList = (typeof stateLists)[number];

export interface StateAsked {
  readonly version: 'v1.0' | 'beta';
  /** Properties written out in full: `principal`, `roleDefinition`. */
  readonly expand: readonly string[];
}

/** Every thing of a list as it is at `asOf`, each as its exact JSON text. */
export type State = (list: StateList, asOf: number, asked: StateAsked) => readonly string[];

/** The lists a source is made of, by its streams; none for a source that is kept otherwise. */
export const stateSources: Readonly<Record<string, Readonly<Record<string, readonly StateList[]>>>> = {
  'entra.role-assignments': {
    active: ['roleDefinitions', 'roleAssignments'],
    scheduled: ['roleAssignmentScheduleInstances'],
    eligible: ['roleEligibilityScheduleInstances'],
  },
  'entra.conditional-access': { default: ['conditionalAccessPolicies', 'namedLocations'] },
  'entra.mfa-coverage': { default: ['userRegistrationDetails'] },
};

/** As the product's sources ask for it. */
export const asAsked: StateAsked = { version: 'beta', expand: ['principal', 'roleDefinition'] };

const has = (record: unknown, name: string): boolean =>
  typeof record === 'object' && record !== null && name in record && Reflect.get(record, name) !== null;

/** The list a record of a source would have come in, told by what it has. */
export function stateListOf(source: string, record: unknown): StateList {
  if (source === 'entra.mfa-coverage') return 'userRegistrationDetails';
  if (source === 'entra.conditional-access') {
    const isPlace =
      !has(record, 'conditions') && (has(record, 'ipRanges') || has(record, 'countriesAndRegions'));
    return isPlace ? 'namedLocations' : 'conditionalAccessPolicies';
  }
  if (has(record, 'roleEligibilityScheduleId')) return 'roleEligibilityScheduleInstances';
  if (has(record, 'assignmentType')) return 'roleAssignmentScheduleInstances';
  return has(record, 'principalId') ? 'roleAssignments' : 'roleDefinitions';
}
