import { wordTable } from '../../kernel/word-table.ts';
import type { Direction, MailFacts } from '../../model/event.ts';
import { bareAddress, directionOf } from '../_kit/address.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { namedValues } from '../_kit/named-values.ts';
import { fields, firstWord, integer, list, word, type Fields } from '../_kit/reading.ts';
import type { AuditFacts } from './audit-facts.ts';
import { investigatedMail, isOfMail } from './investigation.ts';
import type { Family } from './record-types.ts';

const mostRecipients = 100;
/** Families whose records are never about a mail. */
const unrelated: ReadonlySet<Family> = new Set(['file', 'directory', 'logon', 'teams', 'work', 'platform']);
const sends = /^Send(As|OnBehalf)?$/;

/** The mail a record is about, where it is about one. */
export function mailOf(
  facts: AuditFacts,
  actorAddress: string | null,
  domains: readonly string[],
): MailFacts | null {
  if (unrelated.has(facts.family)) return null;
  const { record, operation } = facts;
  const item = fields(record.Item);
  const dlp = fields(record.ExchangeMetaData);
  const review = fields(record.ExchangeDetails) ?? fields(record.EmailInfo) ?? alerted(facts);
  const subject = subjectOf(facts, item, dlp, review);
  const messageId = messageIdOf(facts, item, dlp, review);
  const sender =
    senderOf(facts, dlp, review) ??
    (sends.test(operation) && item !== null
      ? firstWord(record.SendAsUserSmtp, record.SendOnBehalfOfUserSmtp, actorAddress)
      : null);
  const recipients = recipientsOf(facts, item, dlp, review);
  const aboutMail = messageId !== null || subject !== null || sender !== null;
  if (!aboutMail && (recipients.length === 0 || (facts.family !== 'threat' && review === null))) return null;
  return {
    messageId,
    sender,
    recipients,
    subject,
    direction: spelledDirection(record.Directionality ?? review?.['Directionality']) ?? directionOf(sender, recipients, domains),
    status: firstWord(record.DeliveryAction, review?.['DeliveryAction'])?.toLowerCase() ?? null,
    size: integer(item?.['SizeInBytes']) ?? integer(dlp?.['FileSize']),
  }; // prettier-ignore
}

/** The mail an alert or investigation is about: under short names, or among its entities. */
function alerted({ family, record, data }: AuditFacts): Fields | null {
  if (family !== 'alert' || (record.Data === undefined && record.Actions === undefined)) return null;
  const held = data();
  const mail = investigatedMail(held, record.Actions);
  if (mail !== null) {
    const From = mail['P2Sender'] ?? mail['Sender'];
    return { ...mail, From, Recipients: mail['Recipient'], Directionality: mail['AntispamDirection'] };
  }
  if (held === null) return null;
  if (isOfMail(held) && (held['mfrm'] ?? held['von']) !== undefined) {
    const recipients = [held['to'], held['cc']].map(word).filter(text => text !== null);
    return { Subject: held['von'], From: held['mfrm'], Recipients: recipients.join(',') };
  }
  if (held['ms'] === undefined && held['imsgid'] === undefined && held['tsd'] === undefined) return null;
  return {
    Subject: held['ms'],
    InternetMessageId: held['imsgid'],
    From: held['tsd'],
    Recipients: held['trc'],
  };
}

function subjectOf(
  facts: AuditFacts,
  item: Fields | null,
  dlp: Fields | null,
  review: Fields | null,
): string | null {
  const { record, family, type } = facts;
  const found = firstWord(record.Subject, item?.['Subject'], dlp?.['Subject'], review?.['Subject']);
  if (found !== null) return found;
  if (type === 'MIPLabel') return word(record.ItemName);
  if (family !== 'mailbox' || record.OperationProperties === undefined) return null;
  return word(namedValues(record.OperationProperties, 'Name', 'Value').get('mailsubject'));
}

/** Teams has a MessageId too: a number. Only what is written as a Message-ID is one. */
function messageIdOf(
  facts: AuditFacts,
  item: Fields | null,
  dlp: Fields | null,
  review: Fields | null,
): string | null {
  const { record } = facts;
  const places = [
    record.InternetMessageId, item?.['InternetMessageId'], dlp?.['MessageID'], review?.['InternetMessageId'], record.MessageId,
    record.ObjectId,
  ]; // prettier-ignore
  const sure = firstWord(...places.slice(0, 4));
  return (
    sure ??
    places
      .slice(4)
      .map(word)
      .find(text => text !== null && /^<[^<>]+@[^<>]+>$/.test(text)) ??
    null
  );
}

function senderOf({ record }: AuditFacts, dlp: Fields | null, review: Fields | null): string | null {
  // Teams puts an object there.
  const sender = typeof record.Sender === 'string' ? record.Sender : null;
  const found = firstWord(
    record.P2Sender,
    record.P1Sender,
    sender,
    dlp?.['From'],
    review?.['From'],
    review?.['Sender'],
  );
  return found === null ? null : bareAddress(found);
}

function recipientsOf(
  { record }: AuditFacts,
  item: Fields | null,
  dlp: Fields | null,
  review: Fields | null,
): string[] {
  const found = new Set<string>();
  const places = [
    record.Recipients, record.Receivers, record.Recipient, record.ReleaseTo, dlp?.['To'], dlp?.['CC'], dlp?.['BCC'],
    review?.['Recipients'], review?.['Receivers'], review?.['To'], item?.['Recipients'],
  ]; // prettier-ignore
  for (const place of places) {
    if (place === undefined || place === null) continue;
    for (const entry of entriesOf(place)) {
      const address = word(entry) ?? word(fields(entry)?.['Address']);
      if (address !== null && found.size < mostRecipients) found.add(bareAddress(address));
    }
  }
  return [...found];
}

/** A list; the same as JSON in a string; or text with several, some in brackets. */
function entriesOf(place: unknown): readonly unknown[] {
  const held = unpacked(place);
  return typeof held === 'string' ? held.replace(/^\[|\]$/g, '').split(/[;,]/) : list(held);
}

const directions = wordTable<Direction>({
  inbound: 'inbound', incoming: 'inbound', outbound: 'outbound', outgoing: 'outbound', intraorg: 'internal',
  'intra-org': 'internal', originating: 'outbound',
}); // prettier-ignore

const spelledDirection = (value: unknown): Direction | null =>
  directions[word(value)?.toLowerCase() ?? ''] ?? null;
