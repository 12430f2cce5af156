import { z } from 'zod';
import { isEventId } from '../../kernel/hash.ts';
import { parseInstant } from '../../kernel/time.ts';
import { storedEventSchema } from '../../model/event.ts';
import { sourceIdSchema, streamIdSchema, tenantIdSchema } from '../../model/ids.ts';
import { operationSchema, runSchema } from '../../model/run.ts';

/** Path and query parameters that several routes share, and the shapes of replies that have a name. */

export const noParams = z.strictObject({});
export const noQuery = z.strictObject({});

/** `param` replaces what OpenAPI would say of the text form: a caller thinks of a number, not of a pattern. */
export const wholeNumber = (least: number, most: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expected a whole number from ${String(least)} to ${String(most)}`)
    .transform(Number)
    .refine(n => n >= least && n <= most, `expected a whole number from ${String(least)} to ${String(most)}`)
    .meta({ param: { type: 'integer', minimum: least, maximum: most } });

export const defaultLimit = 100;
export const maxLimit = 1_000;
export const limitText = wholeNumber(1, maxLimit)
  .optional()
  .meta({
    description: `At most this many; ${String(defaultLimit)} where not given.`,
  });
export const continuationText = z
  .string()
  .min(1)
  .max(4_096)
  .optional()
  .meta({ description: 'From a nextLink. Opaque; belongs to this caller and question, and expires.' });
export const tenantParam = tenantIdSchema.meta({ param: { type: 'string', format: 'uuid' } });
export const tenantText = tenantParam.optional().meta({ description: 'Only this tenant.' });

export const instantText = z
  .string()
  .max(40)
  .refine(text => parseInstant(text) !== null, 'expected an RFC 3339 time such as 2026-10-05T00:00:00Z')
  .meta({ param: { type: 'string', format: 'date-time' } });

export const eventIdText = z
  .string()
  .refine(isEventId, 'expected an event id: a day and 40 hexadecimal digits')
  .meta({ param: { type: 'string', pattern: '^\\d{8}-[0-9a-f]{40}$' } });
/** Ids of runs and operations are ours and opaque. */
export const opaqueId = z.string().regex(/^[A-Za-z0-9._-]{1,80}$/, 'expected an id');
export const sourceText = sourceIdSchema;
export const streamText = streamIdSchema;

const nextLink = z
  .string()
  .optional()
  .meta({ description: 'Path and query of the next page; absent on the last.' });

/** `{ value, nextLink? }`, the form of every list. */
export const listOf = <T extends z.ZodType>(
  item: T,
): z.ZodObject<{ value: z.ZodArray<T>; nextLink: typeof nextLink }, z.core.$strict> =>
  z.strictObject({ value: z.array(item), nextLink });

export const eventReply = storedEventSchema.meta({ id: 'Event' });
/** The same event as OCSF 1.8.0: class, activity and type, and what its class holds. */
export const ocsfReply = z
  .looseObject({
    class_uid: z.int(),
    activity_id: z.int(),
    type_uid: z.int(),
    category_uid: z.int(),
    severity_id: z.int(),
    time: z.int(),
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'OcsfEvent' });
export const runReply = runSchema.meta({ id: 'Run' });
export const operationReply = operationSchema.meta({ id: 'Operation' });
export const spanReply = z.strictObject({ from: z.string(), to: z.string() });
