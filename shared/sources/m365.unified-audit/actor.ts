import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, EntityKind } from '../../model/event.ts';
import { bareAddress, isAddress } from '../_kit/address.ts';
import { entity } from '../_kit/entity.ts';
import { fields, firstWord, integer, list, word } from '../_kit/reading.ts';
import type { AuditFacts } from './audit-facts.ts';
import { identityClaims, isGuid, type IdentityClaims } from './identity-claims.ts';
import type { UnifiedAudit } from './schema.ts';

interface Said {
  readonly kind?: EntityKind;
  readonly id?: string;
  readonly name?: string;
  readonly address?: string;
}

const nobody: IdentityClaims = { kind: null, id: null, name: null, address: null };

/** Who did it. UserId is an address in nine records of ten; in the tenth it is any of the forms below. */
export function actorOf(facts: AuditFacts): Entity | null {
  const { record, family, extended, type } = facts;
  // Filed under who sent the mail; in the portal it is opened by whom it went to.
  if (type === 'OMEPortal')
    return entity('user', { address: word(bareAddress(word(record.Recipient) ?? '')) });
  const said = readUserId(userIdOf(record));
  const claims = record.Actor === undefined ? nobody : identityClaims(record.Actor);
  const key = readUserKey(record.UserKey === record.Workload ? null : word(record.UserKey));
  const objectId = family === 'directory' ? word(extended().get('actorobjectid')) : null;
  const address = isOwnerForApp(record, said)
    ? null
    : (said.address ?? claims.address ?? keyAddress(key, said) ?? besideId(facts));
  // Beside a person stands the name of the app that acted for them.
  const name =
    said.name ?? (claims.kind === 'user' ? null : claims.name) ?? word(record.LogonUserDisplayName);
  // Beside an address the name of the service that wrote the record is nobody's id.
  const keyId = address !== null && key.id !== null && !/\d/.test(key.id) ? null : key.id;
  const id = said.id ?? objectId ?? claims.id ?? keyId ?? word(record.LogonUserSid);
  const kind =
    said.kind ??
    // Without an address a type of user says less than what Actor is.
    (address === null && claims.kind !== 'user' ? claims.kind : null) ??
    kindOf(record.UserType, address, said.address !== undefined) ??
    claims.kind ??
    (address === null ? 'other' : 'user');
  return (
    entity(kind, { id: id === name || id === address ? null : id, name, address }) ??
    (family === 'logon' ? null : appOf(facts))
  );
}

/** How the record itself calls who did it. */
export const userIdOf = (record: UnifiedAudit): string | null =>
  word(record.UserId) ?? otherUserId(record) ?? firstWord(...list(record.UserId));

/** What services call the user that have no `UserId`. */
const otherUserId = (record: UnifiedAudit): string | null =>
  firstWord(
    record.ActorUserId, record.SubmitterId, record.UserPrincipalName, record.UserUPN, record.UserUpn, record.ActorName,
    record.Username, record.Approver, record.User, record.UserEmail, record.InitiatedBy, record.PerformedBy, record.CallerUpn,
    record.Caller,
  ); // prettier-ignore

/** What an app opens with rights of its own is told under the name of the mailbox's owner, and the key is the app's. */
const isOwnerForApp = (record: UnifiedAudit, said: Said): boolean =>
  record.MailboxOwnerUPN !== undefined &&
  integer(record.UserType) === 5 &&
  record.UserKey !== undefined &&
  (record.UserKey === record.ClientAppId || record.UserKey === record.AppId) &&
  said.address?.toLowerCase() === word(record.MailboxOwnerUPN)?.toLowerCase();

/** `app@sharepoint` is written like an address, and is none. */
const keyAddress = (key: { address: string | null }, said: Said): string | null =>
  said.kind === 'application' ? null : key.address;

/** The address that some records have besides, where `UserId` is an id; Teams calls that person the sender. */
function besideId({ record, family }: AuditFacts): string | null {
  if (family === 'teams' && record.Sender !== undefined) return word(fields(record.Sender)?.['UPN']);
  const name = firstWord(record.UserPrincipalName, record.UserUPN, record.UserUpn);
  return name !== null && isAddress(name) ? name : null;
}

/** Without a user it was the application; of a sign-in it is what an unknown user signed in with. */
const appOf = ({ record, access }: AuditFacts): Entity | null =>
  entity('application', {
    id: firstWord(
      access?.['ClientAppId'],
      record.ClientAppId,
      record.AppId,
      record.ApplicationId,
      record.AadAppId,
    ),
    name: firstWord(access?.['ClientAppName'], record.ApplicationDisplayName, record.ApplicationName),
  });

const systemAccount =
  /^(nt authority|autorite nt|nt-autorität|nt service|sharepoint|window manager|system)\\|^s-1-5-(18|19|20)$/i;
const systemNames = new Set([
  'system', 'dlpagent', 'securitycompliancealerts', 'airinvestigation', 'threatintel', 'threatintelligence',
  'sharepoint\\system', 'cloudappsecurity', 'oatp', 'microsoft', 'system account',
]); // prettier-ignore

function readUserId(text: string | null): Said {
  if (text === null) return {};
  if (systemAccount.test(text) || systemNames.has(text.toLowerCase())) return { kind: 'system', name: text };
  const bare = bareAddress(text);
  if (/^app@sharepoint$/i.test(bare)) return { kind: 'application', name: bare };
  const [, owner, id] = /^(User|ServicePrincipal|Application)_(.+)$/.exec(bare) ?? [];
  if (id !== undefined) return { kind: owner === 'User' ? 'user' : 'application', id };
  // Teams' own way of writing an object id.
  if (bare.startsWith('8:orgid:')) return { id: bare.slice(8) };
  if (bare.startsWith('28:')) return { kind: 'application', id: bare.slice(3) };
  if (isGuid(bare) || /^s-1-\d|^\d{5,}$/i.test(bare)) return { id: bare };
  const [, link, visitor = ''] = /^urn:\w+:(\w+)#(.*)$/.exec(bare) ?? [];
  if (link === 'guest' && isAddress(visitor)) return { kind: 'guest', address: visitor };
  // Whoever holds a link for everybody, or to a form: `urn:forms:external#a0b1@…` is no address.
  if (link !== undefined || /^anonymous$/i.test(bare)) return { kind: 'other', name: bare };
  // A PUID before the domain it was made in is no address anybody has.
  const [, puid] = /^([0-9a-f]{16})@live\.com$/i.exec(bare) ?? [];
  if (puid !== undefined) return { id: puid };
  if (!isAddress(bare)) return { name: text };
  // Somebody's own account at Microsoft, let in as a guest.
  if (/^live\.com#/i.test(bare)) return { kind: 'guest', address: bare.slice(9) };
  // SharePoint writes it small.
  return /#ext#/i.test(bare) ? { kind: 'guest', address: bare } : { address: bare };
}

/** A PUID, alone or before an `@`, an object id, or the address once more. */
function readUserKey(text: string | null): { id: string | null; address: string | null } {
  if (text === null || systemNames.has(text.toLowerCase())) return { id: null, address: null };
  const bare = bareAddress(text);
  if (bare.startsWith('urn:')) return { id: null, address: null };
  const puid =
    /^([0-9A-F]{16}|\d{15,20})@/i.exec(bare)?.[1] ?? (/@live\.com$/i.test(bare) ? bare.slice(0, -9) : null);
  if (puid !== null) return { id: puid, address: null };
  return isAddress(bare) ? { id: null, address: bare } : { id: bare, address: null };
}

/**
 * UserType: 0 regular, 1 reserved, 2 admin, 3 Microsoft's operator, 4 system, 5 application, 6 service principal,
 * 7 and 8 policies, 9 partner's technician, 10 guest.
 */
const userTypes: readonly EntityKind[] = [
  'user', 'user', 'admin', 'admin', 'system', 'application', 'application', 'policy', 'policy', 'admin', 'guest',
]; // prettier-ignore
const userTypeNames = wordTable<EntityKind>({
  regular: 'user', admin: 'admin', dcadmin: 'admin', system: 'system', application: 'application',
  serviceprincipal: 'application', custompolicy: 'policy', systempolicy: 'policy', guest: 'guest',
}); // prettier-ignore

function kindOf(userType: unknown, address: string | null, isSaid: boolean): EntityKind | null {
  const number = integer(userType);
  const kind = number === null ? userTypeNames[word(userType)?.toLowerCase() ?? ''] : userTypes[number];
  // Data-loss and click records are written by the system, and name the person they are about as the user.
  if (kind === 'system' && isSaid) return 'user';
  // "Regular" says no more than that there is somebody; without an address even that is not sure.
  return kind === undefined || (kind === 'user' && address === null && number !== 0) ? null : kind;
}
