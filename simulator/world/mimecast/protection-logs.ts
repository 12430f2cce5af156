import type { Cast } from '../cast.ts';
import { inner } from '../audit-envelope.ts';
import { below, between, chance, code, countAbout, guid, pick, randomOf, table, type Key, type Random } from '../random.ts'; // prettier-ignore
import type { Pace } from '../pace.ts';
import type { SlotFeed } from '../slots.ts';
import type { SimRecord } from '../world.ts';
import type { GatewayMail } from './gateway-mail.ts';
import { mimecastTime, wholeSecond } from './mimecast-time.ts';

/** Writes what a log says about a message at a time. */
type WriteLog = (cast: Cast, r: Random, time: number, mail: GatewayMail) => string;

export interface ProtectionPlan {
  readonly cast: Cast;
  readonly key: Key;
  readonly pace: Pace;
  readonly mails: SlotFeed<GatewayMail>;
  readonly write: WriteLog;
  /** The kinds of messages the log tells of. */
  readonly about: (mail: GatewayMail) => boolean;
}

/** Records about messages that came a while before: a click, a scan, a rule that matched. */
export function protectionLog(plan: ProtectionPlan): SlotFeed<SimRecord> {
  const { cast, key, pace, write } = plan;
  const slot = (at: number): readonly SimRecord[] => {
    const count = countAbout(randomOf(key, at, -1), pace.expected(at));
    const records = Array.from({ length: count }, (_, n): SimRecord[] => {
      const r = randomOf(key, at, n);
      const time = wholeSecond(at * pace.width + below(r, pace.width));
      const mail = earlierMail(plan, r, time);
      if (mail === null) return [];
      // Some scans write the same row twice in a second: they are two rows.
      const copies = chance(r, 0.02) ? 2 : 1;
      const visibleAt = time + between(r, 20_000, chance(r, 0.02) ? 7_000_000 : 240_000);
      const json = write(cast, r, time, mail);
      return Array.from({ length: copies }, () => ({ time, visibleAt, json: () => json }));
    });
    return records.flat().sort((a, b) => a.time - b.time);
  };
  return { width: pace.width, slot };
}

/** A message the log can be about, from the hours before; null where there was none. */
function earlierMail({ mails, about }: ProtectionPlan, r: Random, time: number): GatewayMail | null {
  for (let hours = 0; hours < 12; hours += 3) {
    const back = hours * 3_600_000 + between(r, 60_000, 10_000_000);
    const found = mails
      .slot(Math.floor((time - back) / mails.width))
      .filter(mail => mail.time < time && about(mail));
    if (found.length > 0) return pick(r, found);
  }
  return null;
}

/** The address of a message's first recipient or, outbound, of its sender: whoever works here. */
const insider = (mail: GatewayMail): string =>
  mail.route === 'inbound' ? (mail.recipients[0] ?? '') : mail.sender;
const subjectOf = (mail: GatewayMail): string => (mail.subject === 'null' ? '""' : mail.subject);
const messageIdOf = (mail: GatewayMail): string => (mail.messageId === 'null' ? '""' : mail.messageId);

const harmless = [
  ['https://www.meridian-press.example/issue/#', 'News & Media'],
  ['https://portal.brightwater-bank.example/statement?id=#', 'Finance'],
  ['https://track.tideline-freight.example/parcel/#', 'Business'],
  ['https://docs.quarry-software.example/manual/Übersicht-#', 'Computers & Technology'],
] as const;
const harmful = [
  ['https://mailbox-check.lure-page.example/verify/#', 'Phishing & Fraud'],
  ['https://dl.cheap-watches.example/setup-#.exe', 'Malware'],
] as const;

/** What a click log says; the story of an attack fills it by hand. */
export interface Click {
  readonly user: string;
  readonly from: string;
  readonly url: string;
  /** JSON text. */
  readonly subject: string;
  /** JSON text. */
  readonly messageId: string;
  readonly ip: string;
  readonly category: string;
  readonly malicious: boolean;
  readonly blocked: boolean;
  readonly route: string;
}

export const clickJson = (time: number, click: Click): string =>
  `{"userEmailAddress":"${click.user}","fromUserEmailAddress":"${click.from}","url":"${inner(click.url)}",` +
  `"ttpDefinition":"Inbound URL 'Aggressive'","subject":${click.subject},"action":"${click.blocked ? 'block' : 'allow'}",` +
  `"adminOverride":"N/A","userOverride":"None","scanResult":"${click.malicious ? 'malicious' : 'clean'}",` +
  `"category":"${click.category}","sendingIp":"${click.ip}","userAwarenessAction":"N/A","date":"${mimecastTime(time)}",` +
  `"actions":"${click.blocked ? 'Block' : 'Allow'}","route":"${click.route}","creationMethod":"User Click",` +
  `"emailPartsDescription":["Body"],"messageId":${click.messageId},` +
  `"tagMap":{"UrlReputationScan":{"Status":["Url:${click.blocked ? 'Block' : 'Allow'}"]}}}`;

export const urlClick: WriteLog = (_cast, r, time, mail) => {
  const malicious = mail.kind === 'junk' ? chance(r, 0.8) : chance(r, 0.03);
  const [url, category] = pick<readonly [string, string]>(r, malicious ? harmful : harmless);
  return clickJson(time, {
    user: insider(mail),
    from: mail.route === 'inbound' ? mail.sender : (mail.recipients[0] ?? ''),
    url: url.replace('#', String(between(r, 100, 99_999))),
    subject: subjectOf(mail),
    messageId: messageIdOf(mail),
    ip: mail.fromIp ?? 'Internal IP',
    category,
    malicious,
    blocked: malicious,
    route: mail.route,
  });
};

const files = [
  ['Angebot Übersicht #.pdf', 'application/pdf'],
  ['invoice-#.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['price list #.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['scan_#.zip', 'application/zip'],
  ['order #.docm', 'application/vnd.ms-word.document.macroEnabled.12'],
] as const;
const verdicts = table<readonly [result: string, action: string, details: string]>([
  { weight: 90, value: ['safe', 'none', 'Safe'] },
  { weight: 5, value: ['malicious', 'user release, none', 'Malicious macro'] },
  { weight: 3, value: ['timeout', 'user release, none', 'The sandbox did not answer in time'] },
  { weight: 2, value: ['error', 'none', 'The file is encrypted'] },
]);

export const attachmentCheck: WriteLog = (_cast, r, time, mail) => {
  const [file, type] = pick<readonly [string, string]>(r, files);
  const [result, action, details] = verdicts(r);
  const digest = `${guid(r)}${guid(r)}`.replaceAll('-', '');
  return (
    `{"senderAddress":"${mail.sender}","recipientAddress":"${mail.recipients[0] ?? ''}",` +
    `"fileName":"${file.replace('#', String(between(r, 1, 9_999)))}","fileType":"${type}","result":"${result}",` +
    `"actionTriggered":"${action}","date":"${mimecastTime(time)}","details":"${details}","route":"${mail.route}",` +
    `"messageId":${messageIdOf(mail)},"subject":${subjectOf(mail)},"fileHash":"${digest}",` +
    `"definition":"Inbound - Safe file with On-Demand Sandbox"}`
  );
};

/** What an impersonation log says of one message and recipient. */
export interface Impersonation {
  /** Opaque; two rows may share one. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** JSON text. */
  readonly subject: string;
  /** JSON text. */
  readonly messageId: string;
  readonly ip: string;
  readonly similar: string;
  readonly action: string;
  readonly malicious: boolean;
}

export const impersonationJson = (cast: Cast, time: number, it: Impersonation): string =>
  `{"id":"${it.id}","senderAddress":"${it.from}","recipientAddress":"${it.to}","subject":${it.subject},` +
  `"definition":"Default Impersonation","hits":2,"identifiers":["internal_user_name","similar_internal_domain"],` +
  `"action":"${it.action}","taggedExternal":true,"taggedMalicious":${String(it.malicious)},"senderIpAddress":"${it.ip}",` +
  `"eventTime":"${mimecastTime(time)}","impersonationResults":[{"impersonationDomainSource":"internal_domain",` +
  `"similarDomain":"${it.similar}","stringSimilarToDomain":"${cast.slug}","checkerResult":"hit"}],"messageId":${it.messageId}}`;

export const impersonation: WriteLog = (cast, r, time, mail) =>
  impersonationJson(cast, time, {
    id: `MTOKEN:${code(r, 28)}`,
    from: mail.sender,
    to: mail.recipients[0] ?? '',
    subject: subjectOf(mail),
    messageId: messageIdOf(mail),
    ip: mail.fromIp ?? '203.0.113.70',
    similar: mail.sender.slice(mail.sender.indexOf('@') + 1),
    action: pick(r, ['hold', 'none', 'bounce']),
    malicious: chance(r, 0.4),
  });

/** What a content rule says of one message and recipient. */
export const policyHitJson = (
  time: number,
  hit: {
    from: string;
    to: string;
    subject: string;
    messageId: string;
    route: string;
    policy: string;
    action: string;
  },
): string =>
  `{"senderAddress":"${hit.from}","recipientAddress":"${hit.to}","subject":${hit.subject},"eventTime":"${mimecastTime(time)}",` +
  `"route":"${hit.route}","policy":"${hit.policy}","action":"${hit.action}","messageId":${hit.messageId}}`;

export const policyHit: WriteLog = (_cast, r, time, mail) =>
  policyHitJson(time, {
    from: mail.sender,
    to: mail.recipients[0] ?? '',
    subject: subjectOf(mail),
    messageId: messageIdOf(mail),
    route: mail.route,
    policy: pick(r, ['PCI outbound', 'Kontonummern – ausgehend', 'Explicit Language', 'Personal data']),
    action: pick(r, ['hold', 'notification', 'none', 'delete']),
  });
