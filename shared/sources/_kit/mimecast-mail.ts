import { wordTable } from '../../kernel/word-table.ts';
import type { Direction, Entity, EntityKind, MailFacts } from '../../model/event.ts';
import { directionOf, domainOf, isAddress, mailAddress } from './address.ts';
import { addEntity, entity } from './entity.ts';
import { text, word } from './reading.ts';

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

/** What Mimecast calls itself where nobody triggered it: its directory synchronisation, its clean-up. */
const automaton = /^(<>|automated task manager|system|mimecast)$/i;

/** Who did something in the account; not everybody whom Mimecast names has an address. */
export function mimecastActor(value: unknown, kind: EntityKind): Entity | null {
  // Without `word`: `<>` is Mimecast itself.
  const said = text(value);
  if (said !== null && automaton.test(said))
    return entity('system', { name: said === '<>' ? 'Mimecast' : said });
  const who = mailAddress(value);
  return who === null || isAddress(who) ? entity(kind, { address: who }) : entity(kind, { name: who });
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

/** Words of a list, or of one text; those that say nothing left out. */
export const wordsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map(word).filter(one => one !== null);
