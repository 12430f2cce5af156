import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, EntityKind, MailFacts } from '../../model/event.ts';
import { bareAddress, isAddress } from '../_kit/address.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { namedValues } from '../_kit/named-values.ts';
import { fields, firstWord, integer, list, word, type Fields } from '../_kit/reading.ts';
import { userIdOf } from './actor.ts';
import { addAssistantSources } from './assistant.ts';
import type { AuditFacts } from './audit-facts.ts';
import { isGuid, isOpaque } from './identity-claims.ts';
import { addInvestigated, isOfMail } from './investigation.ts';
import type { UnifiedAudit } from './schema.ts';

/** Mailboxes and the messages in them. */
export function addMailTargets(found: Entity[], facts: AuditFacts, mail: MailFacts | null): void {
  const { record } = facts;
  addEntity(
    found,
    entity('mailbox', { address: word(record.MailboxOwnerUPN), id: word(record.MailboxGuid) }),
  );
  addEntity(found, entity('mailbox', { address: word(record.DestMailboxOwnerUPN) }));
  addEntity(found, entity('mailbox', { address: word(record.SendAsUserSmtp) }));
  addEntity(found, entity('mailbox', { address: word(record.SendOnBehalfOfUserSmtp) }));
  const item = fields(record.Item);
  addItem(found, item);
  addMember(found, word(fields(item?.['ParentFolder'])?.['MemberUpn']));
  if (record.OperationProperties !== undefined) addRule(found, record.OperationProperties);
  for (const item of list(unpacked(record.AffectedItems))) addItem(found, fields(item));
  // What was opened with MailItemsAccessed stands only here, folder by folder.
  for (const folder of list(unpacked(record.Folders))) {
    for (const item of list(fields(folder)?.['FolderItems'])) addItem(found, fields(item));
  }
  // Those whose attachments were opened.
  for (const message of list(record.Messages)) addItem(found, fields(message));
  addEntity(found, folderIn(record.DestFolder));
  // What was done to all that lay in it.
  if (item === null && !found.some(({ kind }) => kind === 'message'))
    addEntity(found, folderIn(record.Folder));
  // What was searched for in a mailbox.
  if (facts.family === 'mailbox') addEntity(found, entity('other', { name: word(record.QueryText) }));
  // A message in quarantine that was looked at or deleted is known by nothing else.
  if (mail === null && facts.family === 'threat')
    addEntity(found, entity('message', { id: word(record.NetworkMessageId) }));
  if (mail === null) return;
  // Who opens a mail in the portal is whom it went to.
  for (const recipient of facts.type === 'OMEPortal' ? [] : mail.recipients) {
    addEntity(found, entity('mailbox', isAddress(recipient) ? { address: recipient } : { name: recipient }));
  }
  const id = mail.messageId ?? word(record.NetworkMessageId);
  if (id !== null || mail.subject !== null) addEntity(found, entity('message', { id, name: mail.subject }));
  addEntity(found, entity('file', { name: word(record.AttachmentName) }));
}

/** Who was let into a folder: somebody, `Everyone`, or a group's `Member@local`. */
function addMember(found: Entity[], member: string | null): void {
  if (member !== null && (!isAddress(bareAddress(member)) || /@local$/i.test(member)))
    return addEntity(found, entity('group', { name: member }));
  addPerson(found, member);
}

/** An inbox rule as Outlook itself writes it: its name, and where it sends mail. */
function addRule(found: Entity[], value: unknown): void {
  const properties = namedValues(value, 'Name', 'Value');
  addEntity(found, entity('policy', { name: word(properties.get('rulename')) }));
  // A delegate, and whoever else is named by an address.
  for (const held of properties.values()) addPerson(found, word(held));
  for (const action of list(unpacked(properties.get('ruleactions')))) {
    for (const recipient of list(fields(action)?.['Recipients'])) {
      const address = bareAddress(word(recipient) ?? '');
      if (isAddress(address)) addEntity(found, entity('mailbox', { address }));
    }
  }
}

function folderIn(value: unknown): Entity | null {
  const folder = fields(value);
  return entity('other', { id: word(folder?.['Id']), name: firstWord(folder?.['Path'], folder?.['Name']) });
}

function addItem(found: Entity[], item: Fields | null): void {
  if (item === null) return;
  const subject = word(item['Subject']);
  const id = firstWord(item['InternetMessageId'], item['Id']);
  // Of folders the path says more than the store's id.
  const folder = subject === null ? word(fields(item['ParentFolder'])?.['Path']) : null;
  addEntity(found, entity(folder === null ? 'message' : 'other', { id, name: subject ?? folder }));
  const attached = item['Attachments'];
  if (typeof attached === 'string' && attached !== '') addAttachments(found, attached);
}

/** `a.pdf (949373b); b.png (8676b)`: names may have brackets of their own. */
function addAttachments(found: Entity[], attached: string): void {
  for (const part of attached.split(';', mostAttachments)) {
    const size = part.lastIndexOf(' (');
    addEntity(found, entity('file', { name: word(size > 0 ? part.slice(0, size) : part) }));
  }
}

const mostAttachments = 20;

/** 1 and 2 are owners and members, which of them Microsoft tells both ways; 3 is a guest. */
const memberKind = (role: unknown, address: string | null): EntityKind =>
  integer(role) === 3 || /#ext#/i.test(address ?? '') ? 'guest' : 'user';

/** Teams, channels, chats, their members, and what other places of work name. */
export function addWorkTargets(found: Entity[], { record, family, type }: AuditFacts): void {
  addEntity(found, entity('team', { id: word(record.TeamGuid), name: word(record.TeamName) }));
  addEntity(found, entity('other', { id: word(record.ChannelGuid), name: word(record.ChannelName) }));
  for (const member of list(record.Members)) {
    const known = fields(member);
    const address = word(known?.['UPN']);
    addEntity(
      found,
      entity(memberKind(known?.['Role'], address), { name: word(known?.['DisplayName']), address }),
    );
  }
  for (const [person, id] of [
    [word(record.Invitee), null],
    [word(record.TargetUserId), word(record.TargetYammerUserId)],
  ] as const) {
    if (person !== null)
      addEntity(found, entity('user', isAddress(person) ? { id, address: person } : { id: person }));
  }
  if (family === 'teams') {
    addEntity(found, entity('other', { id: word(record.ChatThreadId), name: word(record.ChatName) }));
  }
  if (family === 'teams' || type === 'Yammer') {
    addEntity(found, entity('message', { id: word(record.MessageId) }));
  }
  addEntity(found, entity('group', { name: word(record.GroupName) }));
  addEntity(found, entity('file', { id: word(record.FileId), name: word(record.FileName) }));
  addEntity(found, entity('other', { id: word(record.FormId), name: word(record.FormName) }));
  // Of a row of Dynamics the entity is its kind.
  const row = word(record.PrimaryFieldValue);
  addEntity(found, entity('other', { id: word(record.EntityId), name: row ?? word(record.EntityName) }));
  if (row !== null) addEntity(found, entity('other', { name: word(record.EntityName) }));
  for (const [name, id] of [
    [record.ArtifactName, record.ArtifactId], [record.ReportName, record.ReportId], [record.DashboardName, record.DashboardId], [record.DatasetName, record.DatasetId],
    [record.ObjectDisplayName, isGuid(word(record.ObjectId) ?? '') ? record.ObjectId : null], [record.WorkSpaceName ?? record.WorkspaceName, record.WorkspaceId],
  ]) if (name !== undefined) addEntity(found, entity('other', { name: word(name), id: word(id) })); // prettier-ignore
  addAssistantSources(found, fields(record.CopilotEventData));
  // What runs agents knows them by id.
  if (record.AgentName !== undefined || record.CopilotEventData !== undefined) {
    const said = fields(record.CopilotEventData);
    const id = firstWord(record.AgentId, said?.['AgentId']);
    addEntity(found, entity('application', { id, name: firstWord(record.AgentName, said?.['AgentName']) }));
  }
}

const alertKinds = wordTable<EntityKind>({
  user: 'user', account: 'user', recipients: 'mailbox', sender: 'mailbox', mailbox: 'mailbox', malwarefamily: 'other', file: 'file',
  mailmessage: 'message', ip: 'other', url: 'other', device: 'device', host: 'device',
}); // prettier-ignore

/** What alerts, detections and data-loss findings are about. Never what a policy found inside: see mapping.md. */
export function addFindingTargets(found: Entity[], facts: AuditFacts): void {
  const { record, family } = facts;
  if (family === 'alert') addAlert(found, facts);
  const url = firstWord(record.Url, record.URL);
  if (url !== null && family === 'threat') addEntity(found, entity('other', { id: url }));
  const file = fields(record.FileData);
  addEntity(
    found,
    entity('file', {
      id: firstWord(file?.['FilePath'], file?.['DocumentId']),
      name: word(file?.['FileName']),
    }),
  );
  const share = fields(record.SharePointMetaData);
  addEntity(found, entity('file', { id: word(share?.['FilePathUrl']), name: word(share?.['FileName']) }));
  for (const whom of ['FileOwner', 'From', 'DocumentLastModifier', 'DocumentSharer'])
    addOther(found, word(share?.[whom]), record);
  const attached = record.AttachmentData ?? fields(record.ExchangeDetails)?.['AttachmentData'];
  for (const attachment of list(attached)) {
    const known = fields(attachment);
    addEntity(found, entity('file', { id: word(known?.['SHA256']), name: word(known?.['FileName']) }));
  }
  addOther(found, word(record.LastModifiedBy), record);
  if (family === 'dlp') addDestination(found, facts);
  addEntity(
    found,
    entity('other', { id: word(record.CaseId), name: firstWord(record.Case, record.CaseName) }),
  );
  for (const policy of list(record.PolicyDetails)) {
    const known = fields(policy);
    addEntity(found, entity('policy', { id: word(known?.['PolicyId']), name: word(known?.['PolicyName']) }));
  }
  const supervised = fields(record.SRPolicyMatchDetails);
  addEntity(
    found,
    entity('policy', { id: word(supervised?.['SRPolicyId']), name: word(supervised?.['SRPolicyName']) }),
  );
  if (family === 'threat') addPerson(found, word(record.EventValue));
}

/** Where a file on a device was going, onto which stick, and the policy that saw it. */
function addDestination(found: Entity[], { record }: AuditFacts): void {
  const policy = fields(record.PolicyMatchInfo);
  const device = fields(record.EndpointMetaData);
  addEntity(found, entity('file', { id: word(device?.['FilePath']) }));
  addEntity(found, entity('policy', { id: word(policy?.['PolicyId']), name: word(policy?.['PolicyName']) }));
  addEntity(found, entity('file', { id: firstWord(record.TargetFilePath, device?.['TargetFilePath']) }));
  addEntity(found, entity('domain', { name: firstWord(record.TargetDomain, device?.['TargetDomain']) }));
  addEntity(
    found,
    entity('device', { name: firstWord(record.TargetPrinterName, device?.['TargetPrinterName']) }),
  );
  const stick = fields(unpacked(record.RemovableMediaDeviceAttributes));
  const made = [stick?.['Manufacturer'], stick?.['Model']].map(word).filter(part => part !== null);
  addEntity(found, entity('device', { id: word(stick?.['SerialNumber']), name: word(made.join(' ')) }));
}

function addAlert(found: Entity[], { record, data: held }: AuditFacts): void {
  const about = word(record.AlertEntityId);
  const data = held();
  if (about !== null) {
    const kind = alertKinds[word(record.EntityType)?.toLowerCase() ?? ''] ?? 'other';
    const isId = isOpaque(about);
    addEntity(
      found,
      entity(kind, isAddress(about) ? { address: about } : isId ? { id: about } : { name: about }),
    );
  }
  for (const one of list(record.Entities)) {
    const known = fields(one);
    const said = firstWord(known?.['id'], known?.['Id'], known?.['label'], known?.['Name']);
    const kind = alertKinds[firstWord(known?.['type'], known?.['Type'])?.toLowerCase() ?? ''] ?? 'other';
    const address = [known?.['pa'], said, known?.['label']]
      .map(word)
      .find(text => text !== null && isAddress(text));
    const name = firstWord(known?.['label'], known?.['Name'], said);
    addEntity(found, entity(kind, { name: name === address ? null : name, address: address ?? null }));
  }
  for (const name of ['f3u', 'trc', 'suid', 'eid']) {
    for (const person of (word(data?.[name]) ?? '').split(/[;,]/)) addPerson(found, word(person));
  }
  addEntity(
    found,
    entity('policy', {
      id: word(record.PolicyId),
      name: firstWord(record.Name, record.AlertDisplayName, record.Title),
    }),
  );
  for (const app of list(record.Applications)) {
    addEntity(found, entity('application', { name: word(fields(app)?.['Name']) }));
  }
  if (data !== null) addFoundFile(found, data);
  addEntity(
    found,
    entity('other', { id: word(record.InvestigationId), name: word(record.InvestigationName) }),
  );
  addInvestigated(found, data, record.Actions);
}

/** What an alert holds under short names: the policy, the file, and where it was going; of a mail the subject is no file. */
function addFoundFile(found: Entity[], data: Fields): void {
  addEntity(found, entity('policy', { id: word(data['dpid']), name: word(data['dpn']) }));
  const name = isOfMail(data) ? null : word(data['von']);
  addEntity(found, entity('file', { id: word(data['ofph']), name }));
  addEntity(found, entity('file', { id: word(data['tfph']) }));
  addEntity(found, entity('domain', { name: word(data['tdmn']) }));
  const hash = firstWord(data['zmfh'], data['zfh']);
  addEntity(found, entity('file', { id: hash, name: firstWord(data['zmfn'], data['zfn']) }));
}

/** Somebody else than who did it. */
function addOther(found: Entity[], text: string | null, record: UnifiedAudit): void {
  if (bareAddress(text ?? '').toLowerCase() !== userIdOf(record)?.toLowerCase()) addPerson(found, text);
}

function addPerson(found: Entity[], text: string | null): void {
  if (text === null) return;
  const bare = bareAddress(text);
  if (isAddress(bare)) addEntity(found, entity('user', { address: bare }));
}
