import { z } from 'zod';
import type { EventId, Sha256 } from '../kernel/hash.ts';
import type { Instant } from '../kernel/time.ts';
import type { SourceId, StreamId, TenantId } from './ids.ts';

/** What came of it. An unknown provider word maps to `unknown`, with the word kept in `reason`. */
export const outcomes = ['success', 'failure', 'partial', 'unknown'] as const;
/** In rising order: `severity:>=medium` compares by position. */
export const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export const entityKinds = [
  'user', 'guest', 'admin', 'application', 'system', 'group', 'role', 'device', 'policy', 'mailbox', 'message',
  'file', 'site', 'team', 'domain', 'other',
] as const; // prettier-ignore
export const directions = ['inbound', 'outbound', 'internal', 'external', 'unknown'] as const;
/** What kind of thing an event is about; the mapping file gives each a label. */
export const categories = [
  'authentication', 'directory', 'role', 'application', 'policy', 'mail', 'mailbox', 'file', 'sharing',
  'collaboration', 'device', 'security', 'data-protection', 'administration', 'other',
] as const; // prettier-ignore

const text = z.string();
const optional = text.nullable();

/** Somebody or something an event names. `kind` is `other` where the provider did not say. */
export const entitySchema = z.strictObject({
  kind: z.enum(entityKinds),
  id: optional,
  name: optional,
  /** A user principal name or mail address, as the provider spelled it. */
  address: optional,
});

export const clientSchema = z.strictObject({
  /** Without port or brackets, IPv6 in its shortest form. */
  ip: optional,
  port: z.int().min(0).max(65_535).nullable(),
  userAgent: optional,
  app: optional,
  device: optional,
  os: optional,
  /** Two letters where the provider gives them. */
  country: optional,
  city: optional,
});

export const mailSchema = z.strictObject({
  /** The Message-ID header with its angle brackets. */
  messageId: optional,
  sender: optional,
  recipients: z.array(text),
  subject: optional,
  direction: z.enum(directions),
  /** Lower case, as the provider names it: delivered, pending, failed, quarantined … */
  status: optional,
  /** Bytes. */
  size: z.number().nullable(),
});

/** Everything a source's mapping says about one record. */
export const normalizedEventSchema = z.strictObject({
  /** RFC 3339, UTC, milliseconds. */
  time: z.iso.datetime({ precision: 3 }),
  category: z.enum(categories),
  /** The provider's own word for what was done. */
  operation: text.min(1),
  outcome: z.enum(outcomes),
  /** The provider's word or code behind the outcome. */
  reason: optional,
  severity: z.enum(severities),
  actor: entitySchema.nullable(),
  targets: z.array(entitySchema),
  client: clientSchema.nullable(),
  mail: mailSchema.nullable(),
  correlationId: optional,
  /** One sentence. */
  summary: text.min(1),
  /** OCSF 1.8 class and activity ids. */
  ocsf: z.strictObject({ class: z.int(), activity: z.int() }),
  /** Which rules of a mapping file had their say on it; absent where the file has none for its source. */
  mappingDigest: text.optional(),
});

export const rawPointerSchema = z.strictObject({
  /** Key of the raw object under the tenant. */
  key: text,
  /** Which record of the object, from 0. */
  index: z.int().min(0),
  /** Of the whole object. */
  sha256: text.regex(/^[0-9a-f]{64}$/),
});

export const storedEventSchema = normalizedEventSchema.extend({
  id: text,
  tenant: text,
  source: text,
  stream: text,
  /** When this revision entered the store. */
  ingestedAt: z.iso.datetime({ precision: 3 }),
  raw: rawPointerSchema,
  /** The source's mapping number that made this event. */
  mapping: z.int().min(1),
  /** 1 for the record as first seen, one more for every change of it. */
  revision: z.int().min(1),
  /**
   * When this revision was last made anew from its record, by another mapping or with names found since. Absent
   * while it is as it was first stored.
   */
  rebuiltAt: z.iso.datetime({ precision: 3 }).optional(),
});

export type Entity = z.infer<typeof entitySchema>;
export type EntityKind = Entity['kind'];
export type Client = z.infer<typeof clientSchema>;
export type MailFacts = z.infer<typeof mailSchema>;
export type Category = (typeof categories)[number];
export type Outcome = (typeof outcomes)[number];
export type Severity = (typeof severities)[number];
export type Direction = (typeof directions)[number];
export type NormalizedEvent = z.infer<typeof normalizedEventSchema>;
export type RawPointer = z.infer<typeof rawPointerSchema> & { readonly sha256: string };

/** An event with its identity, ready for the store. */
export interface NewEvent extends NormalizedEvent {
  readonly id: EventId;
  readonly tenant: TenantId;
  readonly source: SourceId;
  readonly stream: StreamId;
  readonly raw: RawPointer;
  readonly mapping: number;
  /** sha-256 over the record as the provider sent it, its bytes or its values: tells a repeat from what may be a change. */
  readonly recordHash: Sha256;
}

/** The event as the store gives it back. `recordHash` is the store's own business and not in it. */
export interface StoredEvent extends Omit<NewEvent, 'recordHash'> {
  readonly ingestedAt: string;
  readonly revision: number;
  readonly rebuiltAt?: string | undefined;
}

/** A record that could not be read, kept with its pointer so that a mended mapping can replay it. */
export interface QuarantinedRecord {
  readonly source: SourceId;
  readonly stream: StreamId;
  /** Where it was met first. */
  readonly raw: RawPointer;
  /** As of an event; of a snapshot's change, over the record and its reading. */
  readonly recordHash: Sha256;
  /** A sentence for a person: which field, what was expected. Never the value. */
  readonly problem: string;
  readonly at: Instant;
}

/** A record in quarantine: the same record met again, in another page or window, is the same entry. */
export interface QuarantineEntry extends QuarantinedRecord {
  /** How many equal ones came before it on its page: two that are equal are two, and read again still two. */
  readonly nth: number;
}
