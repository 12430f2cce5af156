import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, MailFacts, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { actionSaid, outcomeOfAction } from '../_kit/mimecast-actions.ts';
import { mailAddress, mailAddresses } from '../_kit/address.ts';
import { mailFacts, mailTargets, mimecastDirection, wordsOf } from '../_kit/mimecast-mail.ts';
import { personAt } from '../_kit/person-at.ts';
import { mailInWords, shortened } from '../_kit/summary.ts';
import { clientMentioned } from '../_kit/mentioned-address.ts';
import { addressNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { fields, firstWord, flag, integer, list, text, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import {
  aboutNoMail,
  eventTypes,
  foundThreat,
  otherType,
  streamOfType,
  type EventType,
} from './event-types.ts';
import { hasOlderNames, inTodaysNames } from './older-names.ts';
import { impersonationSigns, type SiemEvent } from './schema.ts';

/** mapping.md has every field, and why. */
export function normalizeSiemEvent(given: SiemEvent, about: About): NormalizedEvent {
  const record = hasOlderNames(given) ? inTodaysNames(given) : given;
  const time = timeOf(record);
  const type = firstWord(record.type, record.eventType) ?? about.stream;
  const mail = mailOf(record, about);
  const known = typeOf(record, type, mail);
  const outcome = outcomeOf(record, known);
  const reason = reasonOf(record);
  const found = parseIp(record.senderIp) ?? parseIp(record.sourceIp) ?? addressNamed(record);
  return {
    time,
    category: known.category,
    operation: type,
    outcome,
    reason,
    severity: severityOf(record, known, outcome),
    actor: personAt(mail.sender ?? mailAddress(record.user), about.domains),
    targets: mailTargets(mail, thingsOf(record)),
    client: found === null ? clientMentioned([record.eventInfo], []) : client(found),
    mail: known === aboutNoMail ? null : mail,
    correlationId: firstWord(record.aggregateId, record.processingId) ?? mail.messageId,
    summary:
      known === aboutNoMail
        ? shortened(`${type}: ${reason ?? 'nothing said'}`)
        : sentence(type, mail, record, reason),
    ocsf: known.ocsf,
  };
}

function typeOf(record: SiemEvent, type: string, mail: MailFacts): EventType {
  const known = eventTypes[streamOfType(type)];
  if (known !== undefined) return known;
  if (threatOf(record) !== null) return foundThreat;
  const { messageId, sender, recipients, subject, status } = mail;
  const namesMail = recipients.length > 0 || [messageId, sender, subject, status].some(said => said !== null);
  return namesMail ? otherType : aboutNoMail;
}

/** Of mail in Microsoft's mailboxes: what was found in it, where something was. */
function threatOf(record: SiemEvent): string | null {
  const threat = word(record.threatType);
  return threat === null || /^(no_|policies_disabled)/i.test(threat) ? null : threat;
}

/** `…_1715699686`: where a record has no time, its ids end with the second the message was accepted in. */
const secondAtEnd = /_(\d{10})$/;

function timeOf(record: SiemEvent): string {
  const own = readProviderTime(record.timestamp);
  if (own !== null) return own;
  for (const id of [record.processingId, record.aggregateId]) {
    const seconds = secondAtEnd.exec(text(id) ?? '')?.[1];
    const accepted = seconds === undefined ? null : readProviderTime(Number(seconds));
    if (accepted !== null) return accepted;
  }
  throw new Problem('timestamp: not a time in any form known, and no id tells one');
}

function mailOf(record: SiemEvent, { domains }: About): MailFacts {
  const sender =
    mailAddress(record.senderEnvelope) ?? mailAddress(record.senderHeader) ?? mailAddress(record.sender);
  const recipients = mailAddresses(record.recipients ?? record.recipient);
  return mailFacts({
    messageId: word(record.messageId),
    sender,
    recipients,
    subject: text(record.subject),
    direction: mimecastDirection(sender, recipients, domains, firstWord(record.direction, record.route)),
    status: statusOf(record),
    size: integer(record.emailSize),
  });
}

/** Mimecast abbreviates what it did. */
const actions = wordTable<string>({
  acc: 'accepted', hld: 'held', rej: 'rejected', bnc: 'bounced', ign: 'ignored', dlv: 'delivered', rty: 'retry',
  sdbx: 'sandboxed', del: 'deleted',
}); // prettier-ignore

function statusOf(record: SiemEvent): string | null {
  const delivered = flag(record.delivered);
  if (delivered !== null) return delivered ? 'delivered' : 'failed';
  const said =
    actionSaid(record.action) ??
    word(record.threatState) ??
    actionSaid(record.subtype) ??
    actionSaid(record.subType);
  return said === null ? null : spelledOut(said);
}

const spelledOut = (action: string): string => actions[action.toLowerCase()] ?? action.toLowerCase();

const unfinished = /^retry$|in.progress/;

const foundNothing = /^(clean|safe|no threats?( found)?)$/i;

function outcomeOf(record: SiemEvent, known: EventType): Outcome {
  const status = statusOf(record);
  const made = unfinished.test(status ?? '')
    ? 'unknown'
    : status === 'ignored'
      ? 'failure'
      : outcomeOfAction(status);
  if (made !== 'unknown') return made;
  if (foundNothing.test(word(record.scanResults) ?? '')) return 'success';
  const scanned = outcomeOfAction(word(record.scanResults));
  if (scanned !== 'unknown') return scanned;
  const why = firstWord(record.rejectionType, record.rejectionInfo, record.holdReason, record.blockReason);
  if (why !== null) return 'failure';
  // A record of a finding says that something was found; one that also stopped it says so.
  return known.finds && word(record.virusFound) !== null ? 'failure' : 'unknown';
}

/** What says most, first. */
const reasonOf = (record: SiemEvent): string | null =>
  threatOf(record) ??
  firstWord(
    record.rejectionInfo,
    record.rejectionType,
    record.deliveryErrors,
    record.receiptErrors,
    record.holdReason,
    record.virusFound,
    record.scanResults,
    record.urlCategory,
    record.blockReason,
    impersonationSigns.filter(sign => flag(record[sign]) === true).join(', '),
    record.policyDefinition,
    record.reason,
    // Of deliveries these repeat `delivered`.
    ...[record.subtype, record.subType].filter(said => flag(said) === null),
    record.action,
    proofsOf(record),
    record.eventInfo,
  );

/** `SPF pass, DMARC fail`: what was found of who sent it, where a record tells no more. */
const proofsOf = (record: SiemEvent): string =>
  list(record.authResults)
    .slice(0, 20)
    .flatMap(one => {
      const [type, result] = [word(fields(one)?.['type']), text(fields(one)?.['result'])];
      return type === null || result === null ? [] : `${type} ${result}`;
    })
    .join(', ');

function severityOf(record: SiemEvent, known: EventType, outcome: Outcome): Severity {
  if (known.finds) {
    const bad =
      flag(record.taggedMalicious) === true ||
      word(record.virusFound) !== null ||
      /malware|phish|malicious/i.test(`${threatOf(record)} ${word(record.blockReason)}`);
    // What was let through was found to be as it should, or should not have been.
    return outcome !== 'success' ? 'medium' : bad ? 'high' : 'low';
  }
  if (statusOf(record) === 'held') return 'medium';
  return outcome === 'failure' || known.type === 'spam' ? 'low' : 'informational';
}

function thingsOf(record: SiemEvent): (Entity | null)[] {
  return [
    entity('other', { name: text(record.url) }),
    entity('file', {
      id: firstWord(record.sha256, record.sha1, record.md5),
      name: word(record.fileName),
    }),
    ...attachmentsOf(record.attachments).map(name => entity('file', { name })),
    ...list(record.policiesApplied).map(policy => entity('policy', { name: word(fields(policy)?.['name']) })),
    entity('policy', { name: word(record.policyDefinition) }),
    // Where a delivery went: the other side's server, or the customer's own.
    entity('device', { id: parseIp(record.destinationIp)?.ip ?? null, name: word(record.Hostname) }),
  ];
}

const mostAttachments = 20;
const quoted = /"([^"]*)"/g;
const allQuoted = /^\s*"[^"]*"(?:[\s,;]+"[^"]*")*\s*$/;

/** A list of names, or one text of them in quotes: `"a.docx", "b.xlsx"`. A name may have quotes of its own. */
function attachmentsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const names =
    typeof value === 'string' && allQuoted.test(value)
      ? [...value.slice(0, 65_536).matchAll(quoted)].map(([, name]) => name)
      : wordsOf(value);
  return names.slice(0, mostAttachments).flatMap(name => word(name) ?? []);
}

function sentence(type: string, mail: MailFacts, record: SiemEvent, reason: string | null): string {
  const thing = firstWord(record.url, record.fileName);
  const about = thing === null ? '' : ` (${thing})`;
  const why = reason === null || spelledOut(reason) === mail.status ? '' : `, ${reason}`;
  return shortened(
    `${type}: mail from ${mailInWords(mail, record.senderEnvelope ?? record.senderHeader ?? record.sender)}${about}: ${mail.status ?? 'status unknown'}${why}`,
  );
}
