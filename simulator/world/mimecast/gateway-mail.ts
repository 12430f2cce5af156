import type { Message, MailKind } from '../mail-flow.ts';
import { between, chance, code, hex8, pick, randomOf, type Key, type Random } from '../random.ts';
import type { SlotFeed } from '../slots.ts';
import { wholeSecond } from './mimecast-time.ts';

/** What the gateway decided about a message. */
export interface Fate {
  readonly action: 'Acc' | 'Hld' | 'Rej';
  /** Why it was held or rejected; null for a message that went on. */
  readonly reason: string | null;
  /** When somebody released a held message, ms; null when nobody did. */
  readonly releasedAt: number | null;
  readonly spamScore: number;
  readonly attachments: number;
}

/** A message as the gateway meets it: what tracking, SIEM events and protection logs all tell of. */
export interface GatewayMail {
  /** Whole seconds. */
  readonly time: number;
  readonly kind: MailKind;
  readonly route: 'inbound' | 'outbound' | 'internal';
  readonly sender: string;
  readonly recipients: readonly string[];
  /** JSON text: a string or null. */
  readonly subject: string;
  /** JSON text: a string or null. */
  readonly messageId: string;
  readonly fromIp: string | null;
  readonly size: number;
  readonly fate: Fate;
  /** Ties the events of one message together. */
  readonly aggregateId: string;
  readonly processingId: string;
  /** Opaque, as tracking hands it out. */
  readonly trackingId: string;
  /** Chance for one more thing told of this message, by number. */
  random(part: number): Random;
}

/** Parts of `random` kept for what this file draws. */
const ownPart = 0;
const partsPerMail = 64;

/** Every message that passes the gateway or is journaled to it, in the order of the mail flow. */
export function gatewayMails(key: Key, messages: SlotFeed<Message>): SlotFeed<GatewayMail> {
  const slot = (at: number): readonly GatewayMail[] =>
    messages
      .slot(at)
      .map((message, n) => gatewayMail(message, part => randomOf(key, at, n * partsPerMail + part)));
  return { width: messages.width, slot: remembered(slot) };
}

/** Readers come back to the slot they were in: for the next type of event, or for the next page. */
function remembered<T>(make: (slot: number) => T): (slot: number) => T {
  let last: { readonly slot: number; readonly made: T } | null = null;
  return slot => {
    if (last === null || last.slot !== slot) last = { slot, made: make(slot) };
    return last.made;
  };
}

export function gatewayMail(message: Message, random: (part: number) => Random, fate?: Fate): GatewayMail {
  const { kind, envelope, recipients } = message;
  const r = random(ownPart);
  const time = wholeSecond(message.time);
  const seconds = String(Math.floor(time / 1_000));
  const fromIp = envelope.fromIp === 'null' ? null : envelope.fromIp.slice(1, -1);
  return {
    time,
    kind,
    route: kind === 'internal' || kind === 'outbound' ? kind : 'inbound',
    sender: envelope.sender,
    recipients,
    subject: envelope.subject,
    messageId: envelope.messageId,
    fromIp,
    size: envelope.size,
    fate: fate ?? fateOf(r, kind, time),
    aggregateId: `${code(r, 22)}_${seconds}`,
    processingId: `${hex8(r)}${hex8(r)}${hex8(r)}${hex8(r)}_${seconds}`,
    trackingId: `eNp${code(r, 24)}${hex8(r)}${hex8(r)}`,
    random,
  };
}

const minute = 60_000;
const heldFor = [
  'Default Spam Scanning Definition',
  'Suspected Malware',
  'Content Examination – Vertraulich',
];

function fateOf(r: Random, kind: MailKind, time: number): Fate {
  const attachments = chance(r, 0.3) ? between(r, 1, 3) : 0;
  const accepted: Fate = {
    action: 'Acc',
    reason: null,
    releasedAt: null,
    spamScore: between(r, 0, 4),
    attachments,
  };
  if (kind === 'junk') {
    const spamScore = between(r, 12, 40);
    if (chance(r, 0.35)) return { ...accepted, action: 'Rej', reason: 'Spam Signature', spamScore };
    return { ...accepted, action: 'Hld', reason: heldFor[0] ?? '', spamScore };
  }
  if (kind === 'internal' || !chance(r, 0.04)) return accepted;
  // Somebody looks at what is held in the course of the day, and lets about half of it go.
  const releasedAt = chance(r, 0.5) ? time + between(r, 4, 500) * minute : null;
  return { ...accepted, action: 'Hld', reason: pick(r, heldFor), releasedAt, spamScore: between(r, 5, 14) };
}
