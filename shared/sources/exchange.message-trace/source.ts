import { z } from 'zod';
import { days, hours, isoSeconds, minus, minutes, seconds, type Window } from '../../kernel/time.ts';
import { canonicalIdentity } from '../_kit/record-identity.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphPages } from '../_kit/graph-pages.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { identifyMessageTrace, normalizeMessageTrace } from './normalize.ts';
import { messageTraceSchema, type MessageTrace } from './schema.ts';

const config = z.strictObject({});

export const exchangeMessageTrace: Source<z.infer<typeof config>, MessageTrace> = {
  id: 'exchange.message-trace',
  title: 'Exchange message traces',
  about:
    'One row for every message and recipient that passed Exchange Online: who wrote to whom, from which address, and what ' +
    'became of it. A status may change for up to two days; every version is kept. Microsoft keeps traces for 90 days. ' +
    'They are about envelopes, not content.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: 'ExchangeMessageTrace.Read.All',
      how: 'In the Entra admin center, open the app registration, add the application permission ExchangeMessageTrace.Read.All of Microsoft Graph, and grant admin consent. The tenant also needs Microsoft’s own service principal for app 8bd644d1-64a1-4d4b-ae52-2e0cbf64e373; an admin creates it once.',
    },
  ],
  probes: [
    {
      shows: ['ExchangeMessageTrace.Read.All'],
      ask: ({ http, asOf }) => {
        const window = { from: minus(asOf, minutes(10)), to: minus(asOf, minutes(5)) };
        const { path, query } = request(window);
        return firstPage(graphPages(http, { path, query: { ...query, $top: '1' } }, null));
      },
    },
  ],
  config,
  streams: () => ['default'],
  every: minutes(5),
  pull: {
    kind: 'window',
    policy: {
      step: minutes(5),
      // The widest span Exchange answers. All of it is only asked for while catching up with little mail.
      maxWidth: days(10),
      lag: minutes(5),
      overlap: hours(4),
      lookback: days(90),
      fromMidnight: true,
      rereads: [hours(1), hours(6), hours(24), hours(48)],
      grain: seconds(1),
    },
    pages: (ctx, window, resume) => graphPages(ctx.http, request(window), resume),
  },
  record: messageTraceSchema,
  mapping: 6,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => identifyMessageTrace(record) ?? canonicalIdentity(record),
  identifiedBy:
    'The trace’s `id` (or `messageTraceId`) and the `recipientAddress` in lower case; where it is missing, `messageId` and the recipient; without these, the whole record. A changed status is a new version of the event.',
  normalize: normalizeMessageTrace,
};

/**
 * Both bounds, or Exchange refuses; both inclusive, so a row exactly at `to` comes twice and is stored once. No other
 * condition: Exchange accepts some it does not honour. Newest first, whatever one asks for.
 */
function request({ from, to }: Window) {
  return {
    path: '/v1.0/admin/exchange/tracing/messageTraces',
    query: {
      $filter: `receivedDateTime ge ${isoSeconds(from)} and receivedDateTime le ${isoSeconds(to)}`,
      $top: '5000',
    },
  };
}
