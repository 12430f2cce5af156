import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = ['id', 'auditType', 'user', 'eventInfo', 'category'] as const;

/**
 * What this log never holds.
 * @public read by the tests of sources
 */
export const neverHeld = ['correlation'] as const;

/** One thing an administrator, a user or Mimecast did in the account. */
export type AuditEvent = { readonly eventTime: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const auditEventSchema = openRecord<AuditEvent>('eventTime');
