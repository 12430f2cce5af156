import { z } from 'zod';
import { openRecord } from '../_kit/open-record.ts';
import { fromLogRow } from './log-row.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'id', 'displayName', 'componentName', 'activity', 'activityType', 'activityOperationType', 'activityResult',
  'correlationId', 'category', 'actor', 'resources',
] as const; // prettier-ignore

/** An auditEvent as Graph sends it. Only the time is indispensable. */
export type AuditEvent = { readonly activityDateTime: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const auditEventSchema = z.preprocess(fromLogRow, openRecord<AuditEvent>('activityDateTime'));
