import { sha256 } from '../../shared/kernel/hash.ts';
import type { Cast } from './cast.ts';
import type { Person } from './people.ts';
import type { Happened } from './story-state.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** How far the report is behind what users do, and how often its rows are refreshed. */
const behind = 3 * hour;
const refreshed = 6 * hour;
/** Within so many days everybody has registered one method more, each at a time of their own. */
const renewal = 40 * day;

/** One row a user who works here and is not disabled, as the report knows it: some hours behind. */
export function registrationState(cast: Cast, happened: Happened | null) {
  return (asOf: number): readonly string[] => {
    const then = asOf - behind;
    const rows: string[] = [];
    for (let seat = 0; seat < cast.staff.seats; seat += 1) {
      const person = cast.staff.holder(seat, then);
      if (person !== null) rows.push(rowJson(person, seat, asOf, then, happened));
    }
    return rows;
  };
}

function rowJson(
  person: Person,
  seat: number,
  asOf: number,
  then: number,
  happened: Happened | null,
): string {
  const methods = methodsOf(person, then);
  if (happened !== null && seat === happened.victimSeat && then >= happened.method) {
    methods.push('microsoftAuthenticatorPush');
  }
  const has = methods.length > 0;
  return JSON.stringify({
    id: person.id,
    userPrincipalName: person.address,
    userDisplayName: person.name,
    userType: 'member',
    isAdmin: seat < 6,
    isSsprRegistered: has,
    isSsprEnabled: true,
    isSsprCapable: has,
    isMfaRegistered: has,
    isMfaCapable: has,
    isPasswordlessCapable: methods.includes('fido2SecurityKey'),
    methodsRegistered: methods,
    isSystemPreferredAuthenticationMethodEnabled: true,
    systemPreferredAuthenticationMethods: has ? ['push'] : [],
    userPreferredMethodForSecondaryAuthentication: has ? 'push' : '',
    lastUpdatedDateTime: new Date(Math.floor(asOf / refreshed) * refreshed + 672_000).toISOString(),
  });
}

/** A tenth has nothing at first; everybody adds a key some day. */
function methodsOf(person: Person, then: number): string[] {
  const luck = Number.parseInt(sha256(person.id).slice(0, 8), 16);
  const usual = [['mobilePhone'], ['mobilePhone', 'softwareOneTimePasscode'], ['windowsHelloForBusiness']];
  const methods = luck % 10 === 0 ? [] : [...(usual[luck % usual.length] ?? [])];
  // Counted in days of their own, so that on any day some people do it.
  if ((then + (luck % renewal)) % (2 * renewal) >= renewal) methods.push('fido2SecurityKey');
  return methods;
}
