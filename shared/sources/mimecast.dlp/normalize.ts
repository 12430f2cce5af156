import type { MailFacts, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { entity } from '../_kit/entity.ts';
import { actionSaid, outcomeOfAction } from '../_kit/mimecast-actions.ts';
import { mailAddress, mailAddresses } from '../_kit/address.ts';
import { mailFacts, mailTargets, mimecastDirection, wordsOf } from '../_kit/mimecast-mail.ts';
import { personAt } from '../_kit/person-at.ts';
import { mailInWords, shortened } from '../_kit/summary.ts';
import { clientNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { text, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import type { DlpLog } from './schema.ts';

/** The row names the policy and what it did, not the act: one name for all of them. */
const operation = 'DlpPolicyMatch';

/** mapping.md has every field, and why. */
export function normalizeDlpLog(record: DlpLog, about: About): NormalizedEvent {
  const time = readProviderTime(record.eventTime);
  if (time === null) throw new Problem('eventTime: not a time in any form known');
  const mail = mailOf(record, about);
  const policies = wordsOf(record.policy);
  const policy = policies.length === 0 ? null : policies.join(', ');
  const actions = (Array.isArray(record.action) ? record.action : [record.action])
    .map(actionSaid)
    .filter(one => one !== null);
  const action = actions.length === 0 ? null : actions.join(', ');
  const outcome = outcomeOf(action);
  return {
    time,
    category: 'data-protection',
    operation,
    outcome,
    reason: action,
    severity: severityOf(mail, outcome),
    actor: personAt(mail.sender, about.domains),
    targets: mailTargets(
      mail,
      policies.map(name => entity('policy', { name })),
    ),
    client: clientNamed(record),
    mail,
    correlationId: mail.messageId,
    summary: shortened(
      `Policy ${policy ?? 'without a name'}: ${action ?? 'action unknown'} for mail from ${mailInWords(mail, record.senderAddress)}`,
    ),
    // Data security finding, create.
    ocsf: { class: 2006, activity: 1 },
  };
}

function mailOf(record: DlpLog, { domains }: About): MailFacts {
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

/** A mail that is encrypted, copied to somebody, filed, or marked to expire goes where it was to go. */
function outcomeOf(action: string | null): Outcome {
  const outcome = outcomeOfAction(action);
  return outcome === 'unknown' &&
    /encrypt|copy|secure|carbon|gcc|stationery|folder|expir|conver|link|route/i.test(action ?? '')
    ? 'success'
    : outcome;
}

/** What left the house although a policy saw it counts most. */
function severityOf(mail: MailFacts, outcome: NormalizedEvent['outcome']): Severity {
  if (outcome !== 'success') return 'medium';
  return mail.direction === 'outbound' ? 'medium' : 'low';
}
