import { z } from 'zod';
import { minutes, type Window } from '../../kernel/time.ts';
import { mimecastPages, mimecastTime, pageSize, type MimecastQuery } from '../_kit/mimecast-pages.ts';
import { mimecastPermission, mimecastPolicy } from '../_kit/mimecast-policy.ts';
import { mimecastProbe } from '../_kit/mimecast-probe.ts';
import { mimecastRecordBytes, mimecastRecords } from '../_kit/mimecast-records.ts';
import { rowIdentity } from '../_kit/row-identity.ts';
import type { Source } from '../_kit/source.ts';
import { normalizeArchiveView } from './normalize.ts';
import { archiveViewSchema, optionalFields, type ArchiveView } from './schema.ts';

const config = z.strictObject({ pageSize });
type Config = z.infer<typeof config>;

const permission = mimecastPermission('Archive > View Logs > Read', 'Archive');

export const mimecastArchiveViews: Source<Config, ArchiveView> = {
  id: 'mimecast.archive-views',
  title: 'Mimecast archive message views',
  about:
    'Which archived message was looked at, by whom, and whether its content was opened. It watches those who may read ' +
    'everybody’s mail. The rows name no message id, and have none of their own: equal ones within a second are counted.',
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
  record: archiveViewSchema,
  mapping: 6,
  split: bytes => mimecastRecords(bytes, 'logs'),
  recordBytes: (bytes, index) => mimecastRecordBytes(bytes, 'logs', index),
  identity: record => rowIdentity(record.viewed, record, optionalFields),
  identifiedBy:
    'There is no id: `viewed` and all other fields that are read. Of records equal in all of these each is an event.',
  countsEqual: true,
  normalize: normalizeArchiveView,
};

/** The documentation calls it get-archive-message-view-logs; the path is another. */
const query = (config: Config, { from, to }: Window): MimecastQuery => ({
  path: '/api/archive/get-view-logs',
  wrapper: 'logs',
  pageSize: config.pageSize,
  data: { start: mimecastTime(from), end: mimecastTime(to) },
});
