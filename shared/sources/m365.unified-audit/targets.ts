import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, EntityKind, MailFacts } from '../../model/event.ts';
import { bareAddress, isAddress } from '../_kit/address.ts';
import { addEntity, entity, mentions } from '../_kit/entity.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, firstWord, list, word } from '../_kit/reading.ts';
import type { AuditFacts } from './audit-facts.ts';
import { isGuid, isOpaque } from './identity-claims.ts';
import { isSite, lastSegment } from './paths.ts';
import { actsOnDevices, type Family } from './record-types.ts';
import type { UnifiedAudit } from './schema.ts';
import { addCommandTargets, addDirectoryTargets } from './targets-admin.ts';
import { addFindingTargets, addMailTargets, addWorkTargets } from './targets-content.ts';
import { addPeopleNamed } from './targets-people.ts';
import { thingsNamed } from './targets-unmapped.ts';
import { addServiceTargets } from './targets-work.ts';

type Add = (found: Entity[], facts: AuditFacts, mail: MailFacts | null) => void;

const everything: readonly Add[] = [
  addDirectoryTargets, addSharedWith, addFile, addCommandTargets, addMailTargets, addWorkTargets, addServiceTargets,
  addFindingTargets,
]; // prettier-ignore
const office: readonly Add[] = [addSharedWith, addFile, addCommandTargets, addWorkTargets, addServiceTargets];
// What is known of a family spares it the questions it never answers; whoever is unknown is asked all.
const asked: Readonly<Record<Family, readonly Add[]>> = {
  admin: [addDirectoryTargets, addCommandTargets],
  mailbox: [addMailTargets, addCommandTargets],
  file: [addSharedWith, addFile],
  directory: [addDirectoryTargets],
  logon: [addDirectoryTargets],
  teams: [...office, addPeopleNamed],
  work: [...office, addPeopleNamed],
  platform: [...office, addPeopleNamed],
  dlp: everything,
  label: everything,
  threat: [...everything, addPeopleNamed],
  alert: [...everything, addPeopleNamed],
  compliance: [...everything, addPeopleNamed],
  other: [...everything, addPeopleNamed],
};

const ofServices: ReadonlySet<Family> = new Set(['teams', 'platform', 'work', 'compliance', 'other']);

/** What was acted on, the most specific first. */
export function targetsOf(facts: AuditFacts, mail: MailFacts | null): Entity[] {
  const { record, family } = facts;
  const found = actedOn(facts, mail);
  if (actsOnDevices.has(family) && record.DeviceName !== undefined) {
    const id = firstWord(record.DeviceId, record.MachineId);
    addEntity(found, entity('device', { id, name: word(record.DeviceName) }));
  }
  if (isAboutLabel(facts)) addEntity(found, labelOf(record));
  return found;
}

function actedOn(facts: AuditFacts, mail: MailFacts | null): Entity[] {
  const found: Entity[] = [];
  if (facts.family === 'dlp') addFileOfEndpoint(found, facts);
  for (const add of asked[facts.family]) add(found, facts, mail);
  addObject(found, facts);
  // A path, as the new one is.
  addEntity(found, entity('file', { id: word(facts.record.PreviousFileName) }));
  if (found.length === 0) {
    const named = thingsNamed(facts.record);
    return named.length > 0 ? named : settingsChanged(facts);
  }
  // Whom a thing was shared with does not say which thing.
  if (ofServices.has(facts.family) && found.every(({ kind }) => kind === 'user')) {
    const things = thingsNamed(facts.record);
    for (const person of found) addEntity(things, person);
    return things;
  }
  return found;
}

/** Whatever has a label tells it in all its records, also where nothing was done to the label. */
const isAboutLabel = ({ record, family, operation }: AuditFacts): boolean =>
  family === 'label' ||
  (record.SensitivityLabelEventData ?? record.DestinationLabel ?? record.SourceLabel) !== undefined ||
  operation.includes('SensitivityLabel');

/** Which label it was, where the record names it; of one taken off the one that was there. */
function labelOf(record: UnifiedAudit): Entity | null {
  const change = fields(unpacked(record.SensitivityLabelEventData));
  const id = firstWord(
    record.LabelId, record.SensitivityLabelId, change?.['SensitivityLabelId'], record.OldSensitivityLabelId,
    change?.['OldSensitivityLabelId'],
  ); // prettier-ignore
  // SharePoint has here the name of one that says how long to keep it, and the id of the other kind.
  const moved = firstWord(record.DestinationLabel, record.SourceLabel);
  const isId = moved !== null && isOpaque(moved);
  return entity('other', {
    id: id ?? (isId ? moved : null),
    name: word(record.LabelName) ?? (isId ? null : moved),
  });
}

/** What left a computer is told before where it went and which policy saw it. */
function addFileOfEndpoint(found: Entity[], { record, type }: AuditFacts): void {
  const path = word(record.ObjectId);
  if (path !== null && type.endsWith('Endpoint') && /[/\\]/.test(path))
    addEntity(found, fileOfComputer(path));
}

const mostSettings = 5;

/** Settings of the whole tenant: what was acted on is what changed. */
function settingsChanged({ record }: AuditFacts): Entity[] {
  const found: Entity[] = [];
  for (const change of list(unpacked(record.ModifiedProperties)).slice(0, mostSettings)) {
    const known = fields(change);
    addEntity(
      found,
      entity('other', { name: firstWord(known?.['Name'], known?.['DisplayName']) ?? word(change) }),
    );
  }
  return found;
}

/** Names, and the numbers the schema gives them. */
const itemKinds = wordTable<EntityKind>({
  file: 'file', folder: 'file', page: 'file', listitem: 'file', documentlibrary: 'site', list: 'site', web: 'site',
  site: 'site', tenant: 'other', 1: 'file', 5: 'file', 6: 'site', 7: 'site', 8: 'other', 9: 'site', 11: 'file',
}); // prettier-ignore

/** SharePoint and OneDrive: ObjectId is the whole URL, the name stands beside it. */
function addFile(found: Entity[], { record, family }: AuditFacts): void {
  const name = firstWord(record.SourceFileName, record.ListTitle);
  const url = word(record.ObjectId);
  if (family !== 'file' && name === null) return;
  const kind =
    itemKinds[word(record.ItemType)?.toLowerCase() ?? ''] ?? (name === null ? siteOrFile(url) : 'file');
  if ((record.SearchQueryText ?? record.QueryText) !== undefined) {
    addEntity(found, entity('other', { name: firstWord(record.SearchQueryText, record.QueryText) }));
  }
  const own = name ?? (url !== null && isGuid(url) ? null : lastSegment(url));
  addEntity(found, entity(kind, { id: url ?? word(record.SiteUrl), name: own }));
  const copy = word(record.DestinationFileName);
  // Moved without another name: the folder says which is which.
  if (copy !== null && (copy !== name || record.DestinationRelativeUrl !== record.SourceRelativeUrl)) {
    const folder = [word(record.SiteUrl)?.replace(/\/$/, ''), word(record.DestinationRelativeUrl), copy];
    addEntity(
      found,
      entity('file', { id: folder.filter(part => typeof part === 'string').join('/'), name: copy }),
    );
  }
}

const siteOrFile = (url: string | null): EntityKind =>
  url !== null && /\.[A-Za-z0-9]{1,8}$/.test(lastSegment(url) ?? '') && !/^https?:\/\/[^/]+\/?$/.test(url)
    ? 'file'
    : 'site';

const sharedKinds = wordTable<EntityKind>({
  guest: 'guest', member: 'user', partner: 'guest', group: 'group', securitygroup: 'group', sharepointgroup: 'group',
}); // prettier-ignore

function addSharedWith(found: Entity[], { record }: AuditFacts): void {
  for (const [who, type] of [
    [word(record.TargetUserOrGroupName), word(record.TargetUserOrGroupType)],
    [word(record.UserSharedWith), null],
  ] as const) {
    if (who === null) continue;
    const bare = bareAddress(who);
    const guessed =
      bare.includes('#ext#') || bare.includes('#EXT#') ? 'guest' : isAddress(bare) ? 'user' : 'group';
    const kind = sharedKinds[type?.toLowerCase() ?? ''] ?? guessed;
    // `c:0o.c|federateddirectoryclaimprovider|<id>` is a group of the directory.
    const known = isAddress(bare) ? { address: bare } : isOpaque(bare) ? { id: bare } : { name: who };
    addEntity(found, entity(kind, known));
  }
  if (record.EventData !== undefined) {
    addEntity(found, entity('group', { name: word(joined.exec(word(record.EventData) ?? '')?.[1]) }));
  }
}

/** The group of a site that somebody joined or left stands in a scrap of XML. */
const joined = /<Group>([^<]{1,300})<\/Group>/;

/** ObjectId where nothing else has named it: an address, a URL or path, an id, or a name. */
function addObject(found: Entity[], { record, family, type }: AuditFacts): void {
  const several = list(record.ObjectId);
  if (several.length > 1) for (const one of several) addEntity(found, objectOf(word(one) ?? ''));
  const said = word(record.ObjectId);
  const [, id] =
    /^(?:Application|Device|Group|Policy|Role|ServicePrincipal|User)_(.+)$/.exec(said ?? '') ?? [];
  const object = id !== undefined && isGuid(id) ? id : said;
  if (object === null || /^(\{|\[\{)/.test(object) || mentions(found, object)) return;
  // The connectors of Power Platform put there who did it.
  if (family === 'platform' && isOpaque(object) && object === record.UserKey) return;
  if (found.length > 0 && isToldAlready(found, object, record, family)) return;
  addEntity(found, (ofComputers.test(type) ? fileOfComputer(object) : null) ?? objectOf(object));
}

/** These name the file the client of a computer has open, one not yet saved (`Document2`) too. */
const ofComputers = /^Aip(?!HeartBeat)/;

const fileOfComputer = (object: string): Entity | null =>
  isOpaque(object) || isAddress(object) || /^https?:/.test(object)
    ? null
    : entity('file', { id: /[/\\]/.test(object) ? object : null, name: lastSegment(object) });

/** An id that says nothing new: the alert's own, another of the directory's for its target, or made of another. */
function isToldAlready(found: Entity[], object: string, record: UnifiedAudit, family: Family): boolean {
  if (family === 'directory') return list(record.Target).some(claim => fields(claim)?.['ID'] === object);
  if (!isOpaque(object)) return false;
  if (family === 'alert' || fields(record.SharePointMetaData)?.['UniqueID'] === object) return true;
  const message = word(record.NetworkMessageId);
  return (message !== null && object.startsWith(message)) || found.some(({ id }) => id?.includes(object));
}

function objectOf(object: string): Entity | null {
  if (object === '') return null;
  if (/^<[^<>]+@[^<>]+>$/.test(object)) return entity('message', { id: object });
  if (/^((?:https?|file):\/\/|[A-Za-z]:\\|\\\\)/.test(object)) {
    return entity(isSite(object) ? 'site' : 'file', { id: object, name: lastSegment(object) });
  }
  const bare = bareAddress(object);
  if (isAddress(bare)) return entity(/#ext#/i.test(bare) ? 'guest' : 'user', { address: bare });
  return entity('other', isOpaque(object) ? { id: object } : { name: object });
}
