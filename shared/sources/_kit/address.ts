import type { Direction } from '../../model/event.ts';

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
