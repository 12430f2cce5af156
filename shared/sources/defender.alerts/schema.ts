import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'id', 'incidentId', 'title', 'category', 'severity', 'status', 'classification', 'determination', 'serviceSource',
  'productName', 'lastUpdateDateTime', 'investigationState', 'actorDisplayName',
  'threatDisplayName', 'evidence', 'vendorInformation', 'description', 'entities', 'devices', 'lastUpdateTime', 'lastUpdatedTime',
  'computerDnsName', 'machineId', 'relatedUser',
] as const; // prettier-ignore

/** An alert of alerts_v2 as Graph sends it, or the Defender APIs before it. Only a time is indispensable. */
export type Alert = {
  readonly createdDateTime?: unknown;
  readonly alertCreationTime?: unknown;
  readonly creationTime?: unknown;
} & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const alertSchema = openRecord<Alert>('createdDateTime', 'alertCreationTime', 'creationTime');
