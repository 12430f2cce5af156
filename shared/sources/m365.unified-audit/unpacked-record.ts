import { unpacked } from '../_kit/json-in-string.ts';
import type { Fields } from '../_kit/reading.ts';
import type { UnifiedAudit } from './schema.ts';

/** What is an object or a list where the service itself writes it. */
const structured = [
  'Actor', 'Target', 'ModifiedProperties', 'Item', 'Members', 'PolicyDetails', 'ExchangeMetaData', 'SharePointMetaData',
  'EndpointMetaData', 'ExchangeDetails', 'EmailInfo', 'CopilotEventData', 'AppAccessContext', 'FileData', 'Attendees',
  'Common', 'Sender', 'SRPolicyMatchDetails', 'Organizer', 'PolicyMatchInfo', 'AttachmentData', 'Messages', 'Message',
  'SharingInformation', 'MembershipInformation', 'WorkspaceAccessList', 'Applications', 'Actions', 'Entities', 'Folder',
  'DestFolder',
] as const; // prettier-ignore

const names: ReadonlySet<string> = new Set([...structured, 'PropertyCollection']);
/** Whether the mapping knows what stands in this object. */
export const isReadByName = (field: string): boolean => names.has(field);

/** Where a service has no id to give. */
const isNoId = (field: string, value: unknown): boolean =>
  (value === 0 ||
    value === -1 ||
    value === '0' ||
    value === '-1' ||
    value === noughts ||
    value === 'NOT-FOUND') &&
  /(I[dD]|Key)$/.test(field);
const noughts = '0000000000000000';

/**
 * The record with such fields as they were, where somebody on the way made JSON in a string of them: exports and tables
 * do; and without ids that say there is none. Nearly every record is given back as it came.
 */
export function unpackedRecord(record: UnifiedAudit): UnifiedAudit {
  let found: Record<string, unknown> | null = null;
  for (const name of structured) {
    const value = record[name];
    if (typeof value !== 'string' || (value[0] !== '{' && value[0] !== '[')) continue;
    const inside = unpacked(value);
    if (typeof inside === 'object') (found ??= {})[name] = inside;
  }
  for (const field in record) {
    if (isNoId(field, (record as Fields)[field])) (found ??= {})[field] = null;
  }
  return found === null ? record : { ...record, ...found };
}
