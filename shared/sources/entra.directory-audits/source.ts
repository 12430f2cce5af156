import { z } from 'zod';
import { days, hours, isoSeconds, minutes, seconds, type Window } from '../../kernel/time.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphPages } from '../_kit/graph-pages.ts';
import { identityOf } from '../_kit/record-identity.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { normalizeDirectoryAudit } from './normalize.ts';
import { directoryAuditSchema, type DirectoryAudit } from './schema.ts';

const config = z.strictObject({});

const path = '/v1.0/auditLogs/directoryAudits';

export const entraDirectoryAudits: Source<z.infer<typeof config>, DirectoryAudit> = {
  id: 'entra.directory-audits',
  title: 'Entra directory audits',
  about:
    'Every change in the directory: users, groups, roles, applications, consent, policies, domains. The first place to ' +
    'look after an account was taken over. Microsoft keeps it for 30 days, or 7 without an Entra ID P1 or P2 licence.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: 'AuditLog.Read.All',
      how: 'In the Entra admin center, open the app registration, add the application permission AuditLog.Read.All of Microsoft Graph, and grant admin consent.',
    },
  ],
  probes: [
    {
      shows: ['AuditLog.Read.All'],
      ask: ({ http }) => firstPage(graphPages(http, { path, query: { $top: '1' } }, null)),
    },
  ],
  config,
  streams: () => ['default'],
  every: minutes(5),
  quota: 'reports',
  pull: {
    kind: 'window',
    policy: {
      step: minutes(5),
      // Graph names no limit, and 5 requests in 10 seconds are all there are: a tenant that remembers long is
      // caught up with in few windows. A crash inside a wide one costs a page all the same.
      maxWidth: days(3_650),
      // Sign-ins share the quota.
      catchUp: 3,
      lag: minutes(2),
      overlap: hours(2),
      lookback: days(30),
      fromMidnight: true,
      rereads: [hours(6), hours(24), hours(48), days(7)],
      grain: seconds(1),
    },
    pages: (ctx, window, resume) => graphPages(ctx.http, request(window), resume),
  },
  record: directoryAuditSchema,
  mapping: 9,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: record => identityOf(record.id, record),
  identifiedBy: 'The entry’s id (`id`); where it is missing, the whole record.',
  normalize: normalizeDirectoryAudit,
};

/**
 * Graph knows `ge` and `le` here, no `lt`, and its times have seven digits: an end cut to a millisecond before `to`
 * would lose what lies between. So `to` itself is asked for; a record exactly there comes twice and is stored once.
 */
function request({ from, to }: Window) {
  return {
    path,
    query: {
      $filter: `activityDateTime ge ${isoSeconds(from)} and activityDateTime le ${isoSeconds(to)}`,
      $orderby: 'activityDateTime asc',
      $top: '1000',
    },
  };
}
