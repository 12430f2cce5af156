import type { ContentType } from './content-id.ts';

const byWorkload: Readonly<Record<string, ContentType>> = {
  azureactivedirectory: 'Audit.AzureActiveDirectory',
  exchange: 'Audit.Exchange',
  sharepoint: 'Audit.SharePoint',
  onedrive: 'Audit.SharePoint',
};
const dlpTypes = new Set([11, 13, 33, 63, 99, 100, 107]);
// For records without a workload: the published types of the three named content types.
const byType = new Map<number, ContentType>([
  ...[8, 9, 15].map(type => [type, 'Audit.AzureActiveDirectory'] as const),
  ...[1, 2, 3, 50].map(type => [type, 'Audit.Exchange'] as const),
  ...[4, 6, 7, 14, 36].map(type => [type, 'Audit.SharePoint'] as const),
]);

/** The content type a unified audit record belongs to, by its record type and workload; General for the rest. */
export function contentTypeOf(record: unknown): ContentType {
  const type = Number(memberOf(record, 'recordtype'));
  if (dlpTypes.has(type)) return 'DLP.All';
  const workload = memberOf(record, 'workload');
  if (typeof workload === 'string') return byWorkload[workload.toLowerCase()] ?? 'Audit.General';
  return byType.get(type) ?? 'Audit.General';
}

/** A member by its name in any case. */
export function memberOf(record: unknown, name: string): unknown {
  if (typeof record !== 'object' || record === null) return undefined;
  return Object.entries(record).find(([key]) => key.toLowerCase() === name)?.[1];
}
