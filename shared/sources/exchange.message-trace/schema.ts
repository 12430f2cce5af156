import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'id', 'messageId', 'senderAddress', 'recipientAddress', 'subject', 'size', 'status', 'fromIP', 'messageTraceId',
] as const; // prettier-ignore

/** An exchangeMessageTrace as Graph sends it: one message and one of its recipients. */
export type MessageTrace = { readonly receivedDateTime?: unknown; readonly received?: unknown } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const messageTraceSchema = openRecord<MessageTrace>('receivedDateTime', 'received');
