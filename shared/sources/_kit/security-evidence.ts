import { wordTable } from '../../kernel/word-table.ts';
import type { Client, Direction, Entity, MailFacts } from '../../model/event.ts';
import { addEntity, client, entity } from './entity.ts';
import { parseIp, type IpAndPort } from './ip.ts';
import { accessesOf, itemsOf, of, type Item } from './evidence-entities.ts';
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

/**
 * Reads the evidence of Graph's alerts, and the `entities` and `devices` of the Defender API before it. The title tells
 * whether a mail's recipient did something.
 */
export function readEvidence(title: string, ...lists: readonly unknown[]): Evidence {
  const items = lists.flatMap(itemsOf);
  const targets: Entity[] = [];
  for (const { things } of items) for (const one of things) addEntity(targets, one);
  return { actor: actorOf(items, title), targets, client: clientOf(items), mail: mailOf(items) };
}

const accountKinds = new Set([
  'user',
  'mailbox',
  'process',
  'hostlogonsession',
  'cloudlogonsession',
  'githubuser',
]);
const applicationKinds = new Set([
  'serviceprincipal',
  'oauthapplication',
  'cloudapplication',
  'aiagent',
  'kubernetesserviceaccount',
]);
/** Roles of those who act, the surest first. */
const acting = wordTable<number>({
  attacker: 0,
  source: 1,
  compromised: 2,
  policyviolator: 3,
  suspicious: 4,
});
/** Of those whom something was done to, or was done by means of. */
const acted = new Set([
  'attacked',
  'scanned',
  'destination',
  'created',
  'added',
  'edited',
  'commandandcontrol',
]);

const isActedUpon = ({ roles }: Item): boolean =>
  roles.some(role => acted.has(role)) && !roles.includes('attacker') && !roles.includes('source');

/** The one in the surest of the acting roles. */
function inActingRole(items: readonly Item[]): Item | undefined {
  let [best, found]: [number, Item | undefined] = [Infinity, undefined];
  for (const item of items) {
    for (const role of item.roles) {
      const rank = acting[role] ?? Infinity;
      if (rank < best) [best, found] = [rank, item];
    }
  }
  return found;
}

/**
 * Who acted: an account in an acting role, or an application; else an account that nothing was done to, people before
 * the accounts of processes and the system's own; else who reported or wrote a mail; else whose account was used or
 * attacked.
 */
function actorOf(items: readonly Item[], title: string): Entity | null {
  const accounts = items.filter(({ kind, things }) => accountKinds.has(kind) && things.some(isAccount));
  const did = recipientsDid.test(title);
  const got = receivedBy(items);
  const free = accounts.filter(item => !isActedUpon(item) && (did || !isAmong(got, item)));
  const people = free.filter(({ things }) => things.find(isAccount)?.kind !== 'system');
  return (
    accountOf(inActingRole(accounts)) ??
    applicationOf(inActingRole(items.filter(({ kind }) => applicationKinds.has(kind)))) ??
    (saysWhoReported.test(title)
      ? reporterIn(items.find(({ kind }) => kind === 'submissionmail')?.has)
      : null) ??
    accountOf(people.find(({ kind }) => kind === 'user')) ??
    accountOf(people.find(({ kind }) => kind !== 'mailbox')) ??
    // Of a mail somebody reported Defender tells their mailbox, and nothing of their account.
    (did ? accountOf(people.find(item => isAmong(got, item))) : null) ??
    senderOf(items) ??
    accountOf(people[0] ?? free[0] ?? accounts.find(({ roles }) => roles.includes('attacked')))
  );
}

/** Titles of alerts about what somebody did with a mail they got. */
const recipientsDid = /\breported by\b|\bclick|\brequested\b/i;
/** … and about a mail that was handed in, be it by an administrator. */
const saysWhoReported = /\breported by\b|\bsubmi/i;

/** Whoever got one of the mails, by address and by the ids of the accounts that have it; nobody who sent one themselves. */
function receivedBy(items: readonly Item[]): ReadonlySet<string> {
  const got = new Set<string>();
  const sent = new Set<string>();
  for (const { kind, has } of items) {
    if (!mailKinds.has(kind)) continue;
    got.add(firstWord(has['recipientEmailAddress'], has['recipient'])?.toLowerCase() ?? '');
    sent.add(senderIn(has)?.toLowerCase() ?? '');
  }
  for (const address of ['', ...sent]) got.delete(address);
  for (const item of items) {
    if (!accountKinds.has(item.kind) || !isAmong(got, item)) continue;
    for (const one of item.things)
      if (isAccount(one) && one !== null && one.id !== null) got.add(one.id.toLowerCase());
  }
  return got;
}

const mailKinds = new Set(['analyzedmessage', 'mailmessage', 'submissionmail']);

const isAmong = (some: ReadonlySet<string>, { things }: Item): boolean =>
  things.some(
    one =>
      isAccount(one) &&
      (some.has(one?.address?.toLowerCase() ?? '') || some.has(one?.id?.toLowerCase() ?? '')),
  );

const isAccount = (one: Entity | null): boolean =>
  one?.kind === 'user' || one?.kind === 'mailbox' || one?.kind === 'system';

function accountOf(item: Item | undefined): Entity | null {
  if (item === undefined) return null;
  const found = item.things.find(isAccount);
  if (found === undefined || found === null) return null;
  return found.kind === 'system' ? found : { ...found, kind: 'user' };
}

const applicationOf = (item: Item | undefined): Entity | null => item?.things[0] ?? null;

const reporterIn = (has: Fields | undefined): Entity | null =>
  entity('user', { address: word(has?.['submitter']) });

/** Who reported a mail, or who wrote one, or a message in Teams. */
function senderOf(items: readonly Item[]): Entity | null {
  const teams = items.find(({ kind }) => kind === 'teamsmessage')?.has;
  const mail = mailAmong(items);
  const reporter = reporterIn(mail);
  if (reporter !== null) return reporter;
  const way = directionOf(mail ?? teams ?? {});
  const kind = way === 'outbound' || way === 'internal' ? 'user' : 'other';
  return entity(kind, { address: mail === undefined ? word(teams?.['senderFromAddress']) : senderIn(mail) });
}

/**
 * The address it came from: an attacker's before any other, then the sender's and the device's own. Only where there is
 * none, one that only its own wire knows, then one it went to: whoever searches for the address of a command and control
 * server wants this alert.
 */
function clientOf(items: readonly Item[]): Client | null {
  const ips = items.filter(item => item.kind === 'ip' && parseIp(item.has['ipAddress']) !== null);
  const free = ips.filter(item => !isActedUpon(item));
  const origins = free.filter(item => isReachable(item.has['ipAddress']));
  const from = inActingRole(origins) ?? origins[0];
  const host = items.find(({ kind }) => kind === 'hostlogonsession')?.has['host'];
  const devices = items.filter(({ kind }) => kind === 'device');
  const near = inActingRole(devices) ?? devices.find(item => !isActedUpon(item));
  // A server somebody went to says where they came from only where nothing else does: for whoever searches by it.
  const device = near?.has ?? fields(unpacked(host)) ?? devices[0]?.has ?? {};
  const mail = mailAmong(items);
  const session = items.find(({ kind }) => kind === 'cloudlogonsession')?.has;
  const found =
    parseIp(from?.has['ipAddress']) ??
    reachable(mail?.['senderIp']) ??
    parseIp(device['lastExternalIpAddress']) ??
    parseIp(device['lastIpAddress']) ??
    parseIp(list(device['ipInterfaces']).filter(isReachable)) ??
    innerIp(items) ??
    parseIp((free[0] ?? ips[0])?.has['ipAddress']);
  const place = of(from?.has['location']);
  const platform = word(device['osPlatform']);
  // `Other` is what Defender writes of a version it does not know.
  const version = /^other$/i.test(word(device['version']) ?? '') ? null : word(device['version']);
  return client({
    ip: found?.ip ?? null,
    port: found?.port ?? null,
    userAgent: firstWord(session?.['userAgent'], session?.['browser']),
    device: firstWord(device['deviceDnsName'], device['hostName'], session?.['deviceName']),
    os:
      platform === null || version === null
        ? (platform ?? word(session?.['operatingSystem']))
        : `${platform} ${version}`,
    country: firstWord(from?.has['countryLetterCode'], place['countryOrRegion'], place['countryName']),
    city: word(place['city']),
  });
}

/**
 * Addresses that only the device itself, or its own wire, knows say nothing of where it is; 255.255.255.255 is what
 * Defender writes of a mail that came from none.
 */
const isReachable = (address: unknown): boolean =>
  typeof address === 'string' && !/^(fe80:|169\.254\.|127\.|::1$|255\.255\.255\.255$)/i.test(address);

const reachable = (address: unknown): IpAndPort | null => (isReachable(address) ? parseIp(address) : null);

/** Connections, logons and the like hold the address they came from one level down. */
function innerIp(items: readonly Item[]): IpAndPort | null {
  for (const { has } of items) {
    const found =
      reachable(has['senderIp'] ?? has['senderIP']) ??
      parseIp(of(has['sourceAddress'])['ipAddress']) ??
      parseIp(of(has['hostIpAddress'])['ipAddress']) ??
      parseIp(of(has['ipAddress'])['ipAddress']) ??
      parseIp(accessesOf(has).map(one => one['ipAddress']));
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
  return {
    messageId: word(has['internetMessageId']),
    sender: senderIn(has),
    recipients: to === null ? [] : [to],
    subject: word(has['subject']),
    direction: directionOf(has),
    status: word(has['deliveryAction'])?.toLowerCase() ?? null,
    size: integer(has['size']),
  };
}

const senderIn = (has: Fields): string | null =>
  firstWord(
    ...[of(has['p2Sender'])['emailAddress'], of(has['p1Sender'])['emailAddress'], has['sender']].filter(
      // A bounce comes from nobody.
      address => address !== '<>',
    ),
  );

const ways = wordTable<Direction>({ inbound: 'inbound', outbound: 'outbound', intraorg: 'internal' });
const directionOf = (has: Fields): Direction =>
  ways[firstWord(has['antiSpamDirection'], has['messageDirection'])?.toLowerCase() ?? ''] ?? 'unknown';
