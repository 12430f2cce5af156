import { z } from 'zod';
import { minutes, type Window } from '../../kernel/time.ts';
import { mimecastPages, mimecastTime, pageSize, type MimecastQuery } from '../_kit/mimecast-pages.ts';
import { mimecastPermission, mimecastPolicy } from '../_kit/mimecast-policy.ts';
import { mimecastProbe } from '../_kit/mimecast-probe.ts';
import { mimecastRecordBytes, mimecastRecords } from '../_kit/mimecast-records.ts';
import { rowIdentity } from '../_kit/row-identity.ts';
import type { Source } from '../_kit/source.ts';
import { normalizeAttachmentLog } from './normalize.ts';
import { attachmentLogSchema, optionalFields, type AttachmentLog } from './schema.ts';

const config = z.strictObject({ pageSize });
type Config = z.infer<typeof config>;

const permission = mimecastPermission(
  'Monitoring > Attachment Protection > Read',
  'Targeted Threat Protection',
);

export const mimecastTtpAttachment: Source<Config, AttachmentLog> = {
  id: 'mimecast.ttp-attachment',
  title: 'Mimecast attachment protection',
  about:
    'Attachments that were scanned: file, hash, verdict, and what was done with the mail. A malicious file with no action ' +
    'has reached a mailbox. The rows have no ids: equal ones within a second are counted, not merged.',
  api: 'mimecast',
  needs: [permission],
  probes: [mimecastProbe(permission, (settings, window) => query(settings, window))],
  config,
  streams: () => ['default'],
  every: minutes(15),
  pull: {
    kind: 'window',
    policy: mimecastPolicy(60),
    pages: (ctx, window, resume) => mimecastPages(ctx.http, query(ctx.config, window), resume),
  },
  record: attachmentLogSchema,
  mapping: 7,
  split: bytes => mimecastRecords(bytes, 'attachmentLogs'),
  recordBytes: (bytes, index) => mimecastRecordBytes(bytes, 'attachmentLogs', index),
  identity: record => rowIdentity(record.date, record, optionalFields),
  identifiedBy:
    'There is no id: `date` and all other fields that are read. Of records equal in all of these each is an event.',
  countsEqual: true,
  normalize: normalizeAttachmentLog,
};

/** `from` and `to` here, where other logs want `start` and `end`; and all of it, whatever the defaults may be. */
const query = (config: Config, { from, to }: Window): MimecastQuery => ({
  path: '/api/ttp/attachment/get-logs',
  wrapper: 'attachmentLogs',
  pageSize: config.pageSize,
  data: { from: mimecastTime(from), to: mimecastTime(to), oldestFirst: true, route: 'all', result: 'all' },
});
