import { z } from 'zod';
import { purposes } from '../../model/cursor.ts';
import { parseInstant } from '../../kernel/time.ts';
import {
  continuationText, instantText, limitText, listOf, noParams, noQuery, opaqueId, operationReply, runReply,
  sourceText, spanReply, streamText, tenantParam, tenantText,
} from './fields.ts'; // prettier-ignore
import { route } from './route-spec.ts';
import { streamStanding, streamState } from './tenant-routes.ts';

const countsOnly = { none: 'holds windows, counts and errors of pulls, no records' } as const;

/** Half-open, like every range here: `to` does not belong to it. */
const range = z
  .strictObject({ from: instantText, to: instantText })
  .refine(r => (parseInstant(r.from) ?? 0) < (parseInstant(r.to) ?? 0), {
    error: 'expected `from` before `to`',
    // A wrong bound has been named already; an order between wrong bounds says nothing.
    when: payload => payload.issues.length === 0,
  });
const streamOption = streamText.optional().meta({ description: 'Only this stream; all where not given.' });
const dryRun = z
  .boolean()
  .default(false)
  .meta({ description: 'Answer what would be asked, and do nothing.' });

const planReply = z.strictObject({
  dryRun: z.literal(true),
  windows: z.array(z.strictObject({ stream: z.string(), from: z.string(), to: z.string() })),
});
const started = {
  200: { about: 'Dry run: the windows that would be asked for.', json: planReply },
  202: {
    about: 'Accepted; follow it at Operation-Location.',
    headers: {
      'operation-location': 'Path of the operation.',
      'retry-after': 'Seconds until it is worth a look.',
    },
    json: operationReply,
  },
} as const;

export const sourceRun = route({
  method: 'POST',
  path: '/tenants/{id}/sources/{source}:run',
  tag: 'pulls',
  summary: 'Pull now what is due, or a given range',
  needs: 'Tenants.Manage',
  over: 'one-tenant',
  owner: 'path',
  audit: { action: 'source.run' },
  params: z.strictObject({ id: tenantParam, source: sourceText }),
  query: noQuery,
  body: z.strictObject({ range: range.optional(), stream: streamOption, dryRun }),
  replies: started,
  creates: true,
  errors: ['conflict', 'idempotency.conflict'],
});

export const sourceBackfill = route({
  method: 'POST',
  path: '/tenants/{id}/sources/{source}:backfill',
  tag: 'pulls',
  summary: 'Pull a past range again or for the first time',
  needs: 'Tenants.Manage',
  over: 'one-tenant',
  owner: 'path',
  audit: { action: 'source.backfill' },
  params: z.strictObject({ id: tenantParam, source: sourceText }),
  query: noQuery,
  body: z.strictObject({ range, stream: streamOption, dryRun }),
  replies: started,
  creates: true,
  errors: ['conflict', 'idempotency.conflict'],
});

const standing = {
  200: {
    about: 'Where each stream named stands now.',
    json: z.strictObject({ value: z.array(streamStanding) }),
  },
} as const;

export const sourcePause = route({
  method: 'POST',
  path: '/tenants/{id}/sources/{source}:pause',
  tag: 'pulls',
  summary: 'Stop asking for a source, or one stream of it, until it is resumed',
  about: 'What the provider forgets meanwhile becomes a gap. Pausing again is fine and changes nothing.',
  needs: 'Tenants.Manage',
  over: 'one-tenant',
  owner: 'path',
  audit: { action: 'source.pause' },
  params: z.strictObject({ id: tenantParam, source: sourceText }),
  query: noQuery,
  body: z.strictObject({
    stream: streamOption,
    reason: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .default('paused by a person')
      .meta({ description: 'For whoever wonders later; shown beside the stream.' }),
  }),
  replies: standing,
  errors: ['conflict'],
});

export const sourceResume = route({
  method: 'POST',
  path: '/tenants/{id}/sources/{source}:resume',
  tag: 'pulls',
  summary: 'Ask for a paused source again, at once',
  about: 'Whether a person paused it or repeated refusals did. Resuming what is not paused changes nothing.',
  needs: 'Tenants.Manage',
  over: 'one-tenant',
  owner: 'path',
  audit: { action: 'source.resume' },
  params: z.strictObject({ id: tenantParam, source: sourceText }),
  query: noQuery,
  body: z.strictObject({ stream: streamOption }),
  replies: standing,
  errors: ['conflict'],
});

export const runsList = route({
  method: 'GET',
  path: '/runs',
  tag: 'pulls',
  summary: 'Pull history, newest first',
  needs: 'Events.Read',
  over: 'my-tenants',
  audit: countsOnly,
  params: noParams,
  query: z.strictObject({
    tenant: tenantText,
    source: sourceText.optional(),
    status: z.enum(['running', 'succeeded', 'continued', 'idle', 'busy', 'failed']).optional(),
    limit: limitText,
    continuation: continuationText,
  }),
  body: null,
  replies: { 200: { about: 'Runs.', json: listOf(runReply) } },
  errors: ['continuation.invalid', 'continuation.expired'],
});

export const runsGet = route({
  method: 'GET',
  path: '/runs/{id}',
  tag: 'pulls',
  summary: 'One run',
  needs: 'Events.Read',
  over: 'one-tenant',
  owner: 'run',
  audit: countsOnly,
  params: z.strictObject({ id: opaqueId }),
  query: noQuery,
  body: null,
  replies: { 200: { about: 'The run.', json: runReply } },
});

export const coverage = route({
  method: 'GET',
  path: '/coverage',
  tag: 'pulls',
  summary: 'What has been asked and answered, and what never can be',
  needs: 'Events.Read',
  over: 'my-tenants',
  audit: countsOnly,
  params: noParams,
  query: z.strictObject({ tenant: tenantText, source: sourceText.optional(), stream: streamText.optional() }),
  body: null,
  replies: {
    200: {
      about: 'One entry per tenant, source and stream. Spans are half-open.',
      json: z.strictObject({
        value: z.array(
          z.strictObject({
            tenant: z.string(),
            source: z.string(),
            stream: z.string(),
            kind: z.enum(['window', 'snapshot', 'feed']),
            state: streamState,
            committedTo: z.string().nullable(),
            lastReading: z
              .strictObject({ asOf: z.string(), things: z.int(), readings: z.int() })
              .nullable()
              .meta({
                description:
                  'Of a snapshot: when it was last read whole, how many things there were then, and how many readings ' +
                  'there have been. Its covered spans are those over which it was read in its rhythm.',
              }),
            covered: z.array(spanReply),
            gaps: z.array(
              z.strictObject({ from: z.string(), to: z.string(), reason: z.string(), noticedAt: z.string() }),
            ),
            open: z.strictObject({ from: z.string(), to: z.string(), purpose: z.enum(purposes) }).nullable(),
            waiting: z.array(spanReply),
            problem: z.string().nullable(),
          }),
        ),
      }),
    },
  },
});

export const operationsList = route({
  method: 'GET',
  path: '/operations',
  tag: 'pulls',
  summary: 'Long work, newest first',
  needs: 'Tenants.Manage',
  over: 'my-tenants',
  audit: countsOnly,
  params: noParams,
  query: z.strictObject({ tenant: tenantText, limit: limitText, continuation: continuationText }),
  body: null,
  replies: { 200: { about: 'Operations.', json: listOf(operationReply) } },
  errors: ['continuation.invalid', 'continuation.expired'],
});

const operationHeaders = { etag: 'Revision, for If-Match.' };

export const operationsGet = route({
  method: 'GET',
  path: '/operations/{id}',
  tag: 'pulls',
  summary: 'One piece of long work',
  needs: 'Tenants.Manage',
  over: 'one-tenant',
  owner: 'operation',
  audit: countsOnly,
  params: z.strictObject({ id: opaqueId }),
  query: noQuery,
  body: null,
  replies: { 200: { about: 'The operation.', headers: operationHeaders, json: operationReply } },
});

export const operationsCancel = route({
  method: 'DELETE',
  path: '/operations/{id}',
  tag: 'pulls',
  summary: 'Cancel an operation',
  about: 'What it has stored stays. Cancelling again is fine; one that has ended otherwise is a conflict.',
  needs: 'Tenants.Manage',
  over: 'one-tenant',
  owner: 'operation',
  audit: { action: 'operation.cancel' },
  params: z.strictObject({ id: opaqueId }),
  query: noQuery,
  body: null,
  replies: { 200: { about: 'Cancelled.', headers: operationHeaders, json: operationReply } },
  errors: ['conflict', 'precondition.failed'],
});
