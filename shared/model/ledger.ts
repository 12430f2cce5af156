import { z } from 'zod';

/**
 * An entry of a tenant's Merkle log. Its leaf is the canonical JSON of this object. It holds ids, counts
 * and hashes of high-entropy payloads, never personal data: the log outlives an erasure.
 */
export const ledgerEntrySchema = z.discriminatedUnion('type', [
  z.strictObject({
    // `window.left`: what was kept of a window before it was given up. No answer to what it asked; but events are made of it.
    type: z.enum(['window.sealed', 'window.left']),
    source: z.string(), stream: z.string(), from: z.string(), to: z.string(),
    purpose: z.string(), run: z.string(),
    /** The manifest in the raw archive that names every object of the window. */
    manifest: z.string(), sha256: z.string(), objects: z.int(),
    at: z.string(),
  }), // prettier-ignore
  z.strictObject({
    type: z.literal('gap.recorded'),
    source: z.string(), stream: z.string(), from: z.string(), to: z.string(), reason: z.string(),
    /** How many objects of it were known to be lost, where it is one of lost objects and they are counted. */
    objects: z.int().optional(),
    at: z.string(),
  }), // prettier-ignore
  z.strictObject({
    /** A gap recorded before, of objects that could not be had: all of them have come since, the last with this run. */
    type: z.literal('gap.closed'),
    source: z.string(), stream: z.string(), from: z.string(), to: z.string(), reason: z.string(),
    purpose: z.string(), run: z.string(),
    at: z.string(),
  }), // prettier-ignore
]);
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** The head of a log: how many leaves, and the root over them (64 hexadecimal digits). */
export interface LedgerHead {
  readonly size: number;
  readonly root: string;
}
