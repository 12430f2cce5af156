import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Brand } from './brand.ts';

/** 64 lower-case hexadecimal digits. */
export type Sha256 = Brand<string, 'Sha256'>;
/** `20261005-` and 40 hexadecimal digits; see eventId. */
export type EventId = Brand<string, 'EventId'>;

export const sha256 = (data: Uint8Array | string): Sha256 => hash('sha256', data, 'hex') as Sha256;

/** RFC 8785 canonical JSON: one spelling per value, so that equal values have equal hashes. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/**
 * The id of an event: its UTC day (so that a get by id is a point read in a store partitioned by day) and
 * 160 bits of sha-256 over the canonical [tenant, source, stream, ...identity].
 * `time` is the event's, as the event writes it (RFC 3339, UTC). A record that comes again with a time on another day is
 * another event: nothing is lost, and looking for it on every day would read the whole store for each record.
 * `identity` is what the source says makes the record that record; it never holds what may change later.
 */
export function eventId(
  time: string,
  tenant: string,
  source: string,
  stream: string,
  identity: readonly string[],
): EventId {
  // JSON.stringify of an array of strings is already canonical JSON: no keys to sort, no numbers to spell.
  const digest = sha256(JSON.stringify([tenant, source, stream, ...identity]));
  return `${time.slice(0, 4)}${time.slice(5, 7)}${time.slice(8, 10)}-${digest.slice(0, 40)}` as EventId;
}

export const isEventId = (text: string): text is EventId => /^\d{8}-[0-9a-f]{40}$/.test(text);
