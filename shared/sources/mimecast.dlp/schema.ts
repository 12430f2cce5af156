import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'senderAddress', 'recipientAddress', 'subject', 'route', 'policy', 'action', 'messageId',
] as const; // prettier-ignore

/**
 * What this log never holds.
 * @public read by the tests of sources
 */
export const neverHeld = ['ip'] as const;

/** A mail a content policy was applied to. */
export type DlpLog = { readonly eventTime: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const dlpLogSchema = openRecord<DlpLog>('eventTime');
