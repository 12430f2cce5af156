import type { Entity, StoredEvent } from '../../model/event.ts';
import { codeBreak, encodeNumber, noCode, placedFields, singleFields, timeWidth } from './fts-codes.ts';
import type { Dictionary } from './fts-dictionary.ts';
import { isBlank, type Groups } from './fts-groups.ts';
import { epochOffset, spread } from './fts-row-id.ts';
import { packId } from './packed-id.ts';
import type { WordColumn } from './fts-schema.ts';
import { searchableText, valueBreak, valueToken } from './fts-token.ts';

/** An event on its way into the index: what its place is decided by. */
export interface Arrival {
  readonly event: StoredEvent;
  readonly ms: number;
  /** Random bits of its own; see fts-row-id.ts. */
  readonly bits: number;
}

/** What the index keeps of an event beside its id and revision. */
export interface IndexRow {
  readonly codes: string;
  /** Null is empty. */
  readonly words: Readonly<Record<WordColumn, string | null>>;
}

const packed = new Uint8Array(24);

/** An event's id as the index keeps it. Bytes are good until it is called again: thousands of events wait for their turn. */
export const keptId = ({ id }: StoredEvent): Uint8Array | string => packId(id, packed);

export const arrivalOf = (event: StoredEvent): Arrival => ({
  event,
  ms: Date.parse(event.time),
  bits: spread(keptId(event)),
});

/**
 * Fields an event may have no value for, in the order of their bits. Which of them it has is one token, its
 * shape: some dozens are all there are, and `field:*` asks for those with the field's bit.
 */
export const shapeFields = [
  ...placedFields, 'target', 'recipient', 'subject', 'userAgent', 'summary', 'messageId', 'correlationId',
] as const; // prettier-ignore
export type ShapeField = (typeof shapeFields)[number];
const bitOf = Object.fromEntries(shapeFields.map((field, n) => [field, 1 << n])) as Record<
  ShapeField,
  number
>;

export const shapeHas = (shape: string, field: ShapeField): boolean =>
  (Number.parseInt(shape, 36) & bitOf[field]) !== 0;

/** The row of an event. Gives new values their numbers, so only inside a write. */
export function indexRow({ event, ms }: Arrival, groups: Groups, dictionary: Dictionary): IndexRow {
  const { actor, client, mail } = event;
  const words = wordsOf(event);
  const group = groups.of(event);
  let keys = group.tokens;
  let codes = group.codes;
  let shape = group.shape | shapeOf(words);
  const singles = [actor === null ? null : facetValue(actor), client?.ip, client?.device, mail?.sender];
  for (let n = 0; n < singleFields.length; n++) {
    const field = singleFields[n] ?? 'actor';
    const value = singles[n];
    if (isBlank(value)) {
      codes += absent[field];
      continue;
    }
    const coded = dictionary.coded(field, value);
    codes += coded.code;
    keys += `${coded.token} `;
    shape |= bitOf[field];
  }
  codes += encodeNumber(ms + epochOffset, timeWidth);
  const recipients = recipientsOf(event, dictionary);
  codes += recipients.codes;
  keys += recipients.tokens;
  const messageId = mail?.messageId;
  if (!isBlank(messageId)) {
    keys += `${valueToken('messageId', messageId)} `;
    shape |= bitOf.messageId;
  }
  if (!isBlank(event.correlationId)) {
    keys += `${valueToken('correlationId', event.correlationId)} `;
    shape |= bitOf.correlationId;
  }
  words.keys = keys + dictionary.coded('shape', shape.toString(36)).token;
  return { codes, words };
}

type SingleField = (typeof singleFields)[number];
const absent = Object.fromEntries(singleFields.map(field => [field, noCode(field)])) as Record<
  SingleField,
  string
>;

/** As `facetValuesOf` counts an actor. */
const facetValue = (actor: Entity): string | null =>
  isBlank(actor.address) ? (isBlank(actor.name) ? actor.id : actor.name) : actor.address;

const nobody = { codes: '', tokens: '' };

/** Each recipient counts once, however often it is named and in whatever case. */
function recipientsOf(event: StoredEvent, dictionary: Dictionary): typeof nobody {
  if (event.mail === null) return nobody;
  let { codes, tokens } = nobody;
  for (const one of event.mail.recipients) {
    if (isBlank(one)) continue;
    const coded = dictionary.coded('recipient', one);
    const code = codeBreak + coded.code;
    if (codes.includes(code)) continue;
    codes += code;
    tokens += `${coded.token} `;
  }
  return { codes, tokens };
}

function wordsOf(event: StoredEvent): Record<WordColumn, string | null> {
  const { actor, client, mail } = event;
  const actorText = actor === null ? '' : entityText('', actor);
  let targetText = '';
  for (const target of event.targets) targetText = entityText(targetText, target);
  const senderText = joined('', mail?.sender);
  let recipientText = '';
  for (const recipient of mail?.recipients ?? []) recipientText = joined(recipientText, recipient);
  let further = joined(joined(joined('', event.operation), event.reason), client?.app);
  if (client !== null) further = joined(joined(further, client.os), client.city);
  const selfSent = senderText !== '' && senderText === actorText;
  const selfMeant = recipientText !== '' && recipientText === targetText;
  return {
    keys: null,
    actor: selfSent ? null : orNull(actorText),
    target: selfMeant ? null : orNull(targetText),
    sender: selfSent ? null : orNull(senderText),
    recipient: selfMeant ? null : orNull(recipientText),
    actor_sender: selfSent ? senderText : null,
    target_recipient: selfMeant ? recipientText : null,
    subject: orNull(joined('', mail?.subject)),
    user_agent: orNull(joined('', client?.userAgent)),
    summary: orNull(joined('', event.summary)),
    further: orNull(further),
  };
}

const orNull = (text: string): string | null => (text === '' ? null : text);

function entityText(before: string, entity: Entity): string {
  return joined(joined(joined(before, entity.name), entity.address), entity.id);
}

/**
 * `before` and one more value. A value without a word leaves its break behind, so that a column holds text
 * exactly where the field has a value: its shape is read from that.
 */
function joined(before: string, value: string | null | undefined): string {
  if (isBlank(value)) return before;
  const text = searchableText(value);
  return before === '' ? (text === '' ? valueBreak : text) : before + valueBreak + text;
}

function shapeOf(words: Readonly<Record<WordColumn, string | null>>): number {
  let shape = 0;
  if (words.target !== null || words.target_recipient !== null) shape |= bitOf.target;
  if (words.recipient !== null || words.target_recipient !== null) shape |= bitOf.recipient;
  if (words.subject !== null) shape |= bitOf.subject;
  if (words.user_agent !== null) shape |= bitOf.userAgent;
  if (words.summary !== null) shape |= bitOf.summary;
  return shape;
}
