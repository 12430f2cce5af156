import { z } from 'zod';
import { continuationText, limitText, listOf, noParams, noQuery, spanReply, tenantParam } from './fields.ts';
import { route } from './route-spec.ts';

const holdsNoRecords = { none: 'holds names and settings of a customer, none of its records' } as const;

/** Connection settings stay inside: they may name references to secrets. */
export const tenantReply = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    domains: z.array(z.string()),
    state: z.enum(['active', 'retired']),
    retentionDays: z.int(),
    connections: z.array(
      z.strictObject({ source: z.string(), enabled: z.boolean(), remembersDays: z.number().nullable() }),
    ),
  })
  .meta({ id: 'Tenant' });

/** Where a stream stands. */
export const streamState = z.enum(['new', 'current', 'working', 'failing', 'paused', 'unreadable']);
/** A stream's state alone. */
export const streamStanding = z.strictObject({
  stream: z.string(),
  state: streamState,
  problem: z.string().nullable(),
});
const stream = z.strictObject({
  stream: z.string(),
  state: streamState,
  /** Everything before it has been asked for and answered, or is a gap. */
  committedTo: z.string().nullable(),
  open: spanReply.nullable(),
  /** Ranges people asked for that are still to do. */
  waiting: z.int(),
  gaps: z.int(),
  /** What stands in the way, in plain words. */
  problem: z.string().nullable(),
  everySeconds: z.number().nullable().meta({
    description: 'How often it is asked now; follows its activity unless set. Null before its first answer.',
  }),
});

export const tenantsList = route({
  method: 'GET',
  path: '/tenants',
  tag: 'tenants',
  summary: 'The tenants you manage',
  needs: 'Tenants.Manage',
  over: 'my-tenants',
  audit: holdsNoRecords,
  params: noParams,
  query: z.strictObject({ limit: limitText, continuation: continuationText }),
  body: null,
  replies: { 200: { about: 'Tenants in id order.', json: listOf(tenantReply) } },
  errors: ['continuation.invalid', 'continuation.expired'],
});

export const tenantsGet = route({
  method: 'GET',
  path: '/tenants/{id}',
  tag: 'tenants',
  summary: 'One tenant',
  needs: 'Tenants.Manage',
  over: 'one-tenant',
  owner: 'path',
  audit: holdsNoRecords,
  params: z.strictObject({ id: tenantParam }),
  query: noQuery,
  body: null,
  replies: {
    200: { about: 'The tenant.', headers: { etag: 'Revision, for If-Match.' }, json: tenantReply },
  },
});

export const tenantSources = route({
  method: 'GET',
  path: '/tenants/{id}/sources',
  tag: 'tenants',
  summary: 'A tenant’s connections and where each stream stands',
  needs: 'Tenants.Manage',
  over: 'one-tenant',
  owner: 'path',
  audit: holdsNoRecords,
  params: z.strictObject({ id: tenantParam }),
  query: noQuery,
  body: null,
  replies: {
    200: {
      about: 'Connections in the order they are set up.',
      json: z.strictObject({
        value: z.array(
          z.strictObject({
            source: z.string(),
            title: z.string(),
            enabled: z.boolean(),
            remembersDays: z.number().nullable(),
            streams: z.array(stream),
            problem: z.string().nullable(),
          }),
        ),
      }),
    },
  },
});

const checkReply = z
  .strictObject({
    permissions: z.array(z.string()),
    state: z.enum(['ready', 'refused', 'unknown']).meta({
      description: 'refused: somebody must act. unknown: it could not be told just now; ask again later.',
    }),
    /** An error code as runs show it. */
    code: z.string().nullable(),
    problem: z.string().nullable().meta({ description: 'What is wrong and what mends it.' }),
  })
  .meta({ id: 'ReadinessCheck' });

export const tenantReadiness = route({
  method: 'GET',
  path: '/tenants/{id}/readiness',
  tag: 'tenants',
  summary: 'Whether each source may be read today, tried at the provider',
  about:
    'Signs in anew and makes one small request for each permission. A failing provider is a result, never an error. ' +
    'It changes nothing here: what is paused says how to resume it.',
  needs: 'Tenants.Manage',
  over: 'one-tenant',
  owner: 'path',
  audit: { action: 'tenant.readiness' },
  params: z.strictObject({ id: tenantParam }),
  query: noQuery,
  body: null,
  replies: {
    200: {
      about: 'Connections in the order they are set up.',
      json: z.strictObject({
        tenant: z.string(),
        checkedAt: z.string(),
        ready: z.boolean().meta({ description: 'Every check of every enabled connection is ready.' }),
        names: checkReply.nullable().meta({
          description:
            'Whether object ids can be given names; null where the tenant has no directory to ask.',
        }),
        value: z.array(
          z.strictObject({
            source: z.string(),
            title: z.string(),
            enabled: z.boolean(),
            ready: z.boolean(),
            checks: z.array(checkReply),
            streams: z.array(streamStanding),
            next: z.string().nullable().meta({ description: 'What is left to do here, in a sentence.' }),
          }),
        ),
      }),
    },
  },
});
