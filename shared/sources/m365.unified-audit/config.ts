import { z } from 'zod';

export const contentTypes = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
] as const;

export const feedConfig = z.strictObject({
  /** Which content types are pulled; each is a stream of its own. */
  contentTypes: z
    .array(z.enum(contentTypes))
    .min(1)
    .default([...contentTypes]),
  /** Tenant id of whoever operates this, for a quota of its own; the customer's own tenant id unless set. */
  publisherIdentifier: z.guid().optional(),
});
export type FeedConfig = z.infer<typeof feedConfig>;
