import { parseIp } from '../../shared/sources/_kit/ip.ts';
import { parseProviderTime } from '../../shared/sources/_kit/provider-time.ts';
import { fields, list, text } from '../../shared/sources/_kit/reading.ts';

type Record_ = Readonly<Record<string, unknown>>;
type Told = (record: Record_) => boolean;

const says = (value: unknown): boolean => {
  const found = text(value);
  return found !== null && found !== '<>';
};
const some =
  (...names: string[]): Told =>
  record =>
    names.some(name => says(record[name]));
const addressed =
  (...names: string[]): Told =>
  record =>
    names.some(name => says(fields(record[name])?.['emailAddress'] ?? record[name]));
const timed =
  (...names: string[]): Told =>
  record =>
    names.some(name => parseProviderTime(record[name]) !== null);
const placed =
  (...names: string[]): Told =>
  record =>
    names.some(name => parseIp(record[name]) !== null);
type Holds = Readonly<Record<'time' | 'actor' | 'operation' | 'outcome' | 'target' | 'ip', Told>>;

const never: Told = () => false;
const always: Told = () => true;

/** Whether a record of Mimecast's holds a thing, told in another way than the mapping tells it. */
export const mimecastHolds: Readonly<Record<string, Holds>> = {
  'mimecast.archive-searches': {
    time: timed('createTime'), actor: some('emailAddr'), operation: some('description'), outcome: always,
    target: some('searchText', 'searchPath', 'source'), ip: never,
  },
  'mimecast.archive-views': {
    time: timed('viewed'), actor: some('viewer'), operation: always, outcome: always,
    target: some('to', 'subject', 'source'), ip: never,
  },
  'mimecast.audit-events': {
    time: timed('eventTime'), actor: some('user'), operation: some('auditType'), outcome: always, target: some('eventInfo'),
    ip: record => /\bIP: \d+\.\d+\.\d+\.\d+/.test(text(record['eventInfo']) ?? ''),
  },
  'mimecast.message-tracking': {
    time: timed('received'), actor: addressed('fromEnv', 'fromHdr'), operation: always, outcome: some('status'),
    target: record => list(record['to']).length > 0, ip: placed('senderIP'),
  },
  'mimecast.siem': {
    time: record =>
      timed('timestamp')(record) || /_1[67]\d{8}"/.test(JSON.stringify([record['processingId'], record['aggregateId']])),
    actor: some('senderEnvelope', 'senderHeader'), operation: some('type'), outcome: some('action', 'subtype', 'delivered'),
    target: some('recipients', 'messageId', 'fileName', 'url', 'subject'), ip: placed('senderIp', 'sourceIp'),
  },
  'mimecast.ttp-attachment': {
    time: timed('date'), actor: some('senderAddress'), operation: always, outcome: some('result'),
    target: some('recipientAddress', 'fileName'), ip: never,
  },
  'mimecast.ttp-impersonation': {
    time: timed('eventTime'), actor: some('senderAddress'), operation: always, outcome: some('action'),
    target: some('recipientAddress'), ip: placed('senderIpAddress'),
  },
  'mimecast.ttp-url': {
    time: timed('date'), actor: some('userEmailAddress'), operation: always, outcome: some('action', 'scanResult'),
    target: some('url'), ip: placed('sendingIp'),
  },
  'mimecast.dlp': {
    time: timed('eventTime'), actor: some('senderAddress'), operation: always, outcome: some('action'),
    target: some('recipientAddress', 'policy'), ip: never,
  },
}; // prettier-ignore

const wrappers: Readonly<Record<string, string>> = {
  'mimecast.archive-searches': 'logs',
  'mimecast.message-tracking': 'trackedEmails',
  'mimecast.ttp-attachment': 'attachmentLogs',
  'mimecast.ttp-impersonation': 'impersonationLogs',
  'mimecast.ttp-url': 'clickLogs',
  'mimecast.dlp': 'dlpLogs',
};

/** Records in the envelope their source has them in; null for sources that are not Mimecast's. */
export function mimecastPage(id: string, records: readonly string[]): string | null {
  if (!id.startsWith('mimecast.')) return null;
  if (id === 'mimecast.siem') return `${records.join('\n')}\n`;
  const wrapper = wrappers[id];
  const inside = wrapper === undefined ? records.join(',') : `{"${wrapper}": [${records.join(' ,')}]}`;
  return `{"meta":{"status":200},"data":[${inside}],"fail":[]}`;
}
