import { openRecord } from '../_kit/open-record.ts';

/** What tells one row from another; with the time. Never more than these: rows read before would be others. */
export const identifying = [
  'userEmailAddress', 'fromUserEmailAddress', 'url', 'ttpDefinition', 'subject', 'action', 'adminOverride',
  'userOverride', 'scanResult', 'category', 'sendingIp', 'route', 'creationMethod', 'messageId',
] as const; // prettier-ignore

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [...identifying, 'actions', 'userAwarenessAction'] as const;

/** A link in a mail that was clicked or scanned. */
export type UrlLog = { readonly date: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const urlLogSchema = openRecord<UrlLog>('date');
