import { z } from 'zod';
import { instant, type Instant, type Window } from '../kernel/time.ts';
import type { OperationId, RunId } from './ids.ts';

const at = z.number().transform(ms => instant(ms));
const windowSchema = z.strictObject({ from: at, to: at }).refine(w => w.to > w.from, 'an empty window');

/** Why a window is being asked for. */
export const purposes = ['forward', 'reread', 'requested'] as const;
export type Purpose = (typeof purposes)[number];

export const countsSchema = z.strictObject({
  pages: z.int(), bytes: z.int(), seen: z.int(), inserted: z.int(), replaced: z.int(), unchanged: z.int(),
  skipped: z.int(), quarantined: z.int(),
}); // prettier-ignore
/** seen = inserted + replaced + unchanged + skipped + quarantined, or something was lost. */
export type Counts = z.infer<typeof countsSchema>;
export const noCounts: Counts = Object.freeze({
  pages: 0, bytes: 0, seen: 0, inserted: 0, replaced: 0, unchanged: 0, skipped: 0, quarantined: 0,
}); // prettier-ignore

const openWindowSchema = z.strictObject({
  window: windowSchema,
  purpose: z.enum(purposes),
  /** Which of the policy's re-reads this is; null unless purpose is `reread`. */
  reread: z.int().min(0).nullable(),
  /** Where the provider's paging stands; null is the beginning. */
  resume: z.string().nullable(),
  /** Resume tokens that led to a restart of this window, to stop after a few. */
  restarts: z.int(),
  counts: countsSchema,
  run: z.string().transform(text => text as RunId),
  /** For a snapshot: its pages so far, in order (the hash in each one's raw key), and whether they are all. */
  snapshot: z.strictObject({ pages: z.array(z.string()), whole: z.boolean() }).optional(),
  /** Where equal records are counted: the pages of this reading so far, in order (the hash in each one's raw key). */
  walked: z.array(z.string()).optional(),
  /** What of it cannot be had: objects the provider names and no longer has, whose records are not here either. */
  lost: z.array(windowSchema).optional(),
  /** Null when nobody works on it. */
  lease: z.strictObject({ owner: z.string(), until: at }).nullable(),
});

const requestedSchema = z.strictObject({
  window: windowSchema,
  operation: z.string().transform(text => text as OperationId),
});

/** A span that can no longer be asked for, and why. */
export const gapSchema = z.strictObject({
  from: at,
  to: at,
  reason: z.enum([
    'older-than-provider-memory', 'content-expired',
    // Nobody could read the answer for a day; its bytes are in the archive.
    'unreadable',
    // Snapshots: the state was not read in its rhythm; what came and went in between nobody saw.
    'not-read',
    // Feeds: the provider no longer takes the token that said where to go on.
    'token-lost',
  ]), // prettier-ignore
  noticedAt: at,
  /** The provider's names of the objects that could not be had; one that comes after all is taken out, and with the last the gap. */
  objects: z.array(z.string()).optional(),
});

/** Where one stream stands. Written only by swap. */
export const cursorSchema = z.strictObject({
  version: z.literal(1),
  /** The first instant this stream was ever responsible for. */
  start: at,
  /** Everything in [start, committedTo) has been asked for and answered, or is in `gaps`. */
  committedTo: at,
  /** Per re-read of the policy: everything before it needs that re-read no more. */
  rereadTo: z.array(at),
  /** By `at` everything before `to` had been read for the first time. Only as old as the first re-read. */
  reads: z.array(z.strictObject({ at, to: at })),
  open: openWindowSchema.nullable(),
  /** Ranges people asked for, in order; the first is being worked on. */
  requested: z.array(requestedSchema),
  /** Further windows answered before `start` through requests, merged. */
  extra: z.array(windowSchema),
  gaps: z.array(gapSchema),
  /** For a feed: the provider's token after the last stored page. */
  token: z.string().nullable(),
  /** For a snapshot: the last whole reading. Its manifest leads to everything the next is compared with. */
  snapshot: z.strictObject({ manifest: z.string(), asOf: at, things: z.int(), readings: z.int() }).optional(),
  /** Failures in a row, the last one's code, and when to try again. */
  failures: z.strictObject({ count: z.int(), since: at, code: z.string(), retryAt: at }).nullable(),
  /**
   * By repeated refusals: `reason` is their code, and it is tried again now and then. With `by: 'person'` nothing is
   * asked for until a person resumes it.
   */
  paused: z.strictObject({ reason: z.string(), at, by: z.literal('person').optional() }).nullable(),
  /**
   * How often this stream is asked at present (rhythm.ts), or of a snapshot or feed was to be asked when it last was;
   * in milliseconds, absent until its first answer.
   */
  every: z.number().optional(),
  /** The window that was given up last with objects kept of it, and the SHA-256 of their list: sealed already. */
  left: z.strictObject({ from: at, to: at, sha256: z.string() }).optional(),
  /** How far back the provider remembered, in milliseconds, when it last refused a window for its age, and when that was. */
  remembers: z.strictObject({ span: z.number(), at }).optional(),
});

export type OpenWindow = z.infer<typeof openWindowSchema>;
export type Gap = z.infer<typeof gapSchema>;
export type Cursor = z.infer<typeof cursorSchema>;

/**
 * What has been asked and answered for one stream, derived from its cursor. For a snapshot a covered span is one over
 * which the state was read in its rhythm: what changed in it and lasted until the next reading was seen.
 */
export interface Coverage {
  readonly covered: readonly Window[];
  readonly gaps: readonly Gap[];
  /** The next instant nobody has asked about yet. */
  readonly committedTo: Instant;
  /** Of a snapshot: when it was last read whole, how many things there were, and how many readings there have been. */
  readonly lastReading: { readonly asOf: Instant; readonly things: number; readonly readings: number } | null;
}
