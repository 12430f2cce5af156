import { z } from 'zod';
import { minutes } from '../../kernel/time.ts';
import { firstPage } from '../_kit/first-page.ts';
import { mimecastPermission } from '../_kit/mimecast-policy.ts';
import { rowIdentity } from '../_kit/row-identity.ts';
import type { Source } from '../_kit/source.ts';
import { batchRecordBytes, batchRecords } from './batch-file.ts';
import { batchPages, retention } from './batch-pages.ts';
import { eventTypes } from './event-types.ts';
import { normalizeSiemEvent } from './normalize.ts';
import { hasOlderNames, olderFields } from './older-names.ts';
import { optionalFields, siemEventSchema, type SiemEvent } from './schema.ts';

/** Offset and partition alone repeat. */
const identityFields = [...optionalFields, 'accountId', '_offset', '_partition'];

const streams = Object.keys(eventTypes);

const config = z.strictObject({
  /** Files per listing. */
  pageSize: z.int().min(1).max(100).default(100),
  /** Kinds of events wanted; each is a stream. */
  types: z
    .array(z.string().refine(name => streams.includes(name), `expected one of ${streams.join(', ')}`))
    .min(1)
    .default(streams),
});

const permission = mimecastPermission('Security Events', 'Threats, Security Events and Data for CG');

export const mimecastSiem: Source<z.infer<typeof config>, SiemEvent> = {
  id: 'mimecast.siem',
  title: 'Mimecast gateway events',
  about:
    'What the gateway did with every message, step by step: receipt, processing, delivery, and what was found on the way. ' +
    'They come as files that Mimecast keeps for about 7 days; a longer outage is a gap. Lines are identified by their ' +
    'content, because Mimecast sends some twice.',
  api: 'mimecast',
  needs: [permission],
  // A listing of one file, which is not fetched.
  probes: [
    {
      shows: [permission.name],
      ask: ctx => firstPage(batchPages({ ...ctx, config: { pageSize: 1 } }, null)),
    },
  ],
  config,
  streams: settings => settings.types,
  every: minutes(15),
  pull: {
    kind: 'feed',
    lookback: retention,
    pages: (ctx, token) => batchPages(ctx, token),
  },
  record: siemEventSchema,
  mapping: 9,
  split: batchRecords,
  recordBytes: batchRecordBytes,
  identity: record =>
    hasOlderNames(record)
      ? rowIdentity(record.datetime, record, olderFields)
      : rowIdentity(record.timestamp, record, identityFields),
  identifiedBy:
    'There is no id: `timestamp`, the fields that are read, `accountId`, `_offset` and `_partition`. Mimecast sends some lines twice; lines equal in all of these are one event.',
  normalize: normalizeSiemEvent,
};
