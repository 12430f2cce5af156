import type { Direction } from '../../model/event.ts';
import { fields, word } from './reading.ts';

/** Whether text looks like a mail address or user principal name: one word with an `@` inside. */
export function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at > 0 && at < text.length - 1 && !/[\s|;,]/.test(text);
}

/** The address in `Name <a@b.example>`, `"Name" [SMTP:a@b.example]`, `smtp:a@b.example` or `i:0#.f|membership|a@b.example`; other text as it is. */
export function bareAddress(text: string): string {
  const angled = text.includes('>') ? /<([^<>\s]+@[^<>\s]+)>\s*$/.exec(text)?.[1] : undefined;
  if (angled !== undefined) return angled;
  const typed = text.endsWith(']') ? /\[smtp:([^[\]\s]+@[^[\]\s]+)\]$/i.exec(text)?.[1] : undefined;
  if (typed !== undefined) return typed;
  const bar = text.lastIndexOf('|');
  const bare = bar < 0 ? text : text.slice(bar + 1);
  return /^smtp:/i.test(bare) ? bare.slice(5) : bare;
}

/** An address as text, or in an object that has one; null for nobody: empty, or the `<>` of bounces and the system. */
export function mailAddress(value: unknown): string | null {
  const found = word(fields(value)?.['emailAddress'] ?? value);
  return found === null || found === '<>' ? null : bareAddress(found);
}

/** More would make one event as large as a page; all of them stay in raw. */
export const mostAddresses = 100;

/** Addresses from one, a list, or text with several; each once, and no more than `mostAddresses`. */
export function mailAddresses(value: unknown): string[] {
  const parts = Array.isArray(value)
    ? (value as readonly unknown[]).map(mailAddress)
    : addressesOfText(value);
  return [...new Set(parts.filter(address => address !== null))].slice(0, mostAddresses);
}

// What stands in quotes is a name, and has commas of its own.
const parted = /(?:"[^"]*"|[^;,"]+)+/g;

/** `Holt, Mira <a@b.example>; c@d.example`: a comma may also part a name, of which no half is an address. */
function addressesOfText(value: unknown): (string | null)[] {
  if (typeof value !== 'string' || !/[;,]/.test(value)) return [mailAddress(value)];
  const parts = (value.slice(0, 65_536).match(parted) ?? []).map(mailAddress);
  const known = parts.filter(part => part !== null && isAddress(part));
  return known.length > 0 ? known : [mailAddress(value)];
}

/** The domain of an address, lower case; null for the null sender, and for anything without one. */
export function domainOf(address: string | null): string | null {
  if (address === null) return null;
  const bare = bareAddress(address);
  const at = bare.lastIndexOf('@');
  if (at < 0) return null;
  const written = bare.slice(at + 1);
  const domain = (/[>.\s]$/.test(written) ? written.replace(/[>.\s]+$/, '') : written).toLowerCase();
  return domain === '' ? null : domain;
}

/**
 * Which way a mail went, seen from the organisation with these domains (lower case; only exact domains count: a
 * sub-domain is accepted only where it is listed). Of several recipients the outside one decides. A bounce has no
 * sender: then the recipient alone decides.
 */
export function directionOf(
  sender: string | null,
  recipients: readonly string[],
  domains: readonly string[],
): Direction {
  if (domains.length === 0) return 'unknown';
  const from = domainOf(sender);
  const to = recipients.map(domainOf).filter(domain => domain !== null);
  const fromInside = from === null ? null : domains.includes(from);
  if (to.length === 0) return 'unknown';
  const allInside = to.every(domain => domains.includes(domain));
  const someInside = to.some(domain => domains.includes(domain));
  if (fromInside === true) return allInside ? 'internal' : 'outbound';
  if (someInside) return 'inbound';
  return fromInside === null ? 'outbound' : 'external';
}
