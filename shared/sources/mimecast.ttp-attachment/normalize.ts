import type { MailFacts, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { entity } from '../_kit/entity.ts';
import { actionSaid, outcomeOfAction } from '../_kit/mimecast-actions.ts';
import { mailAddress, mailAddresses } from '../_kit/address.ts';
import { mailFacts, mailTargets, mimecastDirection, wordsOf } from '../_kit/mimecast-mail.ts';
import { personAt } from '../_kit/person-at.ts';
import { mailInWords, shortened } from '../_kit/summary.ts';
import { clientNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { firstWord, text, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import type { AttachmentLog } from './schema.ts';

/** The row says what a scan found, not what was done: one name for all of them. */
const operation = 'AttachmentScan';

/** mapping.md has every field, and why. */
export function normalizeAttachmentLog(record: AttachmentLog, about: About): NormalizedEvent {
  const time = readProviderTime(record.date);
  if (time === null) throw new Problem('date: not a time in any form known');
  const mail = mailOf(record, about);
  const result = word(record.result)?.toLowerCase() ?? null;
  const [first = null, ...more] = wordsOf(record.fileName);
  const file = first;
  const { hash, type } = { hash: word(record.fileHash), type: word(record.fileType) };
  return {
    time,
    category: 'security',
    operation,
    outcome: outcomeOf(result, record.actionTriggered),
    reason: firstWord(oneLine(record.details), result, record.actionTriggered),
    severity: severityOf(result, record.actionTriggered),
    actor: personAt(mail.sender, about.domains),
    targets: mailTargets(mail, [
      entity('file', { id: hash, name: file ?? type }),
      ...more.map(name => entity('file', { name })),
      entity('policy', { name: word(record.definition) }),
    ]),
    client: clientNamed(record),
    mail,
    correlationId: mail.messageId,
    summary: shortened(
      `Attachment ${file ?? 'without a name'} ${result ?? 'not judged'} in mail from ${mailInWords(mail, record.senderAddress)}${doneWith(record)}`,
    ),
    // Detection finding, create.
    ocsf: { class: 2004, activity: 1 },
  };
}

function mailOf(record: AttachmentLog, { domains }: About): MailFacts {
  const sender = mailAddress(record.senderAddress);
  const recipients = mailAddresses(record.recipientAddress);
  return mailFacts({
    messageId: word(record.messageId),
    sender,
    recipients,
    subject: text(record.subject),
    direction: mimecastDirection(sender, recipients, domains, record.route),
  });
}

/** Details come padded, and on two lines. */
const oneLine = (value: unknown): string | null => text(value)?.replace(/\s+/g, ' ') ?? null;

const bad = new Set(['malicious', 'unsafe', 'suspicious', 'infected']);
const good = new Set(['safe', 'clean', 'benign']);

function outcomeOf(result: string | null, action: unknown): Outcome {
  if (result !== null && good.has(result)) return 'success';
  if (result !== null && bad.has(result)) return 'failure';
  // A scan that timed out or failed says nothing; what was done then may.
  const done = outcomeOfAction(action);
  return done === 'failure' ? 'failure' : 'unknown';
}

/** `user release, none`: nothing was done, so what is malicious is in a mailbox. */
function severityOf(result: string | null, action: unknown): Severity {
  if (result === null || good.has(result)) return 'informational';
  if (!bad.has(result)) return 'low';
  return outcomeOfAction(action) === 'success' ? 'high' : 'medium';
}

function doneWith(record: AttachmentLog): string {
  const action = actionSaid(record.actionTriggered);
  return action === null ? '' : `; action: ${action}`;
}
