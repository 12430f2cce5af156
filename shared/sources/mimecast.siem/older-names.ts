import { wordTable } from '../../kernel/word-table.ts';
import { word, type Fields } from '../_kit/reading.ts';
import { eventTypes, streamOfType } from './event-types.ts';
import type { SiemEvent } from './schema.ts';

/** The names of the API before this one, and ours. Records in its spelling are still kept and forwarded by many. */
const today = wordTable<keyof SiemEvent>({
  datetime: 'timestamp', aCode: 'aggregateId', MsgId: 'messageId', Sender: 'senderEnvelope', headerFrom: 'senderHeader',
  Rcpt: 'recipients', Recipient: 'recipients', Subject: 'subject', IP: 'senderIp', SourceIP: 'sourceIp', Dir: 'direction',
  Route: 'route', Act: 'action', Action: 'action', Delivered: 'delivered', Hld: 'holdReason', RejType: 'rejectionType',
  RejInfo: 'rejectionInfo', Virus: 'virusFound', UrlCategory: 'urlCategory', ScanResultInfo: 'scanResults',
  MsgSize: 'emailSize', Size: 'emailSize', URL: 'url', Definition: 'policyDefinition', TaggedMalicious: 'taggedMalicious',
}); // prettier-ignore

/** Read as well, and no part of an identity: records read before would be others. */
const alsoRead = wordTable<keyof SiemEvent>({
  msgid: 'messageId', reason: 'blockReason', AttNames: 'attachments', Err: 'deliveryErrors', Error: 'receiptErrors',
  SimilarInternalDomain: 'similarInternalDomain', IPSimilarDomain: 'similarInternalDomain',
  SimilarCustomExternalDomain: 'similarCustomExternalDomain', CustomName: 'customName',
  SimilarMimecastExternalDomain: 'similarMimecastExternalDomain', InternalName: 'internalName',
  IPInternalName: 'internalName', NewDomain: 'newDomain', IPNewDomain: 'newDomain', ReplyMismatch: 'replyMismatch',
  IPReplyMismatch: 'replyMismatch', CustomThreatDictionary: 'customThreatDictionary',
  ThreatDictionary: 'mimecastThreatDictionary', IPThreadDict: 'mimecastThreatDictionary',
}); // prettier-ignore

/** The old names, for the identity of a record that bears them. */
export const olderFields = [
  ...Object.keys(today), 'acc', 'sender', 'recipient', 'url', 'reason', 'sourceIp', 'fileName', 'sha256',
]; // prettier-ignore

export const hasOlderNames = (record: SiemEvent): boolean =>
  record.timestamp === undefined && record.datetime !== undefined;

// There the file's name told the type; without it only the fields do. The first that fits.
const tellingFields: readonly (readonly [type: string, ...fields: string[]])[] = [
  ['delivery', 'Delivered', 'Attempt', 'Latency'],
  ['av', 'Virus'],
  ['impersonation protect', 'Hits', 'TaggedMalicious'],
  ['internal email protect', 'ScanResultInfo'],
  ['url protect', 'url', 'urlCategory'],
  ['attachment protect', 'fileMime', 'sha256'],
  ['process', 'AttCnt', 'AttNames', 'Hld'],
  ['journal', 'RcptActType', 'RcptHdrType'],
  ['receipt', 'SpamScore', 'Act', 'RejType'],
  ['spam', 'SourceIP', 'headerFrom'],
];

/** Where such a record was a line of names and values, a text that may hold the bar between them is in backslashes. */
const unescaped = (value: string): string => /^\\(.*)\\$/s.exec(value)?.[1] ?? value;

/** The record under today's names. What has none keeps its own. */
export function inTodaysNames(record: Fields): SiemEvent {
  const named: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    named[today[name] ?? alsoRead[name] ?? name] = typeof value === 'string' ? unescaped(value) : value;
  }
  const said = word(named['type']);
  if (said === null || eventTypes[streamOfType(said)] === undefined) {
    named['type'] = tellingFields.find(([, ...fields]) => fields.some(name => name in record))?.[0] ?? said;
  }
  // A delivery tells the server it went to under the name that elsewhere is the sender's.
  if (named['type'] === 'delivery' && named['senderIp'] !== undefined) {
    named['destinationIp'] ??= named['senderIp'];
    delete named['senderIp'];
  }
  return named;
}
