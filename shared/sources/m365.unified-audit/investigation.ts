import type { Entity } from '../../model/event.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { parseIp, type IpAndPort } from '../_kit/ip.ts';
import { fields, firstWord, list, word, type Fields } from '../_kit/reading.ts';

/** More would be most of an event. */
const most = 50;

/** The entities of an investigation: `Data` is a string of JSON with the alert that began it, in full names. */
export const entitiesOf = (data: Fields | null): readonly Fields[] =>
  list(data?.['Entities'])
    .slice(0, most)
    .map(entry => fields(entry))
    .filter(entry => entry !== null);

const typeOf = (has: Fields): string => word(has['Type'])?.toLowerCase() ?? '';

export function addInvestigated(found: Entity[], data: Fields | null): void {
  for (const has of entitiesOf(data)) addEntity(found, investigated(has));
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
        name: firstWord(has['DisplayName'], has['Name']),
        address: firstWord(has['UserPrincipalName'], upnOf(has)),
      });
    case 'mailmessage':
      return entity('message', {
        id: firstWord(has['InternetMessageId'], has['NetworkMessageId']),
        name: word(has['Subject']),
      });
    case 'url':
      return entity('other', { id: word(has['Url']) });
    case 'ip':
      return entity('other', { name: parseIp(has['Address'])?.ip ?? null });
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

function upnOf(has: Fields): string | null {
  const [name, suffix] = [word(has['Name']), word(has['UPNSuffix'])];
  return name === null || suffix === null ? null : `${name}@${suffix}`;
}

/** Where the first mail among them came from, or the first address. */
export function investigatedIp(data: Fields | null): IpAndPort | null {
  let found: IpAndPort | null = null;
  for (const has of entitiesOf(data)) found ??= parseIp(has['SenderIP']) ?? parseIp(has['Address']);
  return found;
}

/** The first mail among them. */
export const investigatedMail = (data: Fields | null): Fields | null =>
  entitiesOf(data).find(has => typeOf(has) === 'mailmessage') ?? null;
