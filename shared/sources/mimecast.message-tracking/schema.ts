import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'id', 'status', 'info', 'fromEnv', 'fromHdr', 'to', 'subject', 'senderIP', 'route', 'spamScore', 'detectionLevel', 'sent',
] as const; // prettier-ignore

/** A message Mimecast handled, and where it stands. */
export type TrackedMessage = { readonly received?: unknown; readonly sent?: unknown } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const trackedMessageSchema = openRecord<TrackedMessage>('received', 'sent');
