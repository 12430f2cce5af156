import { z } from 'zod';
import { permissions } from '../../authz/permission.ts';
import { categories } from '../../model/event.ts';
import { noParams, noQuery } from './fields.ts';
import { route } from './route-spec.ts';

const holdsNoRecords = { none: 'tells of the installation, not of any tenant’s records' } as const;

/** Reads nothing, so that a busy store never gets the process killed. */
export const health = route({
  method: 'GET',
  path: '/health',
  alsoUnderApi: true,
  tag: 'system',
  summary: 'Whether the process answers',
  needs: 'nobody',
  over: 'system',
  audit: holdsNoRecords,
  params: noParams,
  query: noQuery,
  body: null,
  replies: { 200: { about: 'Alive.', json: z.strictObject({ status: z.literal('alive') }) } },
});

const readiness = z.strictObject({
  status: z.enum(['ready', 'not-ready']),
  checks: z
    .array(z.strictObject({ name: z.string(), ok: z.boolean(), problem: z.string().nullable() }))
    .optional()
    .meta({ description: 'Each dependency and each bad setting; only for who operates the installation.' }),
});
export const ready = route({
  method: 'GET',
  path: '/ready',
  alsoUnderApi: true,
  tag: 'system',
  summary: 'Whether everything it needs answers',
  about: 'With a token that may operate the installation (Tenants.Manage), the reply names each check.',
  needs: 'nobody',
  moreFor: 'Tenants.Manage',
  over: 'system',
  audit: holdsNoRecords,
  params: noParams,
  query: noQuery,
  body: null,
  replies: {
    200: { about: 'Ready.', json: readiness },
    503: { about: 'Something it needs does not answer.', json: readiness },
  },
});

export const version = route({
  method: 'GET',
  path: '/version',
  tag: 'system',
  summary: 'What runs here',
  needs: 'nobody',
  over: 'system',
  audit: holdsNoRecords,
  params: noParams,
  query: noQuery,
  body: null,
  replies: {
    200: {
      about: 'Product and API version.',
      json: z.strictObject({ product: z.string(), version: z.string(), api: z.literal('v1') }),
    },
  },
});

export const config = route({
  method: 'GET',
  path: '/config',
  tag: 'system',
  summary: 'How to sign in',
  needs: 'nobody',
  over: 'system',
  audit: holdsNoRecords,
  params: noParams,
  query: noQuery,
  body: null,
  replies: {
    200: {
      about: 'What a client needs before it has a token.',
      json: z.strictObject({
        product: z.string(),
        signIn: z.strictObject({
          /** Append a tenant id or `organizations`. */
          loginUrl: z.string(),
          clientId: z.string(),
          scopes: z.array(z.string()),
        }),
      }),
    },
  },
});

export const openapi = route({
  method: 'GET',
  path: '/openapi.json',
  alsoUnderApi: true,
  tag: 'system',
  summary: 'This API as OpenAPI 3.1',
  needs: 'nobody',
  over: 'system',
  audit: holdsNoRecords,
  params: noParams,
  query: noQuery,
  body: null,
  replies: {
    200: { about: 'The document.', json: z.record(z.string(), z.unknown()) },
  },
});

export const metrics = route({
  method: 'GET',
  path: '/metrics',
  alsoUnderApi: true,
  tag: 'system',
  summary: 'Counters and gauges, in Prometheus’s text form',
  about: 'For a caller on the same machine, or with a token that may operate the installation.',
  needs: 'nobody',
  moreFor: 'Tenants.Manage',
  over: 'system',
  audit: holdsNoRecords,
  params: noParams,
  query: noQuery,
  body: null,
  replies: { 200: { about: 'The metrics.', text: 'text/plain; version=0.0.4; charset=utf-8' } },
  errors: ['auth.missing', 'auth.denied'],
});

export const me = route({
  method: 'GET',
  path: '/me',
  tag: 'system',
  summary: 'Who the token says you are, and what you may see',
  needs: 'signed-in',
  over: 'system',
  audit: { none: 'tells callers only of themselves' },
  params: noParams,
  query: noQuery,
  body: null,
  replies: {
    200: {
      about: 'The caller.',
      json: z.strictObject({
        principal: z.strictObject({
          kind: z.enum(['user', 'app']),
          tid: z.string(),
          oid: z.string(),
          name: z.string().nullable(),
        }),
        roles: z.array(z.string()),
        scopes: z.array(z.string()),
        tenants: z.array(
          z.strictObject({ id: z.string(), name: z.string(), permissions: z.array(z.enum(permissions)) }),
        ),
      }),
    },
  },
});

export const sources = route({
  method: 'GET',
  path: '/sources',
  tag: 'system',
  summary: 'Every source: what it holds, what it needs, how far back the provider remembers',
  needs: 'signed-in',
  over: 'system',
  audit: { none: 'describes the product, not any tenant' },
  params: noParams,
  query: noQuery,
  body: null,
  replies: {
    200: {
      about: 'The sources.',
      json: z.strictObject({
        value: z.array(
          z.strictObject({
            id: z.string(),
            title: z.string(),
            about: z.string(),
            api: z.string(),
            kind: z.enum(['window', 'snapshot', 'feed']),
            everySeconds: z.number(),
            remembersDays: z.number().nullable(),
            mapping: z.int(),
            needs: z.array(z.strictObject({ api: z.string(), name: z.string(), how: z.string() })),
          }),
        ),
        categories: z
          .array(z.strictObject({ category: z.enum(categories), label: z.string() }))
          .meta({ description: 'What the mapping file calls each category of events.' }),
      }),
    },
  },
});
