import type { Entity, MailFacts, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { actionSaid, outcomeOfAction } from '../_kit/mimecast-actions.ts';
import { mailAddress, mailAddresses } from '../_kit/address.ts';
import { mailFacts, mailTargets, mimecastDirection } from '../_kit/mimecast-mail.ts';
import { personAt } from '../_kit/person-at.ts';
import { callable, shortened } from '../_kit/summary.ts';
import { addressNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { text, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import type { UrlLog } from './schema.ts';

/** mapping.md has every field, and why. */
export function normalizeUrlLog(record: UrlLog, about: About): NormalizedEvent {
  const time = readProviderTime(record.date);
  if (time === null) throw new Problem('date: not a time in any form known');
  const mail = mailOf(record, about);
  const operation = word(record.creationMethod) ?? 'URL check';
  const verdict = word(record.scanResult)?.toLowerCase() ?? null;
  const outcome = outcomeOf(record, verdict);
  const actor = actorOf(record, mail, operation, about);
  const url = text(record.url);
  const sender = parseIp(record.sendingIp) ?? addressNamed(record);
  const why = [verdict, word(record.category)].filter(part => part !== null).join(': ');
  return {
    time,
    category: 'security',
    operation,
    outcome,
    reason: why === '' ? word(record.action) : why,
    severity: severityOf(verdict, outcome),
    actor,
    targets: mailTargets(mail, [
      entity('other', { name: url }),
      entity('policy', { name: word(record.ttpDefinition) }),
    ]),
    client: sender === null ? null : client(sender),
    mail,
    correlationId: mail.messageId,
    summary: shortened(
      `${operation}${actor === null ? '' : ` by ${callable(actor)}`}: ${url ?? 'no link'}, ${actionSaid(record.action) ?? 'action unknown'}${why === '' ? '' : ` (${why})`}`,
    ),
    // Detection finding, create.
    ocsf: { class: 2004, activity: 1 },
  };
}

function mailOf(record: UrlLog, { domains }: About): MailFacts {
  const sender = mailAddress(record.fromUserEmailAddress);
  const recipients = mailAddresses(record.userEmailAddress);
  return mailFacts({
    messageId: word(record.messageId),
    sender,
    recipients,
    subject: text(record.subject),
    direction: mimecastDirection(sender, recipients, domains, record.route),
  });
}

/** Who clicked; of a scan nobody asked for, who sent the link: they never clicked it. */
function actorOf(record: UrlLog, mail: MailFacts, operation: string, { domains }: About): Entity | null {
  const clicker = mailAddress(record.userEmailAddress);
  const scanned = /scan/i.test(operation) && mail.sender !== null;
  const brought = /click/i.test(operation) ? null : mail.sender;
  return personAt(scanned ? mail.sender : (clicker ?? brought), domains);
}

/** A person may have overruled what the policy did: then it is as they decided. */
function outcomeOf(record: UrlLog, verdict: string | null): Outcome {
  const overruled = [record.adminOverride, record.userOverride].map(word).find(said => said !== null);
  const decided = outcomeOfAction(overruled ?? record.action);
  if (decided === 'success' || decided === 'failure') return decided;
  const plain = decided === 'unknown' ? outcomeOfAction(record.action) : decided;
  if (plain === 'success' || plain === 'failure') return plain;
  // A page that warns is not all that was done: the mail may have been stopped, or the person may have gone on.
  if (outcomeOfAction(word(record.actions)) === 'failure') return 'failure';
  if (plain === 'partial') {
    return word(record.userAwarenessAction)?.toLowerCase() === 'continue' ? 'success' : 'partial';
  }
  return verdict === 'clean' ? 'success' : verdict === 'malicious' ? 'failure' : 'unknown';
}

function severityOf(verdict: string | null, outcome: Outcome): Severity {
  if (verdict === null || verdict === 'clean') return outcome === 'failure' ? 'low' : 'informational';
  if (verdict !== 'malicious') return 'low';
  return outcome === 'success' ? 'high' : 'medium';
}
