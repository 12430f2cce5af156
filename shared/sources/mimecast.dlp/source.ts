import { z } from 'zod';
import { minutes, type Window } from '../../kernel/time.ts';
import { mimecastPages, mimecastTime, pageSize, type MimecastQuery } from '../_kit/mimecast-pages.ts';
import { mimecastPermission, mimecastPolicy } from '../_kit/mimecast-policy.ts';
import { mimecastProbe } from '../_kit/mimecast-probe.ts';
import { mimecastRecordBytes, mimecastRecords } from '../_kit/mimecast-records.ts';
import { rowIdentity } from '../_kit/row-identity.ts';
import type { Source } from '../_kit/source.ts';
import { normalizeDlpLog } from './normalize.ts';
import { dlpLogSchema, optionalFields, type DlpLog } from './schema.ts';

const config = z.strictObject({ pageSize });
type Config = z.infer<typeof config>;

const permission = mimecastPermission('Monitoring > Data Leak Prevention > Read', 'Data Leak Prevention');

export const mimecastDlp: Source<Config, DlpLog> = {
  id: 'mimecast.dlp',
  title: 'Mimecast data leak prevention',
  about:
    'Mail that met a content or data leak policy, and what the policy did: held, notified, blocked. The rows have no ids: ' +
    'equal ones within a second are counted, not merged.',
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
  record: dlpLogSchema,
  mapping: 7,
  split: bytes => mimecastRecords(bytes, 'dlpLogs'),
  recordBytes: (bytes, index) => mimecastRecordBytes(bytes, 'dlpLogs', index),
  identity: record => rowIdentity(record.eventTime, record, optionalFields),
  identifiedBy:
    'There is no id: `eventTime` and all other fields that are read. Of records equal in all of these each is an event.',
  countsEqual: true,
  normalize: normalizeDlpLog,
};

/** `from` and `to` here, where other logs want `start` and `end`. */
const query = (config: Config, { from, to }: Window): MimecastQuery => ({
  path: '/api/dlp/get-logs',
  wrapper: 'dlpLogs',
  pageSize: config.pageSize,
  data: { from: mimecastTime(from), to: mimecastTime(to), oldestFirst: true },
});
