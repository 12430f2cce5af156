import { z } from 'zod';
import { fields, type Fields } from '../_kit/reading.ts';
import { hasUnderscores, joined, respelled } from '../_kit/respelled.ts';

/** What the mapping reads if it is there, of any type, and what makes an event that event: nothing is ever added. */
export const optionalFields = [
  'type', 'eventType', 'subtype', 'subType', 'aggregateId', 'processingId', 'messageId', 'senderEnvelope',
  'senderHeader', 'sender', 'recipients', 'recipient', 'subject', 'senderIp', 'sourceIp', 'direction', 'route', 'action',
  'delivered', 'holdReason', 'rejectionType', 'rejectionInfo', 'virusFound', 'urlCategory', 'reason', 'emailSize',
  'fileName', 'sha256', 'sha1', 'md5', 'url', 'policyDefinition', 'taggedMalicious',
] as const; // prettier-ignore

/** By what a mail was told to come from somebody else, each true or false. */
export const impersonationSigns = [
  'similarInternalDomain', 'similarCustomExternalDomain', 'similarMimecastExternalDomain', 'internalName',
  'internalUserName', 'customName', 'customNameMatch', 'newDomain', 'replyMismatch', 'customThreatDictionary',
  'mimecastThreatDictionary',
] as const; // prettier-ignore

/** What the mapping reads besides. */
type FurtherFields =
  | (typeof impersonationSigns)[number]
  | 'scanResults'
  | 'destinationIp'
  | 'deliveryErrors'
  | 'receiptErrors'
  | 'blockReason'
  | 'Hostname'
  | 'datetime'
  | 'attachments'
  | 'policiesApplied'
  | 'threatState'
  | 'threatType'
  | 'tags'
  | 'authResults'
  | 'user'
  | 'eventInfo';

/** One line of a batch file: what the gateway did with a message at one step. All of it is optional. */
export type SiemEvent = { readonly timestamp?: unknown } & {
  readonly [Field in (typeof optionalFields)[number] | FurtherFields]?: unknown;
};

const siemEvent = z.custom<SiemEvent>(
  (value: unknown): value is Fields => fields(value) !== null,
  'expected an object',
);

export const siemEventSchema: z.ZodType<SiemEvent> = z.preprocess(value => {
  const record = fields(value);
  if (record === null) return value;
  if (hasUnderscores(record)) return joined(record);
  return record['timestamp'] === undefined ? (respelled(record, 'timestamp') ?? value) : value;
}, siemEvent);
