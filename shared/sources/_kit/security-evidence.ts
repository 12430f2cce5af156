import { wordTable } from '../../kernel/word-table.ts';
import type { Client, Entity, EntityKind, MailFacts } from '../../model/event.ts';
import { addEntity, client, entity } from './entity.ts';
import { parseIp, type IpAndPort } from './ip.ts';
import { unpacked } from './json-in-string.ts';
import { fields, firstWord, integer, list, word, type Fields } from './reading.ts';

/** What the evidence of an alert says. */
export interface Evidence {
  /** Whose account acted, or was used. */
  readonly actor: Entity | null;
  readonly targets: readonly Entity[];
  readonly client: Client | null;
  /** Of the first message among the evidence. */
  readonly mail: MailFacts | null;
}

interface Item {
  /** `user` of `#microsoft.graph.security.userEvidence`, or of the older `entityType`; lower case. */
  readonly kind: string;
  readonly has: Fields;
  readonly roles: readonly string[];
}

/** Reads the evidence of Graph's alerts, and the `entities` and `devices` of the Defender API before it. */
export function readEvidence(...lists: readonly unknown[]): Evidence {
  const items = lists.flatMap(itemsOf);
  const targets: Entity[] = [];
  for (const item of items) for (const one of entitiesOf(item)) addEntity(targets, one);
  return { actor: actorOf(items), targets, client: clientOf(items), mail: mailOf(items) };
}

function itemsOf(value: unknown): Item[] {
  const held = unpacked(value);
  // Forwarders cut lists into records of one element each, and then write that element without its list.
  return (fields(held) === null ? list(held) : [held]).flatMap(element => {
    const has = fields(unpacked(element));
    if (has === null) return [];
    const said =
      firstWord(has['@odata.type'], has['entityType']) ??
      (has['deviceDnsName'] === undefined ? '' : 'device');
    const kind = said.slice(said.lastIndexOf('.') + 1).replace(/Evidence$/, '');
    const roles = list(has['roles']).map(role => word(role)?.toLowerCase() ?? '');
    return [{ kind: kind.toLowerCase(), has, roles }];
  });
}

type Read = (has: Fields) => readonly (Entity | null)[];

const of = (value: unknown): Fields => fields(unpacked(value)) ?? {};
const named =
  (kind: EntityKind, ids: readonly string[], names: readonly string[]): Read =>
  has => [
    entity(kind, {
      id: firstWord(...ids.map(name => has[name])),
      name: firstWord(...names.map(name => has[name])),
    }),
  ];

function deviceOf(has: Fields): readonly (Entity | null)[] {
  return [
    entity('device', {
      id: firstWord(has['azureAdDeviceId'], has['aadDeviceId'], has['mdeDeviceId'], has['deviceId']),
      name: firstWord(has['deviceDnsName'], has['hostName']),
    }),
    ...list(unpacked(has['loggedOnUsers'])).map(user =>
      entity('user', { name: word(of(user)['accountName']) }),
    ),
  ];
}

const nameOfFile = (has: Fields): string | null =>
  firstWord(of(has['fileDetails'])['fileName'], has['fileName']);

const readers = wordTable<Read>({
  user: has => [account(has)],
  mailbox: has => [
    entity('mailbox', {
      name: firstWord(has['displayName'], has['mailboxDisplayName']),
      address: firstWord(has['primaryAddress'], has['mailboxAddress'], has['upn'], has['userPrincipalName']),
    }),
    has['userAccount'] === undefined ? null : account(has),
  ],
  device: deviceOf,
  ip: has => [entity('other', { name: parseIp(has['ipAddress'])?.ip ?? null })],
  url: has => [entity('other', { name: word(has['url']) })],
  file: has => {
    const details = has['fileDetails'] === undefined ? has : of(has['fileDetails']);
    return [
      entity('file', { id: firstWord(details['sha256'], details['sha1']), name: word(details['fileName']) }),
    ];
  },
  process: has => [
    entity('file', {
      id: word(of(has['imageFile'])['sha256']) ?? word(has['sha256']),
      name: firstWord(of(has['imageFile'])['fileName'], has['fileName']),
    }),
    has['userAccount'] === undefined ? null : account(has),
  ],
  analyzedmessage: has => [message(has), recipient(has)],
  mailmessage: has => [message(has), recipient(has)],
  submissionmail: has => [message(has), recipient(has)],
  teamsmessage: has => [
    entity('message', { id: word(has['messageId']), name: word(has['subject']) }),
    ...list(unpacked(has['recipients'])).map(one => entity('user', { address: word(one) })),
    ...list(unpacked(has['urls'])).map(one => entity('other', { name: firstWord(of(one)['url'], one) })),
    ...list(unpacked(has['files'])).map(one => entity('file', { name: nameOfFile(of(one)) })),
  ],
  hostlogonsession: has => [account(of(has['account'])), ...deviceOf(of(has['host']))],
  cloudlogonsession: has => [
    account(of(has['account'])),
    entity('device', { name: word(has['deviceName']) }),
  ],
  networkconnection: has => [
    entity('other', { name: parseIp(of(has['destinationAddress'])['ipAddress'])?.ip ?? null }),
    entity('other', { name: parseIp(of(has['sourceAddress'])['ipAddress'])?.ip ?? null }),
  ],
  dns: has => [
    entity('domain', { name: word(has['domainName']) }),
    ...list(unpacked(has['ipAddresses'])).map(one =>
      entity('other', { name: parseIp(of(one)['ipAddress'] ?? one)?.ip ?? null }),
    ),
  ],
  filehash: has => [entity('file', { id: word(has['value']) })],
  activedirectorydomain: has => [entity('domain', { name: word(has['activeDirectoryDomainName']) })],
  iotdevice: named('device', ['deviceId'], ['deviceName', 'deviceType']),
  aiagent: named('application', ['agentId', 'instanceId'], ['agentName', 'displayName']),
  cloudapplication: named('application', ['appId'], ['displayName', 'instanceName']),
  oauthapplication: named('application', ['appId', 'objectId'], ['displayName']),
  serviceprincipal: named('application', ['servicePrincipalObjectId', 'appId'], ['servicePrincipalName']),
  securitygroup: named('group', ['securityGroupId'], ['displayName', 'securityGroupName']),
  azureresource: named('other', ['resourceId'], ['resourceName']),
});

// Kinds nobody has written a reader for: whatever names them.
const anything = named(
  'other',
  ['id', 'resourceId', 'objectId'],
  [
    'displayName',
    'name',
    'resourceName',
    'registryKey',
    'clusterByValue',
    'clusterBy',
    'domainName',
    'subject',
  ],
);

const entitiesOf = ({ kind, has }: Item): readonly (Entity | null)[] => (readers[kind] ?? anything)(has);

function account(has: Fields): Entity | null {
  const about = has['userAccount'] === undefined ? has : of(has['userAccount']);
  const name = firstWord(about['displayName'], about['accountName']);
  return entity('user', {
    id: firstWord(about['azureAdUserId'], about['aadUserId'], about['userSid']),
    name,
    address: word(about['userPrincipalName']),
  });
}

const message = (has: Fields): Entity | null =>
  entity('message', {
    id: firstWord(has['networkMessageId'], has['internetMessageId']),
    name: word(has['subject']),
  });
const recipient = (has: Fields): Entity | null =>
  entity('mailbox', { address: firstWord(has['recipientEmailAddress'], has['recipient']) });

const userKinds = new Set([
  'user', 'mailbox', 'process', 'analyzedmessage', 'mailmessage', 'submissionmail', 'hostlogonsession', 'cloudlogonsession',
]); // prettier-ignore
const acting = ['attacker', 'compromised', 'source', 'suspicious'];

/** Who acted: an account in an acting role; else any that is not only under attack; else the first that is named. */
function actorOf(items: readonly Item[]): Entity | null {
  const users = items
    .filter(({ kind }) => userKinds.has(kind))
    .flatMap(item => {
      const found = entitiesOf(item).find(
        one => one !== null && (one.kind === 'user' || one.kind === 'mailbox'),
      );
      return found === undefined || found === null
        ? []
        : [{ item, found: { ...found, kind: 'user' as const } }];
    });
  const inRole = users.find(({ item }) => item.roles.some(role => acting.includes(role)));
  const free = users.find(({ item }) => item.kind === 'user' && !item.roles.includes('attacked'));
  return (inRole ?? free ?? users[0])?.found ?? senderOf(items);
}

/** Who wrote a message in Teams: nobody else is named by its evidence. */
function senderOf(items: readonly Item[]): Entity | null {
  const has = items.find(({ kind }) => kind === 'teamsmessage')?.has;
  return has === undefined ? null : entity('other', { address: word(has['senderFromAddress']) });
}

/** The address it came from: an attacker's before any other, a device's own last. */
function clientOf(items: readonly Item[]): Client | null {
  const ips = items.filter(({ kind, has }) => kind === 'ip' && parseIp(has['ipAddress']) !== null);
  const from = ips.find(({ roles }) => roles.some(role => acting.includes(role))) ?? ips[0];
  const device = items.find(({ kind }) => kind === 'device')?.has;
  const mail = mailAmong(items);
  const session = items.find(({ kind }) => kind === 'cloudlogonsession')?.has;
  const found =
    parseIp(from?.has['ipAddress']) ??
    parseIp(mail?.['senderIp']) ??
    parseIp(device?.['lastExternalIpAddress']) ??
    parseIp(device?.['lastIpAddress']) ??
    parseIp(list(device?.['ipInterfaces']).filter(isReachable)) ??
    innerIp(items);
  const place = of(from?.has['location']);
  const platform = word(device?.['osPlatform']);
  const version = word(device?.['version']);
  return client({
    ip: found?.ip ?? null,
    port: found?.port ?? null,
    userAgent: firstWord(session?.['userAgent'], session?.['browser']),
    device: firstWord(device?.['deviceDnsName'], device?.['hostName'], session?.['deviceName']),
    os:
      platform === null || version === null
        ? (platform ?? word(session?.['operatingSystem']))
        : `${platform} ${version}`,
    country: firstWord(from?.has['countryLetterCode'], place['countryOrRegion'], place['countryName']),
    city: word(place['city']),
  });
}

/** Addresses that only the device itself, or its own wire, knows say nothing of where it is. */
const isReachable = (address: unknown): boolean =>
  typeof address === 'string' && !/^(fe80:|169\.254\.|127\.|::1$)/i.test(address);

/** Connections, logons and the like hold the address they came from one level down. */
function innerIp(items: readonly Item[]): IpAndPort | null {
  for (const { has } of items) {
    const found =
      parseIp(has['senderIp'] ?? has['senderIP']) ??
      parseIp(of(has['sourceAddress'])['ipAddress']) ??
      parseIp(of(has['hostIpAddress'])['ipAddress']) ??
      parseIp(of(has['ipAddress'])['ipAddress']);
    if (found !== null) return found;
  }
  return null;
}

/** What somebody submitted says less of a mail than what was found out about one. */
const mailAmong = (items: readonly Item[]): Fields | undefined =>
  (
    items.find(({ kind }) => kind === 'analyzedmessage' || kind === 'mailmessage') ??
    items.find(({ kind }) => kind === 'submissionmail')
  )?.has;

function mailOf(items: readonly Item[]): MailFacts | null {
  const has = mailAmong(items);
  if (has === undefined) return null;
  const to = firstWord(has['recipientEmailAddress'], has['recipient']);
  const way = word(has['antiSpamDirection'])?.toLowerCase();
  return {
    messageId: word(has['internetMessageId']),
    sender: firstWord(
      of(has['p2Sender'])['emailAddress'],
      of(has['p1Sender'])['emailAddress'],
      has['sender'],
    ),
    recipients: to === null ? [] : [to],
    subject: word(has['subject']),
    direction: way === 'inbound' || way === 'outbound' ? way : way === 'intraorg' ? 'internal' : 'unknown',
    status: word(has['deliveryAction'])?.toLowerCase() ?? null,
    size: integer(has['size']),
  };
}
