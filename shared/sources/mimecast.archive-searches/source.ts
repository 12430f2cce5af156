import { z } from 'zod';
import { minutes, type Window } from '../../kernel/time.ts';
import { mimecastPages, mimecastTime, pageSize, type MimecastQuery } from '../_kit/mimecast-pages.ts';
import { mimecastPermission, mimecastPolicy } from '../_kit/mimecast-policy.ts';
import { mimecastProbe } from '../_kit/mimecast-probe.ts';
import { mimecastRecordBytes, mimecastRecords } from '../_kit/mimecast-records.ts';
import { rowIdentity } from '../_kit/row-identity.ts';
import type { Source } from '../_kit/source.ts';
import { normalizeArchiveSearch } from './normalize.ts';
import { archiveSearchSchema, optionalFields, type ArchiveSearch } from './schema.ts';

const config = z.strictObject({
  pageSize,
  /** The API has two lists of searches; their difference is documented nowhere. */
  list: z.enum(['get-archive-search-logs', 'get-search-logs']).default('get-archive-search-logs'),
});
type Config = z.infer<typeof config>;

const permission = mimecastPermission('Archive > Search Logs > Read', 'Archive');

export const mimecastArchiveSearches: Source<Config, ArchiveSearch> = {
  id: 'mimecast.archive-searches',
  title: 'Mimecast archive searches',
  about:
    'Who searched the mail archive and the message tracking, for what, and with which stated reason. It watches the ' +
    'watchers; Holdfast’s own searches are in it too and labelled. The rows have no ids: equal ones within a second are ' +
    'counted, not merged.',
  api: 'mimecast',
  needs: [permission],
  probes: [mimecastProbe(permission, (settings, window) => query(settings, window))],
  config,
  streams: () => ['default'],
  every: minutes(15),
  pull: {
    kind: 'window',
    // How long Mimecast keeps these rows is documented nowhere; asking further back than that costs nothing.
    policy: mimecastPolicy(60),
    pages: (ctx, window, resume) => mimecastPages(ctx.http, query(ctx.config, window), resume),
  },
  record: archiveSearchSchema,
  mapping: 7,
  split: bytes => mimecastRecords(bytes, 'logs'),
  recordBytes: (bytes, index) => mimecastRecordBytes(bytes, 'logs', index),
  identity: record => rowIdentity(record.createTime, record, optionalFields),
  identifiedBy:
    'There is no id: `createTime` and all other fields that are read. Of records equal in all of these each is an event.',
  countsEqual: true,
  normalize: normalizeArchiveSearch,
};

/** `start` and `end`: under any other name they are ignored, and the answer is that of today alone. */
const query = (config: Config, { from, to }: Window): MimecastQuery => ({
  path: `/api/archive/${config.list}`,
  wrapper: 'logs',
  pageSize: config.pageSize,
  data: { start: mimecastTime(from), end: mimecastTime(to) },
});
