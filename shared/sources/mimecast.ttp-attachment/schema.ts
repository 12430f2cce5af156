import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'senderAddress', 'recipientAddress', 'fileName', 'fileType', 'result', 'actionTriggered', 'details', 'route',
  'messageId', 'subject', 'fileHash', 'definition',
] as const; // prettier-ignore

/**
 * What this log never holds.
 * @public read by the tests of sources
 */
export const neverHeld = ['ip'] as const;

/** An attachment that was scanned. */
export type AttachmentLog = { readonly date: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const attachmentLogSchema = openRecord<AttachmentLog>('date');
