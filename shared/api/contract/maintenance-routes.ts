import { z } from 'zod';
import { noParams, noQuery, operationReply, sourceText, tenantParam } from './fields.ts';
import { route } from './route-spec.ts';

export const renormalize = route({
  method: 'POST',
  path: '/maintenance:renormalize',
  tag: 'tenants',
  summary: 'Make a tenant’s events anew from the raw records',
  about:
    'Replays what was archived through the mapping of today: events of an older mapping, and whatever is in quarantine. ' +
    'No record is asked for again and no revision is added. With `dryRun` the operation’s result says how many events ' +
    'would read otherwise, and shows some of the differences; nothing is written.',
  needs: 'Tenants.Manage',
  over: 'my-tenants',
  audit: { action: 'maintenance.renormalize' },
  params: noParams,
  query: noQuery,
  body: z.strictObject({
    tenant: tenantParam,
    source: sourceText.optional().meta({ description: 'Only events of this source.' }),
    dryRun: z
      .boolean()
      .default(false)
      .meta({ description: 'Count and show differences, and write nothing.' }),
    all: z
      .boolean()
      .default(false)
      .meta({ description: 'Look at events of the present mapping too: slow, and for a mended defect.' }),
  }),
  replies: {
    202: {
      about: 'Accepted; follow it at Operation-Location.',
      headers: {
        'operation-location': 'Path of the operation.',
        'retry-after': 'Seconds until it is worth a look.',
      },
      json: operationReply,
    },
  },
  creates: true,
  errors: ['idempotency.conflict'],
});
