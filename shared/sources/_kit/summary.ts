import type { Entity, MailFacts, Outcome } from '../../model/event.ts';
import { mostAddresses } from './address.ts';
import { fields } from './reading.ts';

const longest = 300;

/** What to call somebody in a sentence. */
export const nameOf = (someone: Entity): string =>
  someone.name ?? someone.address ?? someone.id ?? someone.kind;

/** `Update user by admin@contoso.example on mira@contoso.example and 2 more, failed: Insufficient rights`. */
export function summaryOf(
  event: {
    operation: string;
    actor: Entity | null;
    targets: readonly Entity[];
    outcome: Outcome;
    reason: string | null;
  },
  addition = '',
): string {
  const [first, second, ...more] = event.targets;
  const by = event.actor === null ? '' : ` by ${callable(event.actor)}`;
  const others =
    second === undefined ? '' : more.length === 0 ? ` and ${nameOf(second)}` : ` and ${more.length + 1} more`;
  const on = first === undefined ? '' : ` on ${nameOf(first)}${others}`;
  return shortened(`${event.operation}${by}${on}${ending(event.outcome, event.reason)}${addition}`);
}

/** `a@b.example to c@d.example and 2 more, “Subject”`: a mail in a sentence; `sender` as the record has it. */
export function mailInWords(mail: MailFacts, sender: unknown): string {
  const [first, ...more] = mail.recipients;
  const to = first ?? 'an unknown recipient';
  // Of more than are taken over nobody has counted how many.
  const least = mail.recipients.length < mostAddresses ? '' : 'at least ';
  const others = more.length === 0 ? '' : ` and ${least}${more.length} more`;
  const about = mail.subject === null ? '' : `, “${mail.subject}”`;
  return `${senderInWords(mail.sender, sender)} to ${to}${others}${about}`;
}

/** A mail's sender; where there is none, what the record wrote tells a bounce, which nobody sent, from one left out. */
const senderInWords = (sender: string | null, written: unknown): string =>
  sender ??
  (isNobody(fields(written)?.['emailAddress'] ?? written) ? 'nobody (a bounce)' : 'an unknown sender');

const isNobody = (written: unknown): boolean => typeof written === 'string' && /^\s*(<>\s*)?$/.test(written);

/** People are told apart by their address; a display name is shared. */
export const callable = (actor: Entity): string => actor.address ?? nameOf(actor);

export function ending(outcome: Outcome, reason: string | null): string {
  if (outcome === 'failure')
    return reason === null || /^(fail(ed|ure)?|false)$/i.test(reason) ? ', failed' : `, failed: ${reason}`;
  return outcome === 'partial' ? ', partly done' : '';
}

/** One line, at most 300 characters. */
export function shortened(sentence: string): string {
  const line = /[^\S ]|  /.test(sentence) ? sentence.replace(/\s+/g, ' ') : sentence;
  return line.length <= longest ? line : `${line.slice(0, longest - 1).toWellFormed()}…`;
}
