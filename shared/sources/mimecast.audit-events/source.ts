import { z } from 'zod';
import { minutes, type Window } from '../../kernel/time.ts';
import { mimecastPages, mimecastTime, pageSize, type MimecastQuery } from '../_kit/mimecast-pages.ts';
import { mimecastPermission, mimecastPolicy } from '../_kit/mimecast-policy.ts';
import { mimecastProbe } from '../_kit/mimecast-probe.ts';
import { mimecastRecordBytes, mimecastRecords } from '../_kit/mimecast-records.ts';
import { identityOf } from '../_kit/record-identity.ts';
import type { Source } from '../_kit/source.ts';
import { normalizeAuditEvent } from './normalize.ts';
import { auditEventSchema, type AuditEvent } from './schema.ts';

const config = z.strictObject({ pageSize });
type Config = z.infer<typeof config>;

const permission = mimecastPermission('Account > Logs > Read', 'Audit Events');

export const mimecastAuditEvents: Source<Config, AuditEvent> = {
  id: 'mimecast.audit-events',
  title: 'Mimecast audit events',
  about:
    'What administrators, users and Mimecast’s own staff did in the account: sign-ins, changes of roles, policies and API ' +
    'applications, access to cases. Mimecast answers for the last 60 days. What a record tells beyond its type is free text.',
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
  record: auditEventSchema,
  mapping: 9,
  split: bytes => mimecastRecords(bytes, 'logs'),
  recordBytes: (bytes, index) => mimecastRecordBytes(bytes, 'logs', index),
  identity: record => identityOf(record.id, record),
  identifiedBy: 'The event’s id (`id`); where it is missing, the whole record.',
  normalize: normalizeAuditEvent,
};

/** Both bounds are required here, and have names of their own. */
const query = (config: Config, { from, to }: Window): MimecastQuery => ({
  path: '/api/audit/get-audit-events',
  wrapper: 'logs',
  pageSize: config.pageSize,
  data: { startDateTime: mimecastTime(from), endDateTime: mimecastTime(to) },
});
