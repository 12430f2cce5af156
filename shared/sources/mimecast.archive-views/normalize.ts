import type { Entity, MailFacts, NormalizedEvent, Severity } from '../../model/event.ts';
import { mailAddress, mailAddresses } from '../_kit/address.ts';
import { entity } from '../_kit/entity.ts';
import { mailFacts, mailTargets, mimecastActor, mimecastDirection } from '../_kit/mimecast-mail.ts';
import { clientNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { flag, text, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import { callable, mailInWords, shortened } from '../_kit/summary.ts';
import type { ArchiveView } from './schema.ts';

/** mapping.md has every field, and why. */
export function normalizeArchiveView(record: ArchiveView, about: About): NormalizedEvent {
  const time = readProviderTime(record.viewed);
  if (time === null) throw new Problem('viewed: not a time in any form known');
  const mail = mailOf(record, about);
  const content = flag(record.contentViewed);
  const operation = content === true ? 'View message content' : 'View message details';
  const actor = mimecastActor(record.viewer, 'user');
  const source = word(record.source);
  return {
    time,
    category: 'mailbox',
    operation,
    outcome: 'success',
    reason: caseOf(record),
    severity: severityOf(record, actor, mail),
    actor,
    targets: mailTargets(mail, [entity('other', { name: source })]),
    client: clientNamed(record),
    mail,
    correlationId: null,
    summary: shortened(
      `${operation}${actor === null ? '' : ` by ${callable(actor)}`}: ${mailInWords(mail, record.from)}`,
    ),
    // Web resources activity, read.
    ocsf: { class: 6001, activity: 2 },
  };
}

function mailOf(record: ArchiveView, { domains }: About): MailFacts {
  const sender = mailAddress(record.from);
  const recipients = mailAddresses(record.to);
  const direction = mimecastDirection(sender, recipients, domains, null);
  const messageId = word(record.messageId);
  return mailFacts({ messageId, sender, recipients, subject: text(record.subject), direction });
}

/** Whether it was part of a case; somewhere the case itself stands there. */
function caseOf(record: ArchiveView): string | null {
  const isPart = flag(record.discoveryCase);
  if (isPart !== null) return isPart ? 'discovery case' : null;
  const named = word(record.discoveryCase);
  return named === null ? null : `discovery case ${named}`;
}

/** Reading other people's mail is what this log is for; inside a discovery case it is somebody's task. */
function severityOf(record: ArchiveView, viewer: Entity | null, mail: MailFacts): Severity {
  if (flag(record.contentViewed) !== true) return 'informational';
  if (caseOf(record) !== null) return 'low';
  const who = viewer?.address?.toLowerCase();
  const own = [mail.sender, ...mail.recipients].some(address => address?.toLowerCase() === who);
  return own ? 'informational' : 'medium';
}
