import type { Entity, MailFacts, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { mailAddress, mailAddresses } from '../_kit/address.ts';
import { mailFacts, mimecastDirection } from '../_kit/mimecast-mail.ts';
import { personAt } from '../_kit/person-at.ts';
import { mailInWords, shortened } from '../_kit/summary.ts';
import { addressNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { fields, firstWord, list, text, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import type { TrackedMessage } from './schema.ts';

/** The row says what became of a message, not what was done: one name for all of them. */
const operation = 'MessageTracking';

/** mapping.md has every field, and why. */
export function normalizeTrackedMessage(record: TrackedMessage, about: About): NormalizedEvent {
  const time = readProviderTime(firstWord(record.received, record.sent));
  if (time === null) throw new Problem('received: not a time in any form known');
  const found = parseIp(record.senderIP) ?? addressNamed(record);
  const mail = mailOf(record, about);
  const id = word(record.id);
  const [outcome, severity] = judged(mail.status);
  return {
    time,
    category: 'mail',
    operation,
    outcome,
    reason: firstWord(record.info, record.status),
    severity,
    actor: personAt(mail.sender, about.domains, {
      name: word(fields(record.fromHdr)?.['displayableName']),
    }),
    targets: targetsOf(record, mail, id),
    client: found === null ? null : client(found),
    mail,
    correlationId: id,
    summary: shortened(
      `Mail from ${mailInWords(mail, record.fromEnv ?? record.fromHdr)}: ${mail.status ?? 'status unknown'}`,
    ),
    // Email activity, trace.
    ocsf: { class: 4009, activity: 4 },
  };
}

/** The envelope's sender; a bounce has none there, but one in its header. */
function mailOf(record: TrackedMessage, { domains }: About): MailFacts {
  const sender = mailAddress(record.fromEnv) ?? mailAddress(record.fromHdr);
  const recipients = mailAddresses(record.to);
  return mailFacts({
    sender,
    recipients,
    subject: text(record.subject),
    direction: mimecastDirection(sender, recipients, domains, record.route),
    status: word(record.status)?.toLowerCase() ?? null,
  });
}

function targetsOf(record: TrackedMessage, mail: MailFacts, id: string | null): Entity[] {
  const recipients = list(record.to)
    .slice(0, 100)
    .map(one =>
      entity('mailbox', { address: mailAddress(one), name: word(fields(one)?.['displayableName']) }),
    );
  const message = entity('message', { id, name: mail.subject });
  return [...(recipients.length > 0 ? recipients : mail.recipients.map(address => entity('mailbox', { address }))), message]
    .filter(target => target !== null); // prettier-ignore
}

const words: readonly (readonly [RegExp, Outcome, Severity])[] = [
  [/held|hold|quarantin/, 'failure', 'medium'],
  [/\bnot |reject|bounce|fail|undeliver|expired|delet|drop|block/, 'failure', 'low'],
  [/await|attempt|in.?progress|defer|queue|pending|retry|process/, 'unknown', 'informational'],
  [/deliver|archiv|accept|sent|released|complete/, 'success', 'informational'],
];

/** The words are an open set: one nobody knows says nothing about what became of the message. */
function judged(status: string | null): readonly [Outcome, Severity] {
  const found = words.find(([pattern]) => status !== null && pattern.test(status));
  return found === undefined ? ['unknown', 'informational'] : [found[1], found[2]];
}
