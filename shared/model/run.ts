import { z } from 'zod';
import { countsSchema, purposes } from './cursor.ts';

export const triggers = ['timer', 'request', 'continuation'] as const;

/** One execution of a pull: one line of the pull history. */
export const runSchema = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  source: z.string(),
  stream: z.string(),
  trigger: z.enum(triggers),
  purpose: z.enum(purposes).nullable(),
  /** Null until a window was claimed. */
  window: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  /** `continued`: the budget was spent and the rest is queued. `idle`: nothing was due. */
  status: z.enum(['running', 'succeeded', 'continued', 'idle', 'busy', 'failed']),
  counts: countsSchema,
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type Run = z.infer<typeof runSchema>;
export type Trigger = (typeof triggers)[number];

/** Long work a caller started: backfills, rebuilds. `GET /operations/{id}`. */
export const operationSchema = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  kind: z.enum(['run', 'backfill', 'reindex', 'renormalize']),
  status: z.enum(['NotStarted', 'Running', 'Succeeded', 'Failed', 'Canceled']),
  percentComplete: z.number().min(0).max(100),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** `tid:oid` of the caller. */
  createdBy: z.string(),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type Operation = z.infer<typeof operationSchema>;
