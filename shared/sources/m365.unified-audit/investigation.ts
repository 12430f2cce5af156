import type { Entity } from '../../model/event.ts';
import { isAddress } from '../_kit/address.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { parseIp, type IpAndPort } from '../_kit/ip.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, firstWord, list, word, type Fields } from '../_kit/reading.ts';

/** More would be most of an event. */
const most = 50;

/**
 * The entities of an investigation: `Data` is a string of JSON with the alert that began it, in full names. What an
 * administrator does has none, and names its things with each action. An action may be JSON in a string of its own.
 */
export function entitiesOf(data: Fields | null, actions: unknown): readonly Fields[] {
  const began = list(data?.['Entities'] ?? data?.['entities']);
  const acted =
    began.length > 0 ? began : list(actions).flatMap(action => list(fields(unpacked(action))?.['Entities']));
  return acted
    .slice(0, most)
    .map(entry => fields(unpacked(entry)))
    .filter(entry => entry !== null);
}

/** `mailMessage` and `mail-message` are one. */
const typeOf = (has: Fields): string =>
  firstWord(has['Type'], has['type'])?.toLowerCase().replaceAll('-', '') ?? '';

export function addInvestigated(found: Entity[], data: Fields | null, actions: unknown): void {
  for (const has of entitiesOf(data, actions)) {
    addEntity(found, investigated(has));
    // The link that was clicked, of which the mail it came with is known and no more.
    if (has['SourceEntityType'] === 'MaliciousUrl')
      addEntity(found, entity('other', { id: word(has['SourceEntityId']) }));
  }
}

function investigated(has: Fields): Entity | null {
  switch (typeOf(has)) {
    case 'mailbox':
      return entity('mailbox', {
        id: word(has['AadId']),
        address: firstWord(has['MailboxPrimaryAddress'], has['Upn']),
      });
    case 'account':
    case 'user':
      return entity('user', {
        id: firstWord(has['AadUserId'], has['Sid']),
        name: firstWord(has['DisplayName'], has['Name'], has['label']),
        address: firstWord(has['UserPrincipalName'], upnOf(has), addressIn(has['id'])),
      });
    case 'mailmessage':
      return entity('message', {
        id: firstWord(has['InternetMessageId'], has['NetworkMessageId']),
        name: word(has['Subject']),
      });
    case 'url':
      return entity('other', { id: word(has['Url']) });
    case 'ip':
      return entity('other', { name: parseIp(has['Address'] ?? has['id'])?.ip ?? null });
    case 'file':
      return entity('file', {
        id: word(fields(list(has['FileHashes'])[0])?.['Value']),
        name: word(has['Name']),
      });
    case 'host':
    case 'machine':
      return entity('device', { name: firstWord(has['HostName'], has['NetBiosName']) });
    default:
      return null; // clusters of mails: queries and counts
  }
}

const addressIn = (value: unknown): string | null => {
  const said = word(value);
  return said !== null && isAddress(said) ? said : null;
};

function upnOf(has: Fields): string | null {
  const [name, suffix] = [word(has['Name']), word(has['UPNSuffix'])];
  return name === null || suffix === null ? null : `${name}@${suffix}`;
}

/** Where the first mail among them came from, or the first address. */
export function investigatedIp(data: Fields | null, actions: unknown): IpAndPort | null {
  let found: IpAndPort | null = null;
  for (const has of entitiesOf(data, actions)) {
    found ??= parseIp(has['SenderIP']) ?? parseIp(has['Address']);
    if (typeOf(has) === 'ip') found ??= parseIp(has['id']);
  }
  return found;
}

/** The first mail among them. */
export const investigatedMail = (data: Fields | null, actions: unknown): Fields | null =>
  entitiesOf(data, actions).find(has => typeOf(has) === 'mailmessage') ?? null;

/** Whether a data-loss alert, under its short names, is about a mail: what it calls the object is then the subject. */
export const isOfMail = (data: Fields): boolean =>
  data['mfrm'] !== undefined || word(data['wl'])?.toLowerCase() === 'exchange';
