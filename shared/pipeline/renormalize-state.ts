import { z } from 'zod';
import type { StoredEvent } from '../model/event.ts';
import type { Operation } from '../model/run.ts';
import type { Rebuilt } from '../ports/event-store.ts';

const countsSchema = z.object({
  /** Events looked at; of a source that is asked about. */
  looked: z.int(),
  /** Made anew, and saying something else than before. */
  changed: z.int(),
  /** Made anew, and saying the same; only the mapping's number is new. */
  renumbered: z.int(),
  /** Of these, under another id: their identity or day reads otherwise. */
  moved: z.int(),
  /** Kept as they are: the mapping of today refuses or skips the record, or sees no change in it. */
  refused: z.int(),
  /** Kept as they are: their raw object has been removed by retention, or is no page any more. */
  rawGone: z.int(),
  /** Kept as they are: made from the difference of two snapshots, of which one can no longer be read back. */
  readingGone: z.int().default(0),
  /** Kept as they are: what they were made of lies damaged in the archive. Verify the archive. */
  rawDamaged: z.int().default(0),
  /** Out of quarantine: they are events now, or deliberately none. */
  released: z.int(),
  stillInQuarantine: z.int(),
});
export type RenormalizeCounts = z.infer<typeof countsSchema>;

const stateSchema = z.object({
  dryRun: z.boolean(),
  /** Only this source; null for all. */
  source: z.string().nullable(),
  /** Also events that the mapping of today made. */
  all: z.boolean(),
  /** When it was asked for: what was made anew since is not looked at twice. */
  since: z.string(),
  phase: z.enum(['events', 'quarantine', 'done']),
  /** Where the phase goes on: a position of the store. */
  after: z.string().nullable(),
  /** Revisions and quarantined records there were at the beginning. */
  total: z.int(),
  done: z.int(),
  counts: countsSchema,
  /** Some of the differences: fields, and values only of closed vocabularies. An operation shows no records. */
  samples: z.array(z.object({ id: z.string(), differences: z.array(z.string()) })),
});
export type RenormalizeState = z.infer<typeof stateSchema>;

const mostSamples = 20;

export const noRenormalizeCounts: RenormalizeCounts = {
  looked: 0, changed: 0, renumbered: 0, moved: 0, refused: 0, rawGone: 0, readingGone: 0, rawDamaged: 0,
  released: 0, stillInQuarantine: 0,
}; // prettier-ignore

/** What a new operation begins with: its whole progress stands in its result, so that any process goes on with it. */
export const newRenormalize = (asked: {
  readonly dryRun: boolean;
  readonly source: string | null;
  readonly all: boolean;
  readonly since: string;
}): RenormalizeState => ({
  ...asked,
  phase: 'events',
  after: null,
  total: 0,
  done: 0,
  counts: noRenormalizeCounts,
  samples: [],
});

/** Null where the operation is none of ours. */
export function renormalizeStateOf(operation: Operation): RenormalizeState | null {
  const parsed = stateSchema.safeParse(operation.result);
  return operation.kind === 'renormalize' && parsed.success ? parsed.data : null;
}

export function withSample(
  samples: RenormalizeState['samples'],
  sample: RenormalizeState['samples'][number],
): RenormalizeState['samples'] {
  return samples.length >= mostSamples || samples.some(one => one.id === sample.id)
    ? samples
    : [...samples, sample];
}

/** Fields whose values are words of ours, not of anybody's records. */
const closed = ['category', 'outcome', 'severity'] as const;
const compared = [
  'time', 'operation', 'reason', 'actor', 'targets', 'client', 'mail', 'correlationId', 'summary', 'ocsf',
] as const; // prettier-ignore

/** What is said otherwise: `severity: low → high`, `actor`. Empty when only the mapping's number differs. */
export function differences(before: StoredEvent, after: Rebuilt['event']): string[] {
  const words = closed.flatMap(field =>
    before[field] === after[field] ? [] : [`${field}: ${before[field]} → ${after[field]}`],
  );
  const others = compared.filter(field => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  const id = before.id === after.id ? [] : ['id'];
  return [...id, ...words, ...others];
}
