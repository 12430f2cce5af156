import { openRecord } from '../_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = [
  'emailAddr', 'source', 'searchText', 'searchReason', 'description', 'searchPath', 'museQuery', 'isAdmin',
] as const; // prettier-ignore

/**
 * What this log never holds: a search that failed is not in it, nor is where it came from.
 * @public read by the tests of sources
 */
export const neverHeld = ['failure', 'ip', 'correlation'] as const;

/** One search somebody made in Mimecast. */
export type ArchiveSearch = { readonly createTime: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const archiveSearchSchema = openRecord<ArchiveSearch>('createTime');
