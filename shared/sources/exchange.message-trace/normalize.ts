import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, MailFacts, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { bareAddress, directionOf, domainOf } from '../_kit/address.ts';
import { client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { addressNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { firstWord, integer, text, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import { senderInWords, shortened } from '../_kit/summary.ts';
import type { MessageTrace } from './schema.ts';

/** The row says what became of a message, not what was done: one name for all of them. */
const operation = 'MessageTrace';
const mostRecipients = 100;
/** What Exchange writes of a mail that came from no server. */
const nowhere = '255.255.255.255';

/** mapping.md has every field, and why. */
export function normalizeMessageTrace(record: MessageTrace, about: About): NormalizedEvent {
  const time = readProviderTime(record.receivedDateTime ?? record.received);
  if (time === null) throw new Problem('receivedDateTime: not a time in any form known');
  const mail = mailOf(record, about.domains);
  const traceId = firstWord(record.id, record.messageTraceId);
  const found = text(record.fromIP) === nowhere ? null : (parseIp(record.fromIP) ?? addressNamed(record));
  return {
    time,
    category: 'mail',
    operation,
    outcome: outcomes[mail.status ?? ''] ?? 'unknown',
    reason: mail.status,
    severity: severities[mail.status ?? ''] ?? 'informational',
    actor: senderOf(mail.sender, about.domains),
    targets: targetsOf(mail, traceId),
    client: found === null ? null : client(found),
    mail,
    correlationId: traceId,
    summary: sentence(mail, record.senderAddress),
    // Email activity, trace.
    ocsf: { class: 4009, activity: 4 },
  };
}

/**
 * The trace id and the recipient, in the lower case Graph itself compares it in. Never the status: a row that turns
 * from pending to delivered is the same event in a new version.
 */
export function identifyMessageTrace(record: MessageTrace): readonly [string, ...string[]] | null {
  const id = firstWord(record.id, record.messageTraceId, record.messageId);
  return id === null ? null : [id, (text(record.recipientAddress) ?? '').toLowerCase()];
}

function mailOf(record: MessageTrace, domains: readonly string[]): MailFacts {
  const sender = addressOf(record.senderAddress);
  const recipients = addressesOf(record.recipientAddress);
  return {
    messageId: text(record.messageId),
    sender,
    recipients,
    subject: text(record.subject),
    direction: directionOf(sender, recipients, domains),
    // A beta answer wrote `Delivered`.
    status: word(record.status)?.toLowerCase() ?? null,
    size: integer(record.size),
  };
}

/** Bounces come from nobody: an empty sender, or `<>`. */
function addressOf(value: unknown): string | null {
  const found = word(value);
  return found === null || found === '<>' ? null : bareAddress(found);
}

/** One recipient a row; who forwards such rows sometimes puts all of a message's into one. */
function addressesOf(value: unknown): string[] {
  const several = typeof value === 'string' && /[;,]/.test(value) && !value.includes('"');
  const parts = several ? value.slice(0, 65_536).split(/[;,]/) : Array.isArray(value) ? value : [value];
  return parts.slice(0, mostRecipients).flatMap(part => addressOf(part) ?? []);
}

function senderOf(sender: string | null, domains: readonly string[]): Entity | null {
  const domain = domainOf(sender);
  return entity(domain !== null && domains.includes(domain) ? 'user' : 'other', { address: sender });
}

function targetsOf(mail: MailFacts, traceId: string | null): Entity[] {
  const recipients = mail.recipients.map(address => entity('mailbox', { address }));
  const message = entity('message', { id: traceId, name: mail.subject });
  return [...recipients, message].filter(target => target !== null);
}

const outcomes = wordTable<Outcome>({
  delivered: 'success',
  expanded: 'success',
  // The recipient was replaced by another one the directory named.
  resolved: 'success',
  // It did arrive, but not where the recipient looks.
  filteredasspam: 'partial',
  failed: 'failure',
  quarantined: 'failure',
  recalled: 'failure',
  removedbymessagerecall: 'failure',
});

const severities = wordTable<Severity>({
  quarantined: 'medium',
  filteredasspam: 'low',
  failed: 'low',
  recalled: 'low',
  removedbymessagerecall: 'low',
});

function sentence(mail: MailFacts, sender: unknown): string {
  const from = senderInWords(mail.sender, sender);
  const to = mail.recipients[0] ?? 'an unknown recipient';
  const about = mail.subject === null ? '' : `, “${mail.subject}”`;
  return shortened(`Mail from ${from} to ${to}${about}: ${mail.status ?? 'status unknown'}`);
}
