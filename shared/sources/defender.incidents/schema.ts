import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'id', 'incidentId', 'displayName', 'incidentName', 'description', 'summary', 'severity', 'status', 'classification',
  'determination', 'lastUpdateDateTime', 'lastUpdateTime', 'redirectIncidentId', 'assignedTo', 'alerts',
] as const; // prettier-ignore

/** An incident as Graph sends it, or the Defender API before it. Only a time is indispensable. */
export type Incident = { readonly createdDateTime?: unknown; readonly createdTime?: unknown } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const incidentSchema = openRecord<Incident>('createdDateTime', 'createdTime');
