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
    'What renormalizing under the file would make of the events that the index finds, newest first, up to `limit`; of a changed record its newest revision. Reads archived records again, snapshots included. A file with mistakes is a 400 whose details name each with its line and column.',
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
        outdated: z.int().meta({
          description:
            'Events that renormalizing would make anew with the file in force too: what changes of these may be of an earlier file or mapping.',
        }),
        unreadable: z.int().meta({
          description: 'Events that would have to be made anew and cannot be; they stay as they are.',
        }),
        kept: z
          .strictObject({
            refused: z.int().meta({
              description: 'Their source refuses or skips the record today, or sees no change in it.',
            }),
            rawGone: z.int().meta({
              description: 'Their raw object has been removed by retention, or is no page any more.',
            }),
            readingGone: z
              .int()
              .meta({ description: 'Made of two readings of a snapshot, of which one cannot be read back.' }),
            rawDamaged: z.int().meta({ description: 'What they were made of lies damaged in the archive.' }),
            sourceGone: z.int().meta({ description: 'This version has no such source.' }),
          })
          .meta({ description: '`unreadable` by reason.' }),
        sources: z.array(
          z.strictObject({ source: z.string(), examined: z.int(), changed: z.int(), unreadable: z.int() }),
        ),
        operations: z.array(
          z.strictObject({ source: z.string(), operation: z.string(), examined: z.int(), changed: z.int() }),
        ),
        unlisted: z.int().meta({
          description:
            'Changed events of operations beyond the hundred listed, which are those that change most.',
        }),
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
