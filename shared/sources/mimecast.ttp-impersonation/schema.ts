import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'id', 'senderAddress', 'recipientAddress', 'subject', 'definition', 'hits', 'identifiers', 'action',
  'taggedExternal', 'taggedMalicious', 'senderIpAddress', 'impersonationResults', 'messageId',
] as const; // prettier-ignore

/** A mail that looked as if it came from somebody else. */
export type ImpersonationLog = { readonly eventTime: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const impersonationLogSchema = openRecord<ImpersonationLog>('eventTime');
