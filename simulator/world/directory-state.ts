import type { Cast } from './cast.ts';
import { policyState } from './policy-state.ts';
import { registrationState } from './registration-state.ts';
import { roleState } from './role-state.ts';
import type { State } from './state.ts';
import type { Happened } from './story-state.ts';

/** How things are in a tenant at any time; computed, not kept. */
export function directoryState(cast: Cast, happened: Happened | null): State {
  const roles = roleState(cast, happened);
  const policies = policyState(cast, happened);
  const registrations = registrationState(cast, happened);
  return (list, asOf, asked) => {
    if (list === 'userRegistrationDetails') return registrations(asOf);
    if (list === 'conditionalAccessPolicies' || list === 'namedLocations') return policies(list, asOf, asked);
    return roles(list, asOf, asked);
  };
}
