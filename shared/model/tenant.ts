import { z } from 'zod';
import { sourceIdSchema, tenantIdSchema } from './ids.ts';

/** A customer's configured access to one source. */
export const connectionSchema = z.strictObject({
  source: sourceIdSchema,
  enabled: z.boolean(),
  /** Checked against the source's own config schema when it is used. */
  config: z.record(z.string(), z.unknown()),
  /**
   * Days the provider remembers for this customer, where that differs from the source's own figure
   * (an Entra tenant without a licence remembers 7 days, not 30).
   */
  remembersDays: z.number().positive().nullable(),
  /** Seconds between two pulls, where that differs from the source's own rhythm. */
  everySeconds: z.number().positive().nullable(),
});

export const mimecastSchema = z.strictObject({
  /** `global`, or the region the account lives in, as Mimecast's host names spell it: `us`, `uk`. */
  region: z.string().regex(/^(global|[a-z]{2,3})$/, 'expected global, or a region such as us or uk'),
});

export const tenantSchema = z.strictObject({
  id: tenantIdSchema,
  /** For people: `Contoso`. */
  name: z.string().min(1).max(120),
  /** The customer's accepted mail domains, lower case: they decide a mail's direction. */
  domains: z.array(z.string().toLowerCase()),
  state: z.enum(['active', 'retired']),
  connections: z.array(connectionSchema),
  /**
   * The customer's Mimecast account, where it has one; without it the region is `global`. Its API application is
   * the secret `mimecast-<tenant id>`.
   */
  mimecast: mimecastSchema.optional(),
  /** Days; how long raw objects are kept. */
  retentionDays: z.int().min(1),
});

export type Connection = z.infer<typeof connectionSchema>;
export type Tenant = z.infer<typeof tenantSchema>;
