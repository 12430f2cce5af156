import { days, hours, isoSeconds, minus, minutes, seconds, type Window } from '../../kernel/time.ts';
import { firstPage } from '../_kit/first-page.ts';
import { graphPages } from '../_kit/graph-pages.ts';
import { identityOf } from '../_kit/record-identity.ts';
import { recordBytes } from '../_kit/record-bytes.ts';
import type { PullContext, Source } from '../_kit/source.ts';
import { splitRecords } from '../_kit/split-json.ts';
import { signInsConfig, type SignInsConfig } from './config.ts';
import { normalizeSignIn } from './normalize.ts';
import { signInSchema, type SignIn } from './schema.ts';
import { toldOfAge } from './told-of-age.ts';

const policies = '/v1.0/identity/conditionalAccess/policies';

export const entraSignIns: Source<SignInsConfig, SignIn> = {
  id: 'entra.sign-ins',
  title: 'Entra sign-ins',
  about:
    'Every sign-in Entra judged: of people, of clients on their behalf, of applications and of managed identities, ' +
    'with address, place, device, risk and the reason of a refusal. Needs an Entra ID P1 or P2 licence in the tenant; ' +
    'Microsoft keeps it for 30 days. A record may change for two hours after the fact (proof of a second factor, ' +
    'risk); every version is kept.',
  api: 'graph',
  needs: [
    {
      api: 'graph',
      name: 'AuditLog.Read.All',
      how: 'In the Entra admin center, open the app registration, add the application permission AuditLog.Read.All of Microsoft Graph, and grant admin consent. The tenant needs an Entra ID P1 or P2 licence.',
    },
    {
      api: 'graph',
      name: 'Policy.Read.All',
      how: 'Only for the conditional access policies that were applied: add the application permission Policy.Read.All of Microsoft Graph as well, and grant admin consent. Without it Graph leaves them out.',
    },
  ],
  probes: [
    {
      shows: ['AuditLog.Read.All'],
      // As the first kind is asked for: where beta does not answer, the pull would not either.
      ask: ctx => {
        const window = { from: minus(ctx.asOf, minutes(10)), to: minus(ctx.asOf, minutes(5)) };
        const { path, query } = request(ctx, window);
        return firstPage(graphPages(ctx.http, { path, query: { ...query, $top: '1' } }, null));
      },
    },
    {
      // Sign-ins are answered without it, and say nothing of what is missing: so the policies themselves are asked for.
      shows: ['Policy.Read.All'],
      ask: ({ http }) => firstPage(graphPages(http, { path: policies, query: {} }, null)),
    },
  ],
  config: signInsConfig,
  streams: config => config.kinds,
  every: minutes(5),
  quota: 'reports',
  pull: {
    kind: 'window',
    policy: {
      step: minutes(5),
      // As with directory audits: 5 requests in 10 seconds are all there are, so few wide windows; each failure of
      // a busy tenant's wide one halves the next.
      maxWidth: days(3_650),
      catchUp: 3,
      lag: minutes(2),
      // For two hours Graph may still change what it has shown.
      overlap: hours(2),
      lookback: days(30),
      fromMidnight: true,
      rereads: [hours(6), hours(24), days(3)],
      grain: seconds(1),
    },
    pages: (ctx, window, resume) =>
      toldOfAge(graphPages(ctx.http, request(ctx, window), resume), window, ctx.asOf),
  },
  record: signInSchema,
  mapping: 8,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  // The request's id. Graph may show several rows of one id (risk found, MFA completed, more policies than fit in a
  // row): they are versions of one event, all kept.
  identity: record => identityOf(record.id, record),
  identifiedBy:
    'The request’s id (`id`); where it is missing or all zeros, the whole record. Further rows of one id are new versions of its event.',
  normalize: normalizeSignIn,
};

const eventTypes: Readonly<Record<string, string>> = {
  interactive: 'interactiveUser',
  nonInteractive: 'nonInteractiveUser',
  servicePrincipal: 'servicePrincipal',
  managedIdentity: 'managedIdentity',
};

/**
 * v1.0 knows interactive sign-ins only, and refuses to hear of kinds; beta takes one kind at a time. Graph knows
 * `le` here, no `lt`: a record exactly at `to` comes twice and is stored once.
 */
function request({ config, stream }: PullContext<SignInsConfig>, { from, to }: Window) {
  const stable = stream === 'interactive' && config.interactiveFrom === 'v1.0';
  const kind = stable ? '' : `signInEventTypes/any(t: t eq '${eventTypes[stream] ?? stream}') and `;
  return {
    path: `/${stable ? 'v1.0' : 'beta'}/auditLogs/signIns`,
    query: {
      $filter: `${kind}createdDateTime ge ${isoSeconds(from)} and createdDateTime le ${isoSeconds(to)}`,
      $orderby: 'createdDateTime asc',
      $top: '1000',
    },
  };
}
