import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'viewer', 'source', 'from', 'to', 'subject', 'messageDate', 'contentViewed', 'discoveryCase',
] as const; // prettier-ignore

/**
 * What this log never holds: only views that happened are in it, without address or message id.
 * @public read by the tests of sources
 */
export const neverHeld = ['failure', 'ip', 'correlation'] as const;

/** What the mapping reads besides, and no part of what makes a row that row. */
type FurtherFields = 'messageId';

/** One message somebody looked at in Mimecast. */
export type ArchiveView = { readonly viewed: string | number } & {
  readonly [Field in (typeof optionalFields)[number] | FurtherFields]?: unknown;
};

export const archiveViewSchema = openRecord<ArchiveView>('viewed');
