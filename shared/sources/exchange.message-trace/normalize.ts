import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, MailFacts, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { directionOf, mailAddress, mailAddresses } from '../_kit/address.ts';
import { client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { addressNamed } from '../_kit/named-address.ts';
import { personAt } from '../_kit/person-at.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { firstWord, integer, text, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import { mailInWords, shortened } from '../_kit/summary.ts';
import type { MessageTrace } from './schema.ts';

/** The row says what became of a message, not what was done: one name for all of them. */
const operation = 'MessageTrace';
/** What Exchange writes of a mail that came from no server. */
const nowhere = '255.255.255.255';

/** mapping.md has every field, and why. */
export function normalizeMessageTrace(record: MessageTrace, about: About): NormalizedEvent {
  const time = readProviderTime(record.receivedDateTime ?? record.received);
  if (time === null) throw new Problem('receivedDateTime: not a time in any form known');
  const mail = mailOf(record, about.domains);
  const traceId = firstWord(record.id, record.messageTraceId);
  const found = text(record.fromIP) === nowhere ? null : (parseIp(record.fromIP) ?? addressNamed(record));
  // A page of the admin center writes `Filtered as spam`.
  const status = mail.status?.replaceAll(' ', '') ?? '';
  return {
    time,
    category: 'mail',
    operation,
    outcome: outcomes[status] ?? 'unknown',
    reason: mail.status,
    severity: severities[status] ?? 'informational',
    actor: personAt(mail.sender, about.domains),
    targets: targetsOf(mail, traceId),
    client: found === null ? null : client(found),
    mail,
    correlationId: traceId,
    summary: shortened(
      `Mail from ${mailInWords(mail, record.senderAddress)}: ${mail.status ?? 'status unknown'}`,
    ),
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
  const sender = mailAddress(record.senderAddress);
  // One recipient a row; who forwards such rows sometimes puts all of a message's into one.
  const recipients = mailAddresses(record.recipientAddress);
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

function targetsOf(mail: MailFacts, traceId: string | null): Entity[] {
  // Only what has members is expanded; each of them has a row of its own.
  const kind = mail.status === 'expanded' ? 'group' : 'mailbox';
  const recipients = mail.recipients.map(address => entity(kind, { address }));
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
