import { wordTable } from '../../kernel/word-table.ts';
import type { Direction, Entity, EntityKind, MailFacts } from '../../model/event.ts';
import { bareAddress, directionOf, domainOf } from './address.ts';
import { addEntity, entity } from './entity.ts';
import { fields, text, word } from './reading.ts';
import { senderInWords } from './summary.ts';

/** More would make one event as large as a page; all of them stay in raw. */
const mostRecipients = 100;

/** An address as text, or in an object that has one; null for nobody: empty, or the `<>` of bounces and the system. */
export function mimecastAddress(value: unknown): string | null {
  const found = word(fields(value)?.['emailAddress'] ?? value);
  return found === null || found === '<>' ? null : bareAddress(found);
}

/** Addresses from one, a list, or text with several; each once. */
export function mimecastAddresses(value: unknown): string[] {
  const parts = Array.isArray(value) ? (value as readonly unknown[]) : splitText(value);
  const found = parts
    .slice(0, mostRecipients)
    .map(mimecastAddress)
    .filter(address => address !== null);
  return [...new Set(found)];
}

const splitText = (value: unknown): readonly unknown[] =>
  typeof value === 'string' && /[;,]/.test(value) && !value.includes('"')
    ? value.slice(0, 65_536).split(/[;,]/)
    : [value];

const routes = wordTable<Direction>({
  inbound: 'inbound',
  outbound: 'outbound',
  internal: 'internal',
  external: 'external',
});

/**
 * Which way a mail went: by the customer's own domains; by Mimecast's word where none of them is among the addresses. A
 * bounce to a domain nobody has listed would otherwise be outbound, though the gateway says that it came in.
 */
export function mimecastDirection(
  sender: string | null,
  recipients: readonly string[],
  domains: readonly string[],
  route: unknown,
): Direction {
  const told = directionOf(sender, recipients, domains);
  const from = domainOf(sender);
  const isOurs =
    told === 'inbound' ||
    told === 'internal' ||
    (told === 'outbound' && from !== null && domains.includes(from));
  return isOurs ? told : (routes[word(route)?.toLowerCase() ?? ''] ?? told);
}

/** Whoever an address belongs to: a user of the customer's, or somebody else. */
export function personAt(
  address: string | null,
  domains: readonly string[],
  known: { readonly name?: string | null; readonly kind?: EntityKind } = {},
): Entity | null {
  const domain = domainOf(address);
  const inside = domain !== null && domains.includes(domain);
  return entity(inside ? (known.kind ?? 'user') : 'other', { address, name: known.name ?? null });
}

/** Mail facts of a record, with what it does not say left open. */
export function mailFacts(
  known: Partial<MailFacts> & Pick<MailFacts, 'sender' | 'recipients' | 'direction'>,
): MailFacts {
  return { messageId: null, subject: null, status: null, size: null, ...known };
}

/** Recipients as mailboxes, then the message itself and whatever else the record names, each once. */
export function mailTargets(mail: MailFacts, others: readonly (Entity | null)[]): Entity[] {
  const found: Entity[] = [];
  for (const other of others) addEntity(found, other);
  for (const address of mail.recipients) addEntity(found, entity('mailbox', { address }));
  addEntity(found, entity('message', { id: mail.messageId, name: mail.subject }));
  return found;
}

/** `a@b.example to c@d.example and 2 more, “Subject”`: a mail in a sentence; `sender` as the record has it. */
export function mailInWords(mail: MailFacts, sender: unknown): string {
  const [first, ...more] = mail.recipients;
  const from = senderInWords(mail.sender, sender);
  const to = first ?? 'an unknown recipient';
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return `${from} to ${to}${others}${mail.subject === null ? '' : `, “${mail.subject}”`}`;
}

/** Words of a list, or of one text; those that say nothing left out. */
export const wordsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value])
    .map(one => text(one))
    .filter(one => one !== null);
