import { between, chance, code, guid, hex8, pick } from '../random.ts';
import type { SiemType } from '../world.ts';
import type { GatewayMail } from './gateway-mail.ts';

/** Parts of a message's chance, one for each type of event. */
const parts: Readonly<Record<SiemType, number>> = {
  av: 10,
  delivery: 11,
  'internal email protect': 12,
  'impersonation protect': 13,
  journal: 14,
  process: 15,
  receipt: 16,
  'attachment protect': 17,
  spam: 18,
  'url protect': 19,
};

/** How an event stands in the partition its account writes to: repeated over messages, unique to nothing. */
interface Envelope {
  readonly accountCode: string;
  readonly mail: GatewayMail;
  readonly type: SiemType;
}

/** The events of a type that one message leaves, as the lines of a batch file: camel case, flat, numbers as text. */
export function siemLines(accountCode: string, mail: GatewayMail, type: SiemType): readonly string[] {
  const r = mail.random(parts[type]);
  const { fate, route } = mail;
  const outside = route !== 'internal';
  const envelope: Envelope = { accountCode, mail, type };
  if (type === 'receipt') return outside ? [line(envelope, 0, receipt(mail, pick(r, ciphers)))] : [];
  if (type === 'process')
    return outside && fate.action !== 'Rej' ? [line(envelope, 900, processed(mail))] : [];
  if (type === 'delivery') return delivered(envelope);
  if (type === 'journal') return outside ? [] : [journal(mail, accountCode)];
  const scanned = scans[type];
  if (!scanned.about(mail) || !chance(r, scanned.share)) return [];
  return [line(envelope, between(r, 300, 4_000), scanned.says(mail, r))];
}

const ciphers = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'ECDHE-RSA-AES256-GCM-SHA384'];
const directions = { inbound: 'Inbound', outbound: 'Outbound', internal: 'Internal' } as const;

type Members = Readonly<Record<string, unknown>>;

function line({ accountCode, mail, type }: Envelope, afterMs: number, members: Members): string {
  const r = mail.random(40);
  return JSON.stringify({
    aggregateId: mail.aggregateId,
    processingId: mail.processingId,
    accountId: accountCode,
    timestamp: mail.time + afterMs,
    type,
    subtype: null,
    _offset: between(r, 1_000, 400_000),
    _partition: between(r, 0, 140),
    ...members,
  });
}

const text = (json: string): string | null => (json === 'null' ? null : String(JSON.parse(json)));

const about = (mail: GatewayMail): Members => ({
  messageId: text(mail.messageId),
  senderEnvelope: mail.sender,
  subject: text(mail.subject),
});

const receipt = (mail: GatewayMail, cipher: string): Members => ({
  ...about(mail),
  subtype: mail.fate.action === 'Rej' ? 'Rej' : 'Acc',
  action: mail.fate.action === 'Rej' ? 'Rej' : 'Acc',
  senderHeader: mail.sender === '' ? 'postmaster@mail-relay.example' : mail.sender,
  recipients: mail.recipients.join(','),
  senderIp: mail.fromIp,
  direction: directions[mail.route],
  tlsVersion: 'TLSv1.3',
  tlsCipher: cipher,
  spamScore: String(mail.fate.spamScore),
  numberAttachments: String(mail.fate.attachments),
  rejectionType: mail.fate.action === 'Rej' ? mail.fate.reason : null,
  ...(mail.fate.action === 'Rej' ? { rejectionCode: '550', rejectionInfo: 'Message rejected' } : {}),
});

const processed = (mail: GatewayMail): Members => ({
  ...about(mail),
  subtype: mail.fate.action,
  action: mail.fate.action,
  holdReason: mail.fate.action === 'Hld' ? (mail.fate.spamScore > 10 ? 'Spm' : 'Cnt') : null,
  totalSizeAttachments: String(mail.fate.attachments * 18_211),
  numberAttachments: String(mail.fate.attachments),
  attachments: mail.fate.attachments > 0 ? 'Übersicht.pdf' : null,
  emailSize: String(mail.size),
});

function delivered(envelope: Envelope): readonly string[] {
  const { mail } = envelope;
  if (mail.route === 'internal' || mail.fate.action !== 'Acc') return [];
  return mail.recipients.map((recipient, n) => {
    const fails = chance(mail.random(41 + (n % 20)), 0.01);
    const members = {
      ...about(mail),
      subtype: String(!fails),
      recipients: recipient,
      delivered: String(!fails),
      direction: directions[mail.route],
      deliveryTime: String(800 + n * 40),
      destinationIp: '192.0.2.210',
      Hostname: 'mx.relay.example',
      route: `${directions[mail.route]} Delivery Route`,
      emailSize: String(mail.size),
      attempts: '1',
      tlsVersion: 'TLSv1.3',
    };
    return line(envelope, 2_400 + n * 35, members);
  });
}

/** A journaled message says next to nothing of itself, not even its time. */
const journal = (mail: GatewayMail, accountCode: string): string =>
  JSON.stringify({
    aggregateId: mail.aggregateId,
    processingId: mail.processingId,
    accountId: accountCode,
    timestamp: mail.time,
    type: 'journal',
    direction: 'Internal',
    recipients: mail.recipients.join(','),
    senderEnvelope: mail.sender,
  });

interface Scan {
  about(mail: GatewayMail): boolean;
  readonly share: number;
  says(mail: GatewayMail, r: ReturnType<GatewayMail['random']>): Members;
}

const inbound = (mail: GatewayMail): boolean => mail.route === 'inbound' && mail.sender !== '';
const withFile = (mail: GatewayMail): boolean => inbound(mail) && mail.fate.attachments > 0;

const scans: Readonly<Record<Exclude<SiemType, 'receipt' | 'process' | 'delivery' | 'journal'>, Scan>> = {
  av: {
    about: mail => mail.kind === 'junk',
    share: 0.05,
    says: (mail, r) => ({ ...scannedMail(mail), virusFound: 'Trojan.Demo.7', fileName: `scan_${code(r, 5)}.zip`, fileExtension: 'zip', sha256: sha256(r) }), // prettier-ignore
  },
  spam: {
    about: mail => mail.kind === 'junk',
    share: 0.6,
    says: mail => ({ ...scannedMail(mail), spamScore: String(mail.fate.spamScore), senderIp: mail.fromIp }),
  },
  'url protect': {
    about: inbound,
    share: 0.12,
    says: (mail, r) => ({ ...scannedMail(mail), senderIp: mail.fromIp, url: `https://track.tideline-freight.example/parcel/${code(r, 8)}`, urlCategory: 'Business', action: 'Allow', scanResults: 'clean' }), // prettier-ignore
  },
  'attachment protect': {
    about: withFile,
    share: 0.5,
    says: (mail, r) => ({ ...scannedMail(mail), fileName: `attach-${guid(r)}.pdf`, fileExtension: 'pdf', fileMime: 'application/pdf', md5: hex8(r).repeat(4), sha1: hex8(r).repeat(5), sha256: sha256(r), senderIp: mail.fromIp }), // prettier-ignore
  },
  'impersonation protect': {
    about: inbound,
    share: 0.02,
    says: (mail, r) => ({ ...scannedMail(mail), subtype: 'Hold', action: 'Hold', senderIp: mail.fromIp, similarInternalDomain: 'true', newDomain: String(chance(r, 0.5)), taggedMalicious: 'true', policyDefinition: 'Default Impersonation' }), // prettier-ignore
  },
  'internal email protect': {
    about: mail => mail.route === 'internal',
    share: 0.04,
    says: mail => ({ ...scannedMail(mail), route: 'Internal', scanResultInfo: 'Blocked URL category', urlCategory: 'Phishing & Fraud' }), // prettier-ignore
  },
};

const sha256 = (r: ReturnType<GatewayMail['random']>): string => (guid(r) + guid(r)).replaceAll('-', '');

const scannedMail = (mail: GatewayMail): Members => ({
  ...about(mail),
  recipients: mail.recipients.join(','),
  senderDomain: mail.sender.slice(mail.sender.indexOf('@') + 1),
});

/** An event told by hand: what an attack leaves in a batch file. */
export const toldLine = (accountCode: string, mail: GatewayMail, type: SiemType, members: Members): string =>
  line({ accountCode, mail, type }, 1_500, { ...scannedMail(mail), senderIp: mail.fromIp, ...members });
