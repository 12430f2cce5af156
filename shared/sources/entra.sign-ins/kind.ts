import { wordTable } from '../../kernel/word-table.ts';
import { fields, flag, list, word } from '../_kit/reading.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import type { SignInKind } from './config.ts';
import type { SignIn } from './schema.ts';

const byEventType = wordTable<SignInKind>({
  interactiveuser: 'interactive',
  noninteractiveuser: 'nonInteractive',
  serviceprincipal: 'servicePrincipal',
  managedidentity: 'managedIdentity',
});

/** Which log of a diagnostic setting, or table, a row is of. */
const byCategory = wordTable<SignInKind>({
  signinlogs: 'interactive',
  adfssigninlogs: 'interactive',
  noninteractiveusersigninlogs: 'nonInteractive',
  serviceprincipalsigninlogs: 'servicePrincipal',
  microsoftserviceprincipalsigninlogs: 'servicePrincipal',
  managedidentitysigninlogs: 'managedIdentity',
});

/** Which of the four kinds a record is: as it says itself; where it does not (v1.0), as its fields show. */
export function kindOf(record: SignIn): SignInKind {
  for (const type of list(unpacked(record.signInEventTypes))) {
    const kind = byEventType[word(type)?.toLowerCase() ?? ''];
    if (kind !== undefined) return kind;
  }
  const log = byCategory[word(record.category)?.toLowerCase() ?? ''];
  if (log !== undefined) return log;
  const person = word(record.userId) ?? word(record.userPrincipalName);
  if (person === null) {
    // Sums of sign-ins name only the identity's resource.
    if (isManaged(record)) return 'managedIdentity';
    if ((word(record.servicePrincipalId) ?? word(record.servicePrincipalName)) !== null)
      return 'servicePrincipal';
  }
  return flag(record.isInteractive) === false ? 'nonInteractive' : 'interactive';
}

function isManaged(record: SignIn): boolean {
  const type =
    word(fields(unpacked(record.managedServiceIdentity))?.['msiType']) ?? word(record.managedIdentityType);
  return type !== null && type.toLowerCase() !== 'none';
}

/** Whether nobody sat in front of it. */
export const isOfApplication = (kind: SignInKind): boolean =>
  kind === 'servicePrincipal' || kind === 'managedIdentity';
