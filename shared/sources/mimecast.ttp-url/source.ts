import { z } from 'zod';
import { minutes, type Window } from '../../kernel/time.ts';
import { mimecastPages, mimecastTime, pageSize, type MimecastQuery } from '../_kit/mimecast-pages.ts';
import { mimecastPermission, mimecastPolicy } from '../_kit/mimecast-policy.ts';
import { mimecastProbe } from '../_kit/mimecast-probe.ts';
import { mimecastRecordBytes, mimecastRecords } from '../_kit/mimecast-records.ts';
import { rowIdentity } from '../_kit/row-identity.ts';
import type { Source } from '../_kit/source.ts';
import { normalizeUrlLog } from './normalize.ts';
import { identifying, urlLogSchema, type UrlLog } from './schema.ts';

const config = z.strictObject({ pageSize });
type Config = z.infer<typeof config>;

const permission = mimecastPermission('Monitoring > URL Protection > Read', 'Targeted Threat Protection');

export const mimecastTtpUrl: Source<Config, UrlLog> = {
  id: 'mimecast.ttp-url',
  title: 'Mimecast URL protection',
  about:
    'Links in mail that were clicked or scanned: who, which link, what the scan found and what was done. The address is ' +
    'that of the mail’s sender, not of the person who clicked. The rows have no ids: several clicks in a second are counted.',
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
  record: urlLogSchema,
  mapping: 7,
  split: bytes => mimecastRecords(bytes, 'clickLogs'),
  recordBytes: (bytes, index) => mimecastRecordBytes(bytes, 'clickLogs', index),
  identity: record => rowIdentity(record.date, record, identifying),
  identifiedBy:
    'There is no id: `date` and all other fields that are read, but for `actions` and `userAwarenessAction`. Of ' +
    'records equal in all of these each is an event.',
  countsEqual: true,
  normalize: normalizeUrlLog,
};

/** `from` and `to` here, where other logs want `start` and `end`; and all of it, whatever the defaults may be. */
const query = (config: Config, { from, to }: Window): MimecastQuery => ({
  path: '/api/ttp/url/get-logs',
  wrapper: 'clickLogs',
  pageSize: config.pageSize,
  data: {
    from: mimecastTime(from),
    to: mimecastTime(to),
    oldestFirst: true,
    route: 'all',
    scanResult: 'all',
  },
});
