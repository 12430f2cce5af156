import { z } from 'zod';
import { days, hours, minutes, seconds } from '../../kernel/time.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphPages } from '../_kit/graph-pages.ts';
import { identityOf } from '../_kit/record-identity.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { timePages } from '../_kit/time-pages.ts';
import { normalizeIncident } from './normalize.ts';
import { incidentSchema, type Incident } from './schema.ts';

const config = z.strictObject({});

/** Incidents cannot be asked for in an order, and more than 50 at once are refused. */
const list = { path: '/v1.0/security/incidents', field: 'lastUpdateDateTime', top: 50, ordered: false };

export const defenderIncidents: Source<z.infer<typeof config>, Incident> = {
  id: 'defender.incidents',
  title: 'Defender incidents',
  about:
    'What Defender puts together into one case: name, severity, state, who works on it. Alerts name the incident they ' +
    'belong to, which is the correlation id of both. Incidents change for weeks; every version is kept. Microsoft ' +
    'keeps them for about 180 days.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: 'SecurityIncident.Read.All',
      how: 'In the Entra admin center, open the app registration, add the application permission SecurityIncident.Read.All of Microsoft Graph, and grant admin consent. The tenant needs an active Defender product.',
    },
  ],
  probes: [
    {
      shows: ['SecurityIncident.Read.All'],
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
  record: incidentSchema,
  mapping: 9,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => identityOf(record.id ?? record.incidentId, record),
  identifiedBy:
    'The incident’s id (`id`, or `incidentId`); where it is missing, the whole record. A changed incident is a new version of its event.',
  normalize: normalizeIncident,
};
