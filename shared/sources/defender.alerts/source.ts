import { z } from 'zod';
import { days, hours, minutes, seconds } from '../../kernel/time.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphPages } from '../_kit/graph-pages.ts';
import { identityOf } from '../_kit/record-identity.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { timePages } from '../_kit/time-pages.ts';
import { normalizeAlert } from './normalize.ts';
import { alertSchema, type Alert } from './schema.ts';

const config = z.strictObject({});

/** Ascending order is not documented, and kept; should it not be, time-pages finds out and halves its spans. */
const list = { path: '/v1.0/security/alerts_v2', field: 'lastUpdateDateTime', top: 500, ordered: true };

export const defenderAlerts: Source<z.infer<typeof config>, Alert> = {
  id: 'defender.alerts',
  title: 'Defender alerts',
  about:
    'What Microsoft’s Defender products, Identity Protection and data-loss prevention raised an alert about: who, which ' +
    'device, file, mail and address. Alerts change while somebody works on them; every version is kept. Microsoft ' +
    'keeps them for about 180 days.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: 'SecurityAlert.Read.All',
      how: 'In the Entra admin center, open the app registration, add the application permission SecurityAlert.Read.All of Microsoft Graph, and grant admin consent. The tenant needs an active Defender product.',
    },
  ],
  probes: [
    {
      shows: ['SecurityAlert.Read.All'],
      ask: ({ http }) => firstPage(graphPages(http, { path: list.path, query: { $top: '1' } }, null)),
    },
  ],
  config,
  streams: () => ['default'],
  every: minutes(5),
  pull: {
    kind: 'window',
    policy: {
      step: minutes(5),
      // Walked by time, a wide window costs no more requests than narrow ones.
      maxWidth: days(3_650),
      lag: minutes(2),
      overlap: hours(2),
      lookback: days(180),
      rereads: [hours(24), days(3)],
      grain: seconds(1),
    },
    pages: (ctx, window, resume) => timePages(ctx.http, list, window, resume),
  },
  record: alertSchema,
  mapping: 9,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => identityOf(record.id, record),
  identifiedBy:
    'The alert’s id (`id`); where it is missing, the whole record. A changed alert is a new version of its event.',
  normalize: normalizeAlert,
};
