import type { Entity, NormalizedEvent, Severity } from '../../model/event.ts';
import { differencesOf, tellDifferences, type Difference } from '../_kit/difference.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { firstWord, flag, list, word } from '../_kit/reading.ts';
import { changeTime, changeWord, isAnnotation } from '../_kit/snapshot-change.ts';
import type { About } from '../_kit/source.ts';
import { nameOf, shortened } from '../_kit/summary.ts';
import type { RegistrationRow } from './schema.ts';

type ChangeWord = ReturnType<typeof changeWord>;

/** When the report was refreshed is no change of the user. */
export const isNoChange = (path: string): boolean => path === 'lastUpdatedDateTime' || isAnnotation(path);

/** mapping.md has every field, and why. */
export function normalizeRegistration(record: RegistrationRow, about: About): NormalizedEvent {
  const became = changeWord(about);
  const time = changeTime(about, about.change === undefined ? { added: record.lastUpdatedDateTime } : {});
  const user = userOf(record);
  const changes = became === 'changed' ? differencesOf(about.change?.before, record, isNoChange) : [];
  const told = tellDifferences(changes);
  return {
    time,
    category: 'authentication',
    operation: `MFA registration ${became}`,
    outcome: 'success',
    reason: told === '' ? methodsOf(record) : told.slice(0, 4_096).toWellFormed(),
    severity: severityOf(became, changes, record),
    actor: null,
    targets: [user],
    client: null,
    mail: null,
    correlationId: null,
    summary: shortened(sentence(user, became, told, record)),
    ocsf: { class: 3001, activity: activityOf(changes) },
  };
}

/** OCSF 3001: a factor enabled or disabled, where it is that; otherwise `other`. */
function activityOf(changes: readonly Difference[]): number {
  const registered = changes.find(({ path }) => path === 'isMfaRegistered');
  if (registered !== undefined && 'to' in registered) return flag(registered.to) === true ? 10 : 11;
  const methods = changes.find(({ path }) => path === 'methodsRegistered');
  if (methods === undefined || !('came' in methods)) return 99;
  return methods.came.length > 0 ? 10 : 11;
}

function userOf(record: RegistrationRow): Entity {
  const address = firstWord(record.userPrincipalName);
  const isGuest = word(record.userType)?.toLowerCase() === 'guest' || address?.includes('#EXT#') === true;
  return {
    kind: isGuest ? 'guest' : 'user',
    id: firstWord(record.id),
    name: firstWord(record.userDisplayName),
    address,
  };
}

function methodsOf(record: RegistrationRow): string | null {
  const given = unpacked(record.methodsRegistered ?? record.authMethods);
  // Exports write them as one text.
  const named = typeof given === 'string' ? given.split(/[,;]/) : list(given);
  const methods = named.flatMap(method => word(method) ?? []);
  return methods.length === 0 ? null : methods.join(', ').slice(0, 4_096);
}

function severityOf(became: ChangeWord, changes: readonly Difference[], record: RegistrationRow): Severity {
  const isAdmin = flag(record.isAdmin) === true;
  if (became === 'found') return 'informational';
  // Disabled users vanish from the report: that somebody is missing is no alarm.
  if (became === 'removed') return 'low';
  if (became === 'added')
    return isAdmin && flag(record.isMfaRegistered) === false ? 'medium' : 'informational';
  const lost = changes.some(
    change =>
      /^is(MfaRegistered|MfaCapable)$/.test(change.path) && 'to' in change && flag(change.to) !== true,
  );
  if (lost) return isAdmin ? 'high' : 'medium';
  const gains = changes.some(({ path }) => path === 'methodsRegistered' || path === 'isAdmin');
  // A method of the attacker's own is how an account is kept.
  return gains ? (isAdmin ? 'medium' : 'low') : 'informational';
}

function sentence(user: Entity, became: ChangeWord, told: string, record: RegistrationRow): string {
  const who = user.address ?? nameOf(user);
  if (became === 'changed') return `The MFA registration of ${who} changed: ${told}`;
  if (became === 'removed') return `${who} is no longer in the MFA report (disabled users are not)`;
  const methods = methodsOf(record);
  // The report before this one did not say it of everybody.
  const isRegistered = flag(record.isMfaRegistered);
  const standing =
    isRegistered === null ? 'is in the MFA report' : `is ${isRegistered ? '' : 'not '}registered for MFA`;
  const admin = flag(record.isAdmin) === true ? ', an administrator,' : '';
  return `${who}${admin} ${standing}${methods === null ? '' : ` (${methods})`}`;
}
