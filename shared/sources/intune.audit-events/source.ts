import { z } from 'zod';
import { days, hours, isoSeconds, minus, minutes, seconds, type Window } from '../../kernel/time.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphPages } from '../_kit/graph-pages.ts';
import { identityOf } from '../_kit/record-identity.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { normalizeAuditEvent } from './normalize.ts';
import { auditEventSchema, type AuditEvent } from './schema.ts';

const config = z.strictObject({});

export const intuneAuditEvents: Source<z.infer<typeof config>, AuditEvent> = {
  id: 'intune.audit-events',
  title: 'Intune audit events',
  about:
    'What administrators and applications changed in Intune: policies, apps, scripts, assignments, roles, and what they ' +
    'did to devices, wiping included. Microsoft keeps it for about a year. Changed values can be passwords or ' +
    'certificates: events name the properties, only the original record has the values.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: 'DeviceManagementApps.Read.All',
      how: 'In the Entra admin center, open the app registration, add the application permission DeviceManagementApps.Read.All of Microsoft Graph (the one for configuration or devices does not do), and grant admin consent. The tenant needs Intune.',
    },
  ],
  probes: [
    {
      shows: ['DeviceManagementApps.Read.All'],
      // No page size: none is documented. Some minutes hold few rows.
      ask: ({ http, asOf }) => {
        const window = { from: minus(asOf, minutes(10)), to: minus(asOf, minutes(5)) };
        return firstPage(graphPages(http, request(window), null));
      },
    },
  ],
  config,
  streams: () => ['default'],
  every: minutes(15),
  pull: {
    kind: 'window',
    policy: {
      step: minutes(15),
      // The service is slow on wide spans, and keeps a year: about a month at once.
      maxWidth: days(31),
      lag: minutes(5),
      // Nobody knows how late Intune is; its volume is small.
      overlap: hours(24),
      lookback: days(365),
      rereads: [days(2), days(7)],
      grain: seconds(1),
    },
    pages: (ctx, window, resume) => graphPages(ctx.http, request(window), resume),
  },
  record: auditEventSchema,
  mapping: 9,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => identityOf(record.id, record),
  identifiedBy: 'The event’s id (`id`); where it is missing, the whole record.',
  normalize: normalizeAuditEvent,
};

/** No order and no page size: neither is documented, and the rows come in none. Both ends belong to the filter. */
const request = ({ from, to }: Window) => ({
  path: '/v1.0/deviceManagement/auditEvents',
  query: { $filter: `activityDateTime ge ${isoSeconds(from)} and activityDateTime le ${isoSeconds(to)}` },
});
