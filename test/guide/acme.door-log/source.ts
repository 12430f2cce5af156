import { z } from 'zod';
import {
  days,
  hours,
  isoSeconds,
  minus,
  minutes,
  seconds,
  type Window,
} from '../../../shared/kernel/time.ts';
import { firstPage } from '../../../shared/sources/_kit/first-page.ts';
import { graphPages } from '../../../shared/sources/_kit/graph-pages.ts';
import { identityOf } from '../../../shared/sources/_kit/record-identity.ts';
import { recordBytes } from '../../../shared/sources/_kit/record-bytes.ts';
import type { Source } from '../../../shared/sources/_kit/source.ts';
import { splitRecords } from '../../../shared/sources/_kit/split-json.ts';
import { normalizeAcmeDoorLog } from './normalize.ts';
import { recordAcmeDoorLogSchema, type AcmeDoorLog } from './schema.ts';

const config = z.strictObject({});

export const acmeDoorLog: Source<z.infer<typeof config>, AcmeDoorLog> = {
  id: 'acme.door-log',
  title: 'Acme door log',
  about: 'Every badge held to a door, and whether it opened. Acme keeps it for 30 days.',
  api: 'graph',
  needs: [{ api: 'graph', name: 'Doors.Read.All', how: 'Ask the caretaker for Doors.Read.All.' }],
  // One harmless request for each permission: the readiness page shows what Acme answers.
  probes: [
    {
      shows: ['Doors.Read.All'],
      ask: ({ http, asOf }) =>
        firstPage(graphPages(http, request({ from: minus(asOf, minutes(5)), to: asOf }), null)),
    },
  ],
  config,
  // One cursor is enough. A provider with five kinds of content would name five streams.
  streams: () => ['default'],
  every: minutes(5),
  pull: {
    kind: 'window',
    policy: {
      step: minutes(5),
      maxWidth: days(1),
      // The doors write for a minute or two; what is newer is left alone.
      lag: minutes(2),
      overlap: minutes(10),
      lookback: days(30),
      rereads: [hours(6)],
      grain: seconds(1),
    },
    // The provider's answers, as they came. The one thing this may touch is the client it is given: time-outs,
    // retries, throttles and tokens are the client's business.
    pages: (ctx, window, resume) => graphPages(ctx.http, request(window), resume),
  },
  record: recordAcmeDoorLogSchema,
  mapping: 1,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => identityOf(record.swipe, record),
  identifiedBy: 'The number of the swipe (`swipe`); where it is missing, the whole record.',
  normalize: normalizeAcmeDoorLog,
};

const request = ({ from, to }: Window) => ({
  path: '/v1.0/doors/swipes',
  query: { from: isoSeconds(from), to: isoSeconds(to) },
});
