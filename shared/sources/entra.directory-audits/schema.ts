import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'id', 'activityDisplayName', 'operationName', 'category', 'correlationId', 'result', 'resultReason',
  'loggedByService', 'operationType', 'initiatedBy', 'targetResources', 'targetResource', 'additionalDetails',
  'userAgent', 'ipAddress', 'performedBy', 'resultDescription',
] as const; // prettier-ignore

/** A directoryAudit as Graph sends it. Only the time is indispensable. */
export type DirectoryAudit = { readonly activityDateTime: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const directoryAuditSchema = openRecord<DirectoryAudit>('activityDateTime');
