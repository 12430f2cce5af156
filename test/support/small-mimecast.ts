import { mimecastTime } from '../../simulator/world/mimecast/mimecast-time.ts';
import {
  mimecastLogs,
  type MimecastLog,
  type SiemType,
  type SimBatch,
  type SimMimecast,
  type SimRecord,
} from '../../simulator/world/world.ts';

/** A Mimecast account of a few records that are given by hand, each log's in time order. */
export interface SmallAccount {
  readonly logs: Readonly<Partial<Record<MimecastLog, readonly SimRecord[]>>>;
  readonly files: readonly SimBatch[];
}

export const smallMimecastDays: Readonly<Record<string, number>> = {
  ...Object.fromEntries(mimecastLogs.map(log => [`mimecast.${log}`, 60])),
  'mimecast.message-tracking': 30,
  'mimecast.siem': 7,
};

export const smallAccount = ({ logs, files }: SmallAccount, region = 'uk'): SimMimecast => ({
  accountCode: 'C1A2B3',
  region,
  records: (log, range, asOf, order) => {
    const found = (logs[log] ?? []).filter(
      it => it.time >= range.from && it.time < range.to && it.visibleAt <= asOf,
    );
    return order === 'asc' ? found : found.toReversed();
  },
  batches: (type, { from, to }) =>
    files.filter(file => file.type === type && file.listedAt >= from && file.listedAt < to),
  batch: (type, id) => files.find(file => file.type === type && file.id === id) ?? null,
});

const row = (time: number, value: object, visibleAt = time): SimRecord => {
  const text = JSON.stringify(value);
  return { time, visibleAt, json: () => text };
};

const search = (time: number, over: object = {}): SimRecord =>
  row(time, {
    createTime: mimecastTime(time),
    emailAddr: 'mira.holt@contoso.example',
    source: 'archive',
    searchText: 'invoice 4711',
    searchReason: 'Case 2026-014',
    description: 'Archive Search',
    searchPath: 'All',
    museQuery: '',
    isAdmin: true,
    ...over,
  });

const view = (time: number, subject: string): SimRecord =>
  row(time, {
    viewer: 'mira.holt@contoso.example',
    source: 'Archive Search',
    viewed: mimecastTime(time),
    from: 'billing@supplier.example',
    to: 'oskar.lind@contoso.example',
    subject,
    messageDate: mimecastTime(time - 86_400_000),
    contentViewed: true,
    discoveryCase: false,
  });

const auditEvent = (time: number, id: string): SimRecord =>
  row(time, {
    id: `eNoVSMALL${id}`,
    auditType: 'User Logged On',
    user: 'mira.holt@contoso.example',
    eventTime: mimecastTime(time),
    eventInfo:
      'Successful authentication for mira.holt@contoso.example, Date: 2026-10-05, Time: 10:00:00 GMT, IP: 198.51.100.7, Application: Administration Console, Method: Cloud',
    category: 'authentication_logs',
  });

const tracked = (time: number, id: string, over: object = {}): SimRecord =>
  row(time, {
    id: `eNpSMALL${id}`,
    status: 'archived',
    info: 'Indexed and archived',
    fromEnv: { emailAddress: 'bounce-77@supplier.example' },
    fromHdr: { displayableName: 'Supplier Billing', emailAddress: 'billing@supplier.example' },
    to: [{ displayableName: 'Mira Holt', emailAddress: 'mira.holt@contoso.example' }],
    received: mimecastTime(time),
    sent: mimecastTime(time - 4_000),
    subject: `Invoice ${id}`,
    senderIP: '203.0.113.90',
    attachments: true,
    route: 'inbound',
    spamScore: 2,
    detectionLevel: 'relaxed',
    ...over,
  });

const click = (time: number, over: object = {}): SimRecord =>
  row(time, {
    userEmailAddress: 'mira.holt@contoso.example',
    fromUserEmailAddress: 'billing@supplier.example',
    url: 'https://login.supplier-billing.example/reset',
    ttpDefinition: "Inbound URL 'Aggressive'",
    subject: 'Reset your password',
    action: 'block',
    adminOverride: 'N/A',
    userOverride: 'None',
    scanResult: 'malicious',
    category: 'Phishing & Fraud',
    sendingIp: '203.0.113.40',
    userAwarenessAction: 'N/A',
    date: mimecastTime(time),
    actions: 'Block',
    route: 'inbound',
    creationMethod: 'User Click',
    emailPartsDescription: ['Body'],
    messageId: '<r1@supplier-billing.example>',
    tagMap: { UrlReputationScan: { Status: ['Url:Block'] } },
    ...over,
  });

const attachment = (time: number, fileName: string): SimRecord =>
  row(time, {
    senderAddress: 'billing@supplier.example',
    recipientAddress: 'mira.holt@contoso.example',
    fileName,
    fileType: 'application/vnd.ms-word.document.macroEnabled.12',
    result: 'malicious',
    actionTriggered: 'user release, none',
    date: mimecastTime(time),
    details: 'Malicious macro',
    route: 'inbound',
    messageId: '<4711@supplier.example>',
    subject: 'Invoice 4711',
    fileHash: '0123456789abcdef'.repeat(4),
    definition: 'Inbound - Safe file with On-Demand Sandbox',
  });

const lookalike = (time: number, id: string, to: string): SimRecord =>
  row(time, {
    id: `MTOKEN:SMALL${id}`,
    senderAddress: 'ceo@c0ntoso.example',
    recipientAddress: to,
    subject: 'Quick favour',
    definition: 'Default Impersonation',
    hits: 2,
    identifiers: ['internal_user_name', 'similar_internal_domain'],
    action: 'hold',
    taggedExternal: true,
    taggedMalicious: true,
    senderIpAddress: '203.0.113.9',
    eventTime: mimecastTime(time),
    impersonationResults: [{ impersonationDomainSource: 'internal_domain', similarDomain: 'c0ntoso.example', stringSimilarToDomain: 'contoso', checkerResult: 'hit' }],
    messageId: '<q@c0ntoso.example>',
  }); // prettier-ignore

const policyHit = (time: number, subject: string): SimRecord =>
  row(time, {
    senderAddress: 'mira.holt@contoso.example',
    recipientAddress: 'x@supplier.example',
    subject,
    eventTime: mimecastTime(time),
    route: 'outbound',
    policy: 'PCI outbound',
    action: 'hold',
    messageId: '<d1@contoso.example>',
  });

export const siemFile = (
  type: SiemType,
  id: string,
  listedAt: number,
  names: readonly string[],
): SimBatch => {
  const lines = names.map((name, n) =>
    JSON.stringify({
      aggregateId: `SMALL${name}_1790000000`,
      processingId: `SMALL${name}proc_1790000000`,
      accountId: 'C1A2B3',
      timestamp: listedAt - 600_000 + n * 1_000,
      type,
      subtype: null,
      _offset: 1_200 + n,
      _partition: 4,
      messageId: `<${name}@supplier.example>`,
      senderEnvelope: 'bounce-77@supplier.example',
      recipients: 'mira.holt@contoso.example',
      subject: `Rechnung ${name}`,
      senderIp: '203.0.113.17',
      direction: 'Inbound',
      action: 'Acc',
      spamScore: '2',
      numberAttachments: '1',
    }),
  );
  return { id: `small-${id}`, type, listedAt, lines: () => lines };
};

/** Some records in each log, two equal searches in one second among them, and some files of two types. */
export function fewMimecastRecords(now: number): SmallAccount {
  const hour = 3_600_000;
  const ago = (hours: number): number => now - hours * hour;
  return {
    logs: {
      'archive-searches': [
        search(ago(70)),
        search(ago(5)),
        search(ago(5)),
        search(ago(4), {
          emailAddr: '<>',
          searchText: '',
          description: 'Message Tracking Search',
          isAdmin: 'true',
        }),
        search(ago(3), { searchText: 'お見積もり' }),
      ],
      'archive-views': [
        view(ago(70), 'Invoice 1'),
        view(ago(5), 'Größe'),
        view(ago(5), 'Größe'),
        view(ago(3), 'Invoice 3'),
      ],
      'audit-events': [
        auditEvent(ago(70), '1'),
        auditEvent(ago(5), '2'),
        auditEvent(ago(4), '3'),
        auditEvent(ago(3), '4'),
      ],
      'message-tracking': [
        tracked(ago(70), '1'),
        tracked(ago(5), '2', { status: 'held', info: 'Default Spam Scanning Definition' }),
        tracked(ago(4), '3', { route: 'outbound', status: 'delivered' }),
        tracked(ago(3), '4', { status: 'rejected', attachments: false }),
      ],
      'ttp-url': [
        click(ago(70)),
        click(ago(5)),
        click(ago(5)),
        click(ago(3), { action: 'allow', scanResult: 'clean' }),
      ],
      'ttp-attachment': [
        attachment(ago(70), 'a.docm'),
        attachment(ago(5), 'b.docm'),
        attachment(ago(3), 'Übersicht.docm'),
      ],
      'ttp-impersonation': [
        lookalike(ago(70), '1', 'mira.holt@contoso.example'),
        lookalike(ago(5), '2', 'mira.holt@contoso.example'),
        lookalike(ago(5), '2', 'oskar.lind@contoso.example'),
      ],
      dlp: [
        policyHit(ago(70), 'IBAN list'),
        policyHit(ago(5), 'IBAN list'),
        policyHit(ago(5), 'IBAN list'),
        policyHit(ago(3), 'x'),
      ],
    },
    files: [
      siemFile('receipt', '1', ago(70), ['a', 'b']),
      siemFile('receipt', '2', ago(5), ['c', 'd', 'e']),
      siemFile('receipt', '3', ago(4), ['f', 'f']),
      siemFile('url protect', '4', ago(3), ['g']),
    ],
  };
}
