import { z } from 'zod';
import { facetFields } from '../../model/query.ts';
import { maxQueryLength } from '../../query/reader.ts';
import {
  continuationText, eventIdText, eventReply, limitText, listOf, maxLimit, noParams, noQuery, ocsfReply, tenantText,
  wholeNumber,
} from './fields.ts'; // prettier-ignore
import { route } from './route-spec.ts';

const words = (about: string): z.ZodOptional<z.ZodString> =>
  z.string().min(1).max(500).optional().meta({ description: about });
const timeText = (about: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .min(1)
    .max(40)
    .optional()
    .meta({ description: `${about} RFC 3339, a date, or back from now: \`now-7d\`.` });

/** Each is shorthand for a clause of `q`; all that are given must hold. */
export const plainParameters = {
  search: words('Words anywhere in the event.'),
  service: words('A source, stream or app, or entra, exchange, sharepoint, teams, dlp …'),
  actor: words('Who did it: name, address or id.'),
  operation: words('What was done, in the provider’s word.'),
  result: words('success, failure, partial or unknown.'),
  sender: words('A mail’s sender.'),
  sender_contains: words('The beginning of a word, or of words in a row, of a mail’s sender.'),
  recipient: words('A mail’s recipient.'),
  subject: words('Words of a mail’s subject.'),
  status: words('A mail’s status: delivered, failed, quarantined …'),
  direction: words('inbound, outbound, internal or external.'),
  ip: words('An address, or a network such as 203.0.113.0/24.'),
  correlation_id: words('The provider’s correlation id.'),
  start_date: timeText('Same as `from`.'),
  end_date: timeText('Same as `to`.'),
};

const common = {
  // The parser says better than a length check what is wrong with a query.
  q: z
    .string()
    .max(20_000)
    .optional()
    .meta({
      param: { type: 'string', maxLength: maxQueryLength },
      description: 'The query language; everything where not given.',
    }),
  tenant: tenantText,
  from: timeText('Not before this instant.'),
  to: timeText('Before this instant; a bare date includes that day.'),
  since: z.string().min(1).max(4_096).optional().meta({
    description: 'With order=ingested, the cursor of the last reply; otherwise the same as `from`.',
  }),
  ...plainParameters,
  order: z
    .enum(['newest', 'oldest', 'ingested'])
    .default('newest')
    .meta({ description: 'By event time, or in the order in which events were stored.' }),
  interval: z
    .string()
    .regex(/^[1-9]\d{0,3}[mhdw]$/, 'expected a span such as 15m, 1h, 1d or 1w')
    .optional()
    .meta({ description: 'Width of the histogram’s bars: 15m, 1h, 1d; no histogram where not given.' }),
};

const facet = z.enum(facetFields, { error: `expected one of ${facetFields.join(', ')}` });
/** `actor,operation` */
const facetsText = z
  .string()
  .min(1)
  .max(400)
  .transform(text => text.split(','))
  .pipe(z.array(facet).max(facetFields.length))
  .meta({
    param: { type: 'array', items: { type: 'string', enum: [...facetFields] } },
    style: 'form',
    explode: false,
  });
const facetLimit = { least: 1, most: 100 };

export const searchQuery = z.strictObject({
  ...common,
  limit: limitText,
  facets: facetsText.optional(),
  facet_limit: wholeNumber(facetLimit.least, facetLimit.most).optional(),
  continuation: continuationText,
});
export type SearchQuery = z.output<typeof searchQuery>;

const searchBody = z.strictObject({
  ...common,
  limit: z.int().min(1).max(maxLimit).optional(),
  facets: z.array(facet).max(facetFields.length).optional(),
  facet_limit: z.int().min(facetLimit.least).max(facetLimit.most).optional(),
  continuation: continuationText,
});

const facetReply = z.strictObject({
  exact: z.boolean(),
  values: z.array(z.strictObject({ value: z.string(), count: z.int() })),
});
const searchReply = listOf(eventReply).extend({
  total: z
    .strictObject({ value: z.int(), exact: z.boolean() })
    .optional()
    .meta({ description: 'Absent from the ingestion feed.' }),
  facets: z.partialRecord(z.enum(facetFields), facetReply).optional(),
  histogram: z
    .strictObject({
      interval: z.string(),
      exact: z.boolean(),
      values: z.array(z.strictObject({ from: z.string(), count: z.int() })),
    })
    .optional(),
  cursor: z.string().optional().meta({
    description: 'Ingestion feed only, and always there: the `since` of the next call.',
  }),
});

const searchErrors = [
  'query.invalid',
  'continuation.invalid',
  'continuation.expired',
  'index.unavailable',
] as const;

export const eventsList = route({
  method: 'GET',
  path: '/events',
  tag: 'events',
  summary: 'Search events, or follow them in the order they were stored',
  about:
    'With order=ingested this is a feed: every revision of every event once, late ones included; it takes only tenant, limit and since. nextLink repeats the question without facets and histogram; where events are very large a page has fewer than limit.',
  needs: 'Events.Read',
  over: 'my-tenants',
  audit: { action: 'events.search' },
  params: noParams,
  query: searchQuery,
  body: null,
  replies: { 200: { about: 'Matching events.', json: searchReply } },
  errors: searchErrors,
});

export const eventsSearch = route({
  method: 'POST',
  path: '/events:search',
  tag: 'events',
  summary: 'Search events; the question as a body',
  needs: 'Events.Read',
  over: 'my-tenants',
  audit: { action: 'events.search' },
  params: noParams,
  query: noQuery,
  body: searchBody,
  replies: { 200: { about: 'Matching events; nextLink is for GET.', json: searchReply } },
  errors: searchErrors,
});

const eventParams = z.strictObject({ id: eventIdText });

export const eventsGet = route({
  method: 'GET',
  path: '/events/{id}',
  tag: 'events',
  summary: 'One event, its newest revision',
  needs: 'Events.Read',
  over: 'one-tenant',
  owner: 'event',
  audit: { action: 'event.view' },
  params: eventParams,
  query: z.strictObject({
    format: z.enum(['ocsf']).optional().meta({
      description: 'With `ocsf`, the event as an OCSF 1.8.0 object instead of our own.',
    }),
  }),
  body: null,
  replies: { 200: { about: 'The event, in the format asked for.', json: z.union([eventReply, ocsfReply]) } },
});

export const eventsHistory = route({
  method: 'GET',
  path: '/events/{id}/history',
  tag: 'events',
  summary: 'Every revision of an event, oldest first',
  about: 'Where revisions are very large a page has fewer than limit.',
  needs: 'Events.Read',
  over: 'one-tenant',
  owner: 'event',
  audit: { action: 'event.history' },
  params: eventParams,
  query: z.strictObject({ limit: limitText, continuation: continuationText }),
  body: null,
  replies: { 200: { about: 'The revisions.', json: listOf(eventReply) } },
  errors: ['continuation.invalid', 'continuation.expired'],
});

export const eventsRaw = route({
  method: 'GET',
  path: '/events/{id}/raw',
  tag: 'events',
  summary: 'The record byte for byte as the provider sent it',
  needs: 'Events.Read',
  over: 'one-tenant',
  owner: 'event',
  audit: { action: 'event.raw' },
  params: eventParams,
  query: z.strictObject({ revision: wholeNumber(1, 1_000_000).optional() }),
  body: null,
  replies: {
    200: {
      about: 'The record’s own bytes, cut out of the archived object.',
      headers: {
        'x-holdfast-object-key': 'Key of the archived object under the tenant.',
        'x-holdfast-object-sha256': 'sha-256 of the whole object.',
        'x-holdfast-record-index': 'Which record of the object, from 0.',
        'x-holdfast-record-sha256': 'sha-256 of this reply’s body.',
        'x-holdfast-revision': 'Which revision of the event this is.',
      },
      bytes: 'application/json',
    },
  },
  errors: ['archive.corrupt'],
});

export const filterOptions = route({
  method: 'GET',
  path: '/filter-options',
  tag: 'events',
  summary: 'Distinct values with counts, per field',
  needs: 'Events.Read',
  over: 'my-tenants',
  audit: { action: 'events.filter-options' },
  params: noParams,
  query: z.strictObject({
    fields: facetsText.optional(),
    q: common.q,
    tenant: tenantText,
    from: common.from,
    to: common.to,
    limit: wholeNumber(facetLimit.least, facetLimit.most).optional(),
  }),
  body: null,
  replies: {
    200: {
      about: 'Most frequent values first.',
      json: z.strictObject({
        value: z.array(
          z.strictObject({
            field: z.enum(facetFields),
            exact: z.boolean(),
            values: z.array(
              z.strictObject({
                value: z.string(),
                count: z.int(),
                label: z.string().optional().meta({
                  description: 'What the mapping file calls it; of categories only.',
                }),
              }),
            ),
          }),
        ),
      }),
    },
  },
  errors: ['query.invalid', 'index.unavailable'],
});
