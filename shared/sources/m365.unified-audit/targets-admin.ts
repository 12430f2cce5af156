import type { Entity, EntityKind } from '../../model/event.ts';
import { bareAddress, isAddress } from '../_kit/address.ts';
import { addNamedByChanges, consentedScopes } from '../_kit/directory-changes.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { fields, firstWord, list, word } from '../_kit/reading.ts';
import type { AuditFacts } from './audit-facts.ts';
import { identityClaims, isGuid } from './identity-claims.ts';

/** Directory records and sign-ins: `Target[]` describes one thing by several ids. */
export function addDirectoryTargets(found: Entity[], { record, family }: AuditFacts): void {
  if (record.Target !== undefined) {
    const { kind, id, name, address } = identityClaims(record.Target);
    const object = word(record.ObjectId);
    const spelled = address ?? (object !== null && isAddress(object) && kind === 'user' ? object : null);
    const guest = /#ext#/i.test(spelled ?? '');
    const guessed = spelled === null ? 'other' : 'user';
    const own = family === 'logon' ? 'application' : guest ? 'guest' : (kind ?? guessed);
    addEntity(found, entity(own, { id, name, address: spelled }));
  }
  if (family === 'logon') addResource(found, firstWord(record.ObjectId, record.ApplicationId));
  if (record.ModifiedProperties !== undefined) addChanged(found, list(record.ModifiedProperties));
}

function addChanged(found: Entity[], given: readonly unknown[]): void {
  // Some tell the name of what changed as its display name.
  const changes = given
    .map(fields)
    .map(change => (change?.['Name'] === undefined ? { ...change, Name: change?.['DisplayName'] } : change));
  addNamedByChanges(found, changes, changeFields);
  for (const name of consentedScopes(changes, changeFields)) addEntity(found, entity('role', { name }));
}

/** A sign-in's object is the resource signed in to; where that is unknown the application; in the oldest records the user. */
function addResource(found: Entity[], object: string | null): void {
  if (object === null) return;
  addEntity(
    found,
    isAddress(object) ? entity('user', { address: object }) : entity('application', { id: object }),
  );
}

const changeFields = { name: 'Name', newValue: 'NewValue', oldValue: 'OldValue' };

/** What a command's noun is a thing of. */
const nouns: readonly (readonly [RegExp, EntityKind])[] = [
  [/Search$/, 'other'],
  [/^(RoleGroup|ManagementRole|Role)/, 'role'],
  [/InboxRule|Policy|TransportRule|Rule$|Connector|Filter|AuditLog|Label$/, 'policy'],
  [/Group|DistributionList/, 'group'],
  [/Domain/, 'domain'],
  [/^(Mailbox|CASMailbox|Recipient|MailUser|MailContact|CalendarProcessing|SweepRule)/, 'mailbox'],
  [/^User|^MsolUser/, 'user'],
  [/App$|Application|ServicePrincipal/, 'application'],
  [/Device/, 'device'],
  [/Site|^SPO/, 'site'],
  [/^(Cs)?Team/, 'team'],
  [/Message$/, 'message'],
];

/** Arguments that name further people and things: who was let in, and where mail goes. */
const named: readonly (readonly [string, EntityKind])[] = [
  ['mailbox', 'mailbox'], ['user', 'user'], ['trustee', 'user'], ['member', 'user'], ['members', 'user'],
  ['securitygroup', 'group'], ['role', 'role'], ['roles', 'role'], ['forwardingsmtpaddress', 'mailbox'],
  ['forwardingaddress', 'mailbox'], ['forwardto', 'mailbox'], ['redirectto', 'mailbox'],
  ['forwardasattachmentto', 'mailbox'], ['blindcopyto', 'mailbox'], ['redirectmessageto', 'mailbox'],
  ['copyto', 'mailbox'], ['grantsendonbehalfto', 'user'], ['sourcemailboxes', 'mailbox'], ['targetmailbox', 'mailbox'],
  ['app', 'application'], ['entries', 'other'],
]; // prettier-ignore

/** Commands (`Set-Mailbox`, `New-InboxRule` …): what they were run on, and whom their arguments name. */
export function addCommandTargets(found: Entity[], facts: AuditFacts): void {
  const { record, operation } = facts;
  const dash = operation.indexOf('-');
  if (facts.family === 'admin' && (record.RoleGroupName ?? record.ElevationRole) !== undefined) {
    addEntity(found, entity('role', { name: firstWord(record.RoleGroupName, record.ElevationRole) }));
    addEntity(found, entity('domain', { name: word(record.EffectiveOrganization) }));
    addEntity(found, entity('user', { address: word(record.MemberUpn) }));
  }
  if (record.Parameters === undefined && (facts.family !== 'admin' || dash < 0)) return;
  const noun = operation.slice(dash + 1);
  const kind = nouns.find(([pattern]) => pattern.test(noun))?.[1] ?? 'other';
  const parameters = facts.parameters();
  const object = word(record.ObjectId);
  const asked = word(parameters.get('identity'));
  // `contoso.example` of `contoso.example\Transport Settings` is whose they are.
  const isHolder = asked !== null && object?.startsWith(`${asked}\\`) === true;
  const identity = isHolder ? null : firstWord(asked, parameters.get('name'), parameters.get('displayname'));
  // A rule's record names the rule in its arguments and, unless it gives a whole path, the mailbox as its object.
  const isRule = /InboxRule/.test(noun) && object !== null && !isPath(object) && object !== identity;
  const isFolder = noun.startsWith('MailboxFolder') && addFolder(found, [identity, object]);
  if (!isFolder) addEntity(found, objectOfCommand(kind, isRule ? null : object, identity));
  if (isRule) addEntity(found, objectOfCommand('mailbox', object, null));
  // `jan@contoso.example\5678`: the mailbox stands before the rule's number.
  else if (/InboxRule/.test(noun)) addOwnerOfRule(found, [object, identity]);
  for (const [name, of] of named) {
    const value = word(parameters.get(name));
    if (value === null) continue;
    for (const part of value.split(/[;,]/)) addEntity(found, objectOfCommand(of, null, word(part)));
  }
}

/** `jan@contoso.example:\\Calendar` is a mailbox and a folder in it. */
function addFolder(found: Entity[], texts: readonly (string | null)[]): boolean {
  for (const text of texts) {
    const [, mailbox = '', folder = ''] = /^([^:]{2,}):([\\/].*)$/s.exec(text ?? '') ?? [];
    if (mailbox === '') continue;
    addEntity(found, ownerIn(mailbox));
    addEntity(found, entity('other', { id: text, name: folder }));
    return true;
  }
  return false;
}

/** `jan@contoso.example\\5678`, or a whole path and then the rule's number. */
function addOwnerOfRule(found: Entity[], texts: readonly (string | null)[]): void {
  for (const text of texts) {
    const mark = text?.lastIndexOf('\\') ?? -1;
    // Escaped once too often on the way, the mark stands there twice.
    if (mark > 0) return addEntity(found, ownerIn(text?.slice(0, mark).replace(/\\+$/, '') ?? ''));
  }
}

/** The mailbox at the end of a path through Microsoft's own directory. */
const ownerIn = (path: string): Entity | null =>
  objectOfCommand('mailbox', null, word(path.slice(path.lastIndexOf('/') + 1)));

const isPath = (text: string): boolean => /[\\/]/.test(text);
/** `…/contoso.example\Default Policy` → `Default Policy`; nothing where that is an id. */
function nameInPath(path: string): string | null {
  const last = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return isGuid(last) ? null : word(last);
}

/** Either may be a path through Microsoft's own directory, an id, an address or a name: each to its place. */
function objectOfCommand(kind: EntityKind, object: string | null, identity: string | null): Entity | null {
  let [id, name, address, inPath]: (string | null)[] = [null, null, null, null];
  for (const text of [identity, object]) {
    if (text === null) continue;
    const bare = bareAddress(text);
    if (isGuid(bare)) id ??= bare;
    else if (isPath(bare)) {
      id = object !== null && isPath(object) ? object : text;
      inPath ??= nameInPath(text);
    } else if (isAddress(bare)) address ??= bare;
    else name ??= text;
  }
  return entity(kind, {
    id: id ?? null,
    name: name ?? (address === null || address === undefined ? inPath : null) ?? null,
    address: address ?? null,
  });
}
