import { z } from 'zod';
import { longestFile } from '../../mappings/read-mappings.ts';
import { categories } from '../../model/event.ts';
import { noParams, noQuery, tenantText } from './fields.ts';
import { route } from './route-spec.ts';

const bound = (about: string): z.ZodOptional<z.ZodString> =>
  z.string().min(1).max(40).optional().meta({ description: about });
const category = z.enum(categories);
const said = z.strictObject({ summary: z.string(), category, label: z.string() });

/** What a changed mapping file would make of stored events. */
export const mappingPreview = route({
  method: 'POST',
  path: '/maintenance:preview-mapping',
  tag: 'events',
  summary: 'What a changed mapping file would do to stored events; changes nothing',
  about:
    'Looks at events newest first, up to `limit`. A file with mistakes is a 400 whose details name each with its line and column.',
  needs: 'Tenants.Manage',
  over: 'my-tenants',
  audit: { action: 'mapping.preview' },
  params: noParams,
  query: noQuery,
  body: z.strictObject({
    file: z.string().max(longestFile).meta({ description: 'The text of the file, YAML.' }),
    tenant: tenantText,
    from: bound('Not before this instant: RFC 3339, a date, or back from now: `now-7d`.'),
    to: bound('Before this instant; a bare date includes that day.'),
    limit: z.int().min(1).max(50_000).optional().meta({
      description: 'Events looked at; 10000 where not given.',
    }),
    sample: z
      .int()
      .min(0)
      .max(200)
      .optional()
      .meta({ description: 'Differences shown; 20 where not given.' }),
  }),
  replies: {
    200: {
      about: 'Counts, and some of the differences.',
      json: z.strictObject({
        total: z.strictObject({ value: z.int(), exact: z.boolean() }).meta({
          description: 'Events there are in the span.',
        }),
        examined: z.int(),
        changed: z.int(),
        summaries: z.int(),
        categories: z.int(),
        unreadable: z.int().meta({
          description: 'Events whose record is needed to tell, and cannot be read any more.',
        }),
        operations: z.array(
          z.strictObject({ source: z.string(), operation: z.string(), examined: z.int(), changed: z.int() }),
        ),
        labels: z.array(z.strictObject({ category, before: z.string(), after: z.string() })),
        sample: z.array(
          z.strictObject({
            id: z.string(),
            tenant: z.string(),
            time: z.string(),
            source: z.string(),
            operation: z.string(),
            before: said,
            after: said,
          }),
        ),
      }),
    },
  },
  errors: ['index.unavailable'],
});
