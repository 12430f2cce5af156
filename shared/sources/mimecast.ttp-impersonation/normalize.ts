import type { Entity, MailFacts, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { actionSaid, outcomeOfAction } from '../_kit/mimecast-actions.ts';
import { mailAddress, mailAddresses } from '../_kit/address.ts';
import { mailFacts, mailTargets, mimecastDirection, wordsOf } from '../_kit/mimecast-mail.ts';
import { personAt } from '../_kit/person-at.ts';
import { mailInWords, shortened } from '../_kit/summary.ts';
import { addressNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { fields, flag, integer, list, text, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import type { ImpersonationLog } from './schema.ts';

/** The row says what a check found, not what was done: one name for all of them. */
const operation = 'ImpersonationCheck';

/** mapping.md has every field, and why. */
export function normalizeImpersonationLog(record: ImpersonationLog, about: About): NormalizedEvent {
  const time = readProviderTime(record.eventTime);
  if (time === null) throw new Problem('eventTime: not a time in any form known');
  const mail = mailOf(record, about);
  const action = actionSaid(record.action);
  const outcome = outcomeOfAction(action);
  const signs = wordsOf(record.identifiers).join(', ');
  return {
    time,
    category: 'security',
    operation,
    outcome,
    reason: signs === '' ? action : signs,
    severity: severityOf(record, outcome),
    actor: personAt(mail.sender, about.domains),
    targets: mailTargets(mail, [...imitatedBy(record), entity('policy', { name: word(record.definition) })]),
    client: client({ ...(parseIp(record.senderIpAddress) ?? addressNamed(record)) }),
    mail,
    correlationId: mail.messageId,
    summary: shortened(
      `Impersonation, ${action ?? 'action unknown'}: mail from ${mailInWords(mail, record.senderAddress)}${signs === '' ? '' : ` (${signs})`}`,
    ),
    // Detection finding, create.
    ocsf: { class: 2004, activity: 1 },
  };
}

function mailOf(record: ImpersonationLog, { domains }: About): MailFacts {
  const sender = mailAddress(record.senderAddress);
  const recipients = mailAddresses(record.recipientAddress);
  const route = flag(record.taggedExternal) === true ? 'inbound' : null;
  return mailFacts({
    messageId: word(record.messageId),
    sender,
    recipients,
    subject: text(record.subject),
    direction: mimecastDirection(sender, recipients, domains, route),
  });
}

/** The domains, or by their names the people, a sender's looks like. Forwarders write a list of one without the list. */
function imitatedBy(record: ImpersonationLog): (Entity | null)[] {
  const held = unpacked(record.impersonationResults);
  return (fields(held) === null ? list(held) : [held]).slice(0, 20).map(result => {
    const like = word(fields(result)?.['similarDomain']);
    if (like === null || !like.includes('@')) return entity('domain', { name: like });
    const bracket = like.indexOf('<');
    const name = bracket > 0 ? word(like.slice(0, bracket)) : null;
    return entity('user', { name, address: mailAddress(like) });
  });
}

function severityOf(record: ImpersonationLog, outcome: Outcome): Severity {
  if (flag(record.taggedMalicious) === true) return outcome === 'success' ? 'high' : 'medium';
  return (integer(record.hits) ?? 0) > 1 ? 'medium' : 'low';
}
