import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, EntityKind } from '../../model/event.ts';
import { addEntity, entity, mentions } from '../_kit/entity.ts';
import { bareAddress, isAddress } from '../_kit/address.ts';
import { fields, firstWord, list, word } from '../_kit/reading.ts';
import type { AuditFacts } from './audit-facts.ts';
import { isGuid } from './identity-claims.ts';
import { lastSegment } from './paths.ts';
import { isOfApps } from './record-types.ts';
import type { UnifiedAudit } from './schema.ts';

/** What Teams, Power BI, Power Platform, Stream and Forms hold in places of their own. */
export function addServiceTargets(found: Entity[], { record, family, type, properties }: AuditFacts): void {
  if (family === 'teams') {
    addMessage(found, record.Message);
    for (const message of list(record.Messages)) addMessage(found, message);
    for (const attendee of list(record.Attendees)) {
      const known = fields(attendee);
      const name = word(known?.['DisplayName']);
      addEntity(
        found,
        entity('user', { id: word(known?.['UserObjectId']), name, address: word(known?.['UPN']) }),
      );
    }
    if ((record.MeetingURL ?? record.MeetingDetailId ?? record.CallId) !== undefined) {
      const id = firstWord(record.MeetingURL, record.MeetingDetailId, record.CallId);
      addEntity(found, entity('other', { id, name: word(record.ItemName) }));
    }
    const organizer = fields(record.Organizer);
    const organizedBy = word(organizer?.['UserObjectId']);
    // It is told by whoever organised it, mostly.
    if (organizedBy === null || organizedBy !== record.UserKey)
      addEntity(found, entity('user', { id: organizedBy, name: word(organizer?.['DisplayName']) }));
    addEntity(
      found,
      entity('application', {
        id: firstWord(record.AddOnGuid, record.AzureADAppId),
        name: word(record.AddOnName),
      }),
    );
    // Files and links somebody sent, each of which may be the bad one.
    for (const file of list(record.MessageFiles).slice(0, mostLinks)) {
      const url = word(fields(file)?.['FileUrl']);
      addEntity(found, entity('file', { id: url, name: lastSegment(url) }));
    }
    for (const url of list(record.MessageURLs).slice(0, mostLinks).map(word))
      if (url !== null && !mentions(found, url)) addEntity(found, entity('other', { id: url }));
    // A setting that changed; the name of other records is the team's, the tab's or the file's once more.
    if (record.NewValue !== undefined) addEntity(found, entity('other', { name: word(record.Name) }));
    return;
  }
  if (type === 'Discovery') addDiscovery(found, record);
  // Elsewhere it is the client.
  if (isOfApps(type)) {
    const app = firstWord(record.AppName, record.ApplicationName);
    const isId = app !== null && isGuid(app);
    addEntity(
      found,
      entity('application', {
        id: firstWord(record.AppId, record.ApplicationId) ?? (isId ? app : null),
        name: isId ? null : app,
      }),
    );
  }
  addEntity(found, entity('other', { id: word(record.ResourceUrl), name: word(record.ResourceTitle) }));
  for (const share of list(record.SharingInformation)) addNamed(found, fields(share)?.['RecipientEmail']);
  for (const member of list(record.MembershipInformation)) addNamed(found, fields(member)?.['MemberEmail']);
  for (const workspace of list(record.WorkspaceAccessList)) {
    for (const user of list(fields(workspace)?.['UserAccessList'])) {
      addNamed(found, firstWord(fields(user)?.['UserEmailAddress'], fields(user)?.['Identifier']));
    }
  }
  addNamed(found, record.RecipientUPN);
  if (record.PropertyCollection !== undefined) addResource(found, properties());
}

const mostLinks = 20;

/** eDiscovery: a document that was opened, the search, hold or review set, what it asked for and what it made. */
function addDiscovery(found: Entity[], record: UnifiedAudit): void {
  addEntity(found, entity('file', { name: word(record.Item) }));
  const name = word(record.ObjectName);
  if (name !== null) addEntity(found, entity('other', { id: word(record.ObjectId), name }));
  for (const text of [firstWord(record.QueryText, record.Query), word(record.ExportName)])
    addEntity(found, entity('other', { name: text }));
}

/** A Teams message whose record holds it as an object; other services put a sentence there. */
function addMessage(found: Entity[], value: unknown): void {
  const message = fields(value);
  if (message === null) return;
  addEntity(found, entity('message', { id: firstWord(message['Id'], message['ID']) }));
  const thread = firstWord(message['ThreadId'], message['ChatThreadId'], message['ParentMessageId']);
  addEntity(found, entity('other', { id: thread, name: word(message['ChatName']) }));
  addEntity(found, entity('other', { id: word(message['ChannelGuid']), name: word(message['ChannelName']) }));
  addEntity(found, entity('team', { id: word(message['TeamGuid']), name: word(message['TeamName']) }));
}

function addNamed(found: Entity[], value: unknown): void {
  const said = word(value);
  if (said === null) return;
  for (const part of said.split(/[;,]/)) {
    const bare = bareAddress(part.trim());
    if (isAddress(bare)) addEntity(found, entity('user', { address: bare }));
  }
}

const prefix = 'powerplatform.analytics.resource.';
const unnamed = '';
const resourceKinds = wordTable<EntityKind>({
  power_app: 'application', principal: 'user', bot: 'application', role: 'role', policy: 'policy', group: 'group',
}); // prettier-ignore

/**
 * Power Platform names what it acted on `….resource.power_app.id` and `….display_name`, each kind with its own: all
 * of them, the environment they lie in last.
 */
function addResource(found: Entity[], properties: ReadonlyMap<string, unknown>): void {
  const things = new Map<string, { id: string | null; name: string | null }>();
  for (const [key, value] of properties) {
    if (!key.startsWith(prefix)) continue;
    const path = key.slice(prefix.length).split('.');
    // Some name the one thing without its kind, and the kind beside it.
    const [thing = '', part = '', ...more] = path.length === 1 ? [unnamed, ...path] : path;
    if (more.length > 0 || thing === 'tenant' || thing === 'telemetry_correlation') continue;
    const known = things.get(thing) ?? { id: null, name: null };
    if (part === 'id') known.id ??= word(value);
    else if (part === 'name' || part === 'display_name') known.name ??= word(value);
    things.set(thing, known);
  }
  const type = word(properties.get(`${prefix}type`)) ?? '';
  const environment = things.get('environment');
  things.delete('environment');
  for (const [thing, { id, name }] of things) {
    const kind = resourceKinds[thing] ?? (thing === unnamed && /policy$/i.test(type) ? 'policy' : 'other');
    const isPerson = name !== null && isAddress(name);
    addEntity(found, entity(kind, isPerson ? { id, address: name } : { id, name }));
  }
  if (environment !== undefined) addEntity(found, entity('other', environment));
  const whom = word(properties.get('targetuser.principal_name'));
  const id = word(properties.get('targetuser.id'));
  addEntity(found, entity('user', { id, address: whom !== null && isAddress(whom) ? whom : null }));
  addNamed(found, whom);
}
