import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, EntityKind } from '../../model/event.ts';
import { entity } from './entity.ts';
import { parseIp } from './ip.ts';
import { unpacked } from './json-in-string.ts';
import { fields, firstWord, list, word, type Fields } from './reading.ts';

/** One piece of an alert's evidence. */
export interface Item {
  /** `user` of `#microsoft.graph.security.userEvidence`, or of the older `entityType`; lower case. */
  readonly kind: string;
  readonly has: Fields;
  readonly roles: readonly string[];
  /** What it names: nothing, one thing, or several. */
  readonly things: readonly (Entity | null)[];
}

/** A list of evidence, in any of the forms it comes in. */
export function itemsOf(value: unknown): Item[] {
  const held = unpacked(value);
  // Forwarders cut lists into records of one element each, and then write that element without its list.
  return (fields(held) === null ? list(held) : [held]).flatMap(element => {
    const has = asSent(fields(unpacked(element)));
    if (has === null) return [];
    const said = firstWord(has['@odata.type'], has['odataType'], has['entityType']) ?? kindByFields(has);
    const kind = said
      .slice(said.lastIndexOf('.') + 1)
      .replace(/Evidence$/, '')
      .toLowerCase();
    const roles = list(has['roles']).map(role => word(role)?.toLowerCase() ?? '');
    return [{ kind, has, roles, things: (readers[kind] ?? anything)(has) }];
  });
}

/** A shell puts what only one kind of evidence has into an object of its own; as Graph sends it, all is in one. */
const asSent = (has: Fields | null): Fields | null =>
  has?.['additionalProperties'] === undefined
    ? has
    : { ...has, ...fields(unpacked(has['additionalProperties'])) };

/** Answers asked for without metadata say no kind; the first field that tells one. */
const telling: readonly (readonly [field: string, kind: string])[] = [
  ['deviceDnsName', 'device'],
  ['imageFile', 'process'],
  ['primaryAddress', 'mailbox'],
  ['recipientEmailAddress', 'analyzedMessage'],
  ['fileDetails', 'file'],
  ['ipAddress', 'ip'],
  ['userAccount', 'user'],
  ['url', 'url'],
];
const kindByFields = (has: Fields): string =>
  telling.find(([field]) => (has[field] ?? null) !== null)?.[1] ?? '';

type Read = (has: Fields) => readonly (Entity | null)[];

/** The fields of what lies inside, if anything does. */
export const of = (value: unknown): Fields => fields(unpacked(value)) ?? {};
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
      id: firstWord(
        has['azureAdDeviceId'],
        has['aadDeviceId'],
        has['mdeDeviceId'],
        has['mdatpDeviceId'],
        has['deviceId'],
      ),
      name: firstWord(has['deviceDnsName'], has['hostName']),
    }),
    ...list(unpacked(has['loggedOnUsers'])).map(user => account(of(user))),
  ];
}

function fileOf(value: unknown): readonly (Entity | null)[] {
  const has = of(value);
  const details = has['fileDetails'] === undefined ? has : of(has['fileDetails']);
  const id = firstWord(details['sha256'], details['sha1'], details['md5']);
  return [entity('file', { id, name: word(details['fileName']) })];
}

const nameOfFile = (has: Fields): string | null =>
  firstWord(of(has['fileDetails'])['fileName'], has['fileName']);

/** The same key is in the machine's hive and in everybody's own: `HKEY_CURRENT_USER\SOFTWARE\…`. */
function registryKeyOf(has: Fields): readonly (Entity | null)[] {
  const [hive, key] = [word(has['registryHive']), word(has['registryKey'])];
  return [entity('other', { name: hive === null || key === null ? key : `${hive}\\${key}` })];
}

/** An address of its own, or inside a piece of evidence. */
const addressOf = (value: unknown): Entity | null =>
  entity('other', { name: parseIp(of(value)['ipAddress'] ?? value)?.ip ?? null });

const urlsIn = (has: Fields): (Entity | null)[] =>
  list(unpacked(has['urls'])).map(one => entity('other', { name: firstWord(of(one)['url'], one) }));

const readers = wordTable<Read>({
  user: has => [
    account(has),
    ...accessesOf(has).map(one => entity('other', { name: word(one['resourceIdentifier']) })),
  ],
  mailbox: has => [
    entity('mailbox', {
      name: firstWord(has['displayName'], has['mailboxDisplayName']),
      address: firstWord(has['primaryAddress'], has['mailboxAddress'], has['upn'], has['userPrincipalName']),
    }),
    (has['userAccount'] ?? has['aadUserId'] ?? null) === null ? null : account(has),
  ],
  device: deviceOf,
  ip: has => [entity('other', { name: parseIp(has['ipAddress'])?.ip ?? null })],
  url: has => [entity('other', { name: word(has['url']) })],
  file: fileOf,
  malware: has => [
    entity('other', { name: word(has['name']) }),
    ...list(unpacked(has['files'])).flatMap(fileOf),
    ...list(unpacked(has['processes'])).flatMap(one => fileOf(of(one)['imageFile'])),
  ],
  sastoken: has => [
    entity('other', { id: word(has['signatureHash']) }),
    ...named('other', ['resourceId'], ['resourceName'])(of(has['storageResource'])),
  ],
  process: has => [
    entity('file', {
      id: word(of(has['imageFile'])['sha256']) ?? word(has['sha256']),
      name: firstWord(of(has['imageFile'])['fileName'], has['fileName']),
    }),
    account(has),
  ],
  analyzedmessage: has => [message(has), recipient(has), ...urlsIn(has)],
  mailmessage: has => [message(has), recipient(has)],
  submissionmail: has => [message(has), recipient(has)],
  teamsmessage: has => [
    entity('message', { id: word(has['messageId']), name: word(has['subject']) }),
    ...list(unpacked(has['recipients'])).map(one => entity('user', { address: word(one) })),
    ...urlsIn(has),
    ...list(unpacked(has['files'])).map(one => entity('file', { name: nameOfFile(of(one)) })),
  ],
  hostlogonsession: has => [account(of(has['account'])), ...deviceOf(of(has['host']))],
  cloudlogonsession: has => [
    account(of(has['account'])),
    entity('device', { name: word(has['deviceName']) }),
  ],
  networkconnection: has => [addressOf(has['destinationAddress']), addressOf(has['sourceAddress'])],
  dns: has => [
    entity('domain', { name: word(has['domainName']) }),
    ...list(unpacked(has['ipAddresses'])).map(addressOf),
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
  amazonresource: named('other', ['amazonResourceId'], ['resourceName']),
  googlecloudresource: named('other', ['fullResourceName'], ['resourceName']),
  mailboxconfiguration: has => [
    entity('mailbox', {
      id: word(has['externalDirectoryObjectId']),
      name: word(has['displayName']),
      address: firstWord(has['mailboxPrimaryAddress'], has['upn']),
    }),
    entity('other', { id: word(has['configurationId']), name: word(has['configurationType']) }),
  ],
  githubuser: has => [
    entity('user', {
      id: word(has['userId']),
      name: firstWord(has['name'], has['login']),
      address: word(has['email']),
    }),
  ],
  githuborganization: named('other', ['orgId'], ['displayName', 'login']),
  githubrepo: named('other', ['repoId'], ['login', 'baseUrl']),
  blob: named('other', ['url'], ['name']),
  blobcontainer: named('other', ['url'], ['name']),
  // One of nobody's cloud has its name alone.
  kubernetescluster: has => itemsOf(has['cloudResource'])[0]?.things ?? anything(has),
  kubernetespod: has => [...anything(has), addressOf(has['podIp'])],
  kubernetesservice: has => [
    ...anything(has),
    addressOf(has['clusterIP']),
    ...list(unpacked(has['externalIPs'])).map(addressOf),
  ],
  kubernetesserviceaccount: named('application', [], ['name']),
  container: has => [
    ...named('other', ['containerId'], ['name'])(has),
    entity('other', { name: word(of(has['image'])['imageId']) }),
  ],
  containerimage: named('other', [], ['imageId']),
  containerregistry: named('other', [], ['registry']),
  nic: named('other', [], ['macAddress']),
  registrykey: registryKeyOf,
  registryvalue: registryKeyOf,
  registry: registryKeyOf,
  cloudlogonrequest: named('other', ['requestId'], []),
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
    'url',
  ],
);

/** What an account got at, when and from where, as far as an alert tells it. */
export const accessesOf = (has: Fields): Fields[] =>
  list(of(has['userAccount'])['resourceAccessEvents']).map(of);

function account(has: Fields): Entity | null {
  // The API before wrote an account's fields among those of the mailbox or process that is its.
  const about = fields(unpacked(has['userAccount'])) ?? has;
  const name = firstWord(about['displayName'], about['accountName']);
  return entity(isSystem(about) ? 'system' : 'user', {
    id: firstWord(about['azureAdUserId'], about['aadUserId'], about['userSid']),
    name,
    address: word(about['userPrincipalName']),
  });
}

/** Windows' own accounts, the same on every machine: SYSTEM, LOCAL SERVICE and NETWORK SERVICE. */
const isSystem = (about: Fields): boolean =>
  /^S-1-5-(18|19|20)$/i.test(word(about['userSid']) ?? '') ||
  /^nt authority$/i.test(word(about['domainName']) ?? '');

const message = (has: Fields): Entity | null =>
  entity('message', {
    id: firstWord(has['networkMessageId'], has['internetMessageId']),
    name: word(has['subject']),
  });
const recipient = (has: Fields): Entity | null =>
  entity('mailbox', { address: firstWord(has['recipientEmailAddress'], has['recipient']) });
