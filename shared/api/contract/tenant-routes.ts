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
