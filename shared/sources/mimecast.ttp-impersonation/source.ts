import { z } from 'zod';
import { minutes, type Window } from '../../kernel/time.ts';
import { mimecastPages, mimecastTime, pageSize, type MimecastQuery } from '../_kit/mimecast-pages.ts';
import { mimecastPermission, mimecastPolicy } from '../_kit/mimecast-policy.ts';
import { mimecastProbe } from '../_kit/mimecast-probe.ts';
import { mimecastRecordBytes, mimecastRecords } from '../_kit/mimecast-records.ts';
import { rowIdentity } from '../_kit/row-identity.ts';
import type { Source } from '../_kit/source.ts';
import { normalizeImpersonationLog } from './normalize.ts';
import { impersonationLogSchema, optionalFields, type ImpersonationLog } from './schema.ts';

const config = z.strictObject({ pageSize });
type Config = z.infer<typeof config>;

const permission = mimecastPermission(
  'Monitoring > Impersonation Protection > Read',
  'Targeted Threat Protection',
);

export const mimecastTtpImpersonation: Source<Config, ImpersonationLog> = {
  id: 'mimecast.ttp-impersonation',
  title: 'Mimecast impersonation protection',
  about:
    'Mail whose sender looked like somebody else: a colleague’s name, a domain like the customer’s, words of a fraud; and ' +
    'what was done with it. One id has been seen on two different rows, so a row is identified by its id and its content.',
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
  record: impersonationLogSchema,
  mapping: 8,
  split: bytes => mimecastRecords(bytes, 'impersonationLogs'),
  recordBytes: (bytes, index) => mimecastRecordBytes(bytes, 'impersonationLogs', index),
  // With its id, but not by it alone: one id has been seen on two rows that differ.
  identity: record => rowIdentity(record.eventTime, record, optionalFields),
  identifiedBy:
    '`eventTime`, `id` and all other fields that are read, because one id has been seen on rows that differ. Rows equal in all of these are one event.',
  normalize: normalizeImpersonationLog,
};

/** `from` and `to` here, where other logs want `start` and `end`; no filter, so that all rows come. */
const query = (config: Config, { from, to }: Window): MimecastQuery => ({
  path: '/api/ttp/impersonation/get-logs',
  wrapper: 'impersonationLogs',
  pageSize: config.pageSize,
  data: { from: mimecastTime(from), to: mimecastTime(to), oldestFirst: true },
});
