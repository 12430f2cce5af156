import { z } from 'zod';
import { hours, instant, minus, minutes } from '../../kernel/time.ts';
import { firstPage } from '../_kit/first-page.ts';
import { mimecastPermission, mimecastPolicy } from '../_kit/mimecast-policy.ts';
import { mimecastRecordBytes, mimecastRecords } from '../_kit/mimecast-records.ts';
import { identityOf } from '../_kit/record-identity.ts';
import type { Source } from '../_kit/source.ts';
import { normalizeTrackedMessage } from './normalize.ts';
import { trackedMessageSchema, type TrackedMessage } from './schema.ts';
import { trackingPages } from './tracking-pages.ts';

const config = z.strictObject({
  /** Rows from which an answer counts as cut off; Mimecast's limit is documented nowhere. */
  mostRows: z.int().min(2).max(100_000).default(500),
});

const permission = mimecastPermission('Gateway > Tracking > Read', 'Message Tracking');

export const mimecastMessageTracking: Source<z.infer<typeof config>, TrackedMessage> = {
  id: 'mimecast.message-tracking',
  title: 'Mimecast message tracking',
  about:
    'Every message that passed Mimecast, from whom to whom, and what became of it; every change of status is kept. ' +
    'Mimecast answers for 30 days, 7 for rejected and deferred mail. Each question leaves a row among the archive ' +
    'searches, labelled as Holdfast’s; for all traffic of a large account mimecast.siem is the better source.',
  api: 'mimecast',
  needs: [permission],
  probes: [
    {
      shows: [permission.name],
      ask: ({ http, config: { mostRows }, asOf }) => {
        const to = instant(Math.floor(minus(asOf, minutes(15)) / 1_000) * 1_000);
        return firstPage(trackingPages(http, { from: minus(to, minutes(5)), to }, mostRows, null));
      },
    },
  ],
  config,
  streams: () => ['default'],
  every: hours(1),
  pull: {
    kind: 'window',
    policy: {
      ...mimecastPolicy(30),
      step: hours(1),
      maxWidth: hours(12),
      overlap: hours(1),
      lag: minutes(15),
      rereads: [hours(6), hours(24), hours(48)],
    },
    pages: (ctx, window, resume) => trackingPages(ctx.http, window, ctx.config.mostRows, resume),
  },
  record: trackedMessageSchema,
  mapping: 7,
  split: bytes => mimecastRecords(bytes, 'trackedEmails'),
  recordBytes: (bytes, index) => mimecastRecordBytes(bytes, 'trackedEmails', index),
  // A row whose status changes is the same event in a new version.
  identity: record => identityOf(record.id, record),
  identifiedBy: 'The tracked message’s id (`id`); where it is missing, the whole record.',
  normalize: normalizeTrackedMessage,
};
